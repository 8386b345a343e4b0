use std::{cell::Cell, io::Write, sync::Arc, time::UNIX_EPOCH};

use domain::Timestamp;
use http::{Method, StatusCode};
use tracing::Level;

use super::{Guard, Shared};
use crate::{
    metrics::RouteMetrics,
    telemetry::{self, RequestId},
};

/// Room for `Sun, 06 Nov 1994 08:49:37 GMT`.
const DATE: usize = 29;

thread_local! {
    /// The second that was last written as a date, and how.
    static WRITTEN: Cell<(i64, [u8; DATE])> = const { Cell::new((i64::MIN, [0; DATE])) };
}

/// What [`Guard`] does around a route's handler, for answers of that route that are ready and need none.
#[derive(Clone)]
pub struct Lane {
    shared: Arc<Shared>,
    route: Arc<RouteMetrics>,
}

impl Guard {
    /// The lane beside `route`, named as the router names it.
    pub fn lane(&self, route: &str) -> Lane {
        let shared = self.0.clone();
        Lane { route: Arc::new(shared.http.route(shared.role, route)), shared }
    }
}

impl Lane {
    /// Lets a request to `target` in that came `now`. `None`: the guard itself has something to say to it.
    pub fn enter(&self, now: Timestamp, target: &str) -> Option<Entered<'_>> {
        let Shared { limits, permits, metrics, pace, .. } = &*self.shared;
        // Whoever is answered at once holds no place, but takes none either when there is none left. Where requests are counted
        // by the second, the guard counts them.
        if pace.is_some() || permits.available_permits() == 0 || target.len() > limits.max_uri {
            return None;
        }
        metrics.in_flight.inc();
        Some(Entered { lane: self, started: now })
    }
}

/// A request that a lane answers. Dropped without an answer it was never there: the guard counts it.
pub struct Entered<'l> {
    lane: &'l Lane,
    started: Timestamp,
}

impl Entered<'_> {
    /// Counts the answer, and ends its head with what differs from request to request: its id, the date, the empty line.
    pub fn answered(self, target: &str, status: StatusCode, head: &mut Vec<u8>) {
        let Lane { shared, route } = self.lane;
        shared.metrics.offered.inc();
        let id = shared.ids.next();
        head.extend_from_slice(b"x-request-id: ");
        id.write(head);
        head.extend_from_slice(b"\r\ndate: ");
        head.extend_from_slice(&date(self.started));
        head.extend_from_slice(b"\r\n\r\n");
        let took = shared.clock.now().since(self.started);
        if tracing::enabled!(target: "access", Level::DEBUG) {
            log(shared.role, id, target, status, took);
        }
        route.answered(status, took);
    }
}

impl Drop for Entered<'_> {
    fn drop(&mut self) {
        self.lane.shared.metrics.in_flight.dec();
    }
}

#[cold]
fn log(role: &'static str, id: RequestId, target: &str, status: StatusCode, took: std::time::Duration) {
    let path = target.split('?').next().unwrap_or_default();
    let span = telemetry::span(role, id, &Method::GET, path);
    telemetry::finish(&span, status, u64::try_from(took.as_micros()).unwrap_or(u64::MAX));
}

/// The instant as HTTP writes it (RFC 9110 §5.6.7).
fn date(now: Timestamp) -> [u8; DATE] {
    let seconds = now.seconds();
    WRITTEN.with(|written| {
        let (of, text) = written.get();
        if of == seconds {
            return text;
        }
        let mut text = [b' '; DATE];
        let after = std::time::Duration::from_secs(u64::try_from(seconds).unwrap_or(0));
        // Years beyond 9999 have no such form; the clock's owner has other troubles then.
        if let Some(at) = UNIX_EPOCH.checked_add(after).filter(|_| seconds < 253_402_300_800) {
            let _ = write!(&mut text[..], "{}", httpdate::HttpDate::from(at));
        }
        written.set((seconds, text));
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates() {
        for _ in 0..2 {
            assert_eq!(&date(Timestamp::from_seconds(784_111_777)), b"Sun, 06 Nov 1994 08:49:37 GMT");
        }
        assert_eq!(&date(Timestamp::from_seconds(-1)), b"Thu, 01 Jan 1970 00:00:00 GMT");
    }
}
