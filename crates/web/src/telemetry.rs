//! One id and one span per request. Cookies, `Authorization` and queries are never logged: they hold secrets and names.

use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use domain::Rng;
use http::{HeaderName, HeaderValue, Method, StatusCode};
use tracing::Span;

/// The header that tells the client the id, to be quoted when asking for help.
pub const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Bytes of a path that are logged.
const MAX_PATH: usize = 200;

/// Ids that no two processes share: random bits of this one, and a count.
#[derive(Debug, Clone)]
pub struct RequestIds {
    process: u64,
    next: Arc<AtomicU64>,
}

impl RequestIds {
    /// Draws this process's part.
    pub fn new(rng: &dyn Rng) -> Self {
        let mut bits = [0; 8];
        rng.fill(&mut bits);
        Self { process: u64::from_le_bytes(bits), next: Arc::default() }
    }

    /// The next id.
    pub fn next(&self) -> RequestId {
        RequestId { process: self.process, count: self.next.fetch_add(1, Ordering::Relaxed) }
    }
}

/// One request's id; also in the request's extensions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct RequestId {
    process: u64,
    count: u64,
}

impl RequestId {
    /// As a header's value.
    pub fn value(self) -> HeaderValue {
        let mut text = Vec::with_capacity(33);
        self.write(&mut text);
        HeaderValue::from_maybe_shared(bytes::Bytes::from(text)).unwrap_or(HeaderValue::from_static("-"))
    }

    /// Appends it in the form of its [`Display`](fmt::Display), without the formatter's ways.
    pub(crate) fn write(self, text: &mut Vec<u8>) {
        let digits = |number: u64, at_least: u32, text: &mut Vec<u8>| {
            let needed = (u64::BITS - number.leading_zeros()).div_ceil(4).max(at_least);
            let digit = |at: u32| b"0123456789abcdef"[(number >> (4 * at) & 15) as usize];
            text.extend((0..needed).rev().map(digit));
        };
        digits(self.process, 16, text);
        text.push(b'-');
        digits(self.count, 1, text);
    }
}

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}-{:x}", self.process, self.count)
    }
}

/// The span of a request. `status` and `micros` are filled in by [`finish`].
pub(crate) fn span(role: &'static str, id: RequestId, method: &Method, path: &str) -> Span {
    let path = path.get(..MAX_PATH).unwrap_or(path);
    let path = if path.len() > MAX_PATH { "(long)" } else { path };
    tracing::info_span!(
        "request",
        role,
        %id,
        %method,
        path,
        status = tracing::field::Empty,
        micros = tracing::field::Empty
    )
}

/// Ends a request's line in the log.
pub(crate) fn finish(span: &Span, status: StatusCode, micros: u64) {
    span.record("status", status.as_u16()).record("micros", micros);
    let _entered = span.enter();
    match status.as_u16() {
        500.. => tracing::warn!(target: "access", "answered"),
        _ => tracing::debug!(target: "access", "answered"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_form_of_an_id() {
        for (process, count) in [(0, 0), (0xabc, 0x10), (u64::MAX, u64::MAX), (1 << 63, 0xfff)] {
            let id = RequestId { process, count };
            assert_eq!(id.value(), id.to_string());
        }
    }
}
