//! May the machine's clock be trusted? Windows open and close by it: a node whose clock is off by more than 100 ms is not ready.
//!
//! The kernel is asked, whatever keeps its clock. Its own words for the error are the estimate that was handed to it and what it
//! still has to slew; a daemon that slews by itself, as chrony does, knows more (`chronyc tracking`). The kernel's *bound* grows by
//! 0.5 ms a second whatever the clock does, so that a source of time that is away for minutes would take every node out at once:
//! it is not looked at here. When it reaches 16 s, nine hours on, the kernel itself says that the clock is kept by nobody.

pub mod shared;

use std::{
    io,
    sync::atomic::{AtomicBool, Ordering::Relaxed},
    time::Duration,
};

use store::Off;
use web::Readiness;

/// A clock that is off by more is not to be served by.
const LIMIT: Duration = Duration::from_millis(100);

/// What the kernel says of its clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Kept {
    /// Does somebody keep it?
    pub synchronised: bool,
    /// What is left to be slewed.
    pub offset: Duration,
    /// The error that its keeper believes it to have.
    pub estimate: Duration,
}

/// What follows from it; the words are for operators.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// Kept, and within the limit.
    Right(String),
    /// Nobody knows.
    Unknown(String),
    /// Kept, and off by more than the limit.
    Off(String),
}

impl Verdict {
    /// Of what was read.
    pub fn of(read: io::Result<Kept>) -> Self {
        const REMEDY: &str = "run chrony, or whatever keeps this machine's clock";
        match read {
            Err(error) => Self::Unknown(format!("the kernel does not say how its clock is kept: {error}")),
            Ok(Kept { synchronised: false, .. }) => Self::Unknown(format!(
                "nobody keeps this machine's clock (the kernel says: not synchronised): {REMEDY}"
            )),
            Ok(Kept { offset, estimate, .. }) => {
                let off = offset.max(estimate);
                if off > LIMIT {
                    Self::Off(format!(
                        "the clock is off by {} ms, more than {} ms: titles would open and close at wrong times; \
                         look at what keeps it (chronyc tracking)",
                        off.as_millis(),
                        LIMIT.as_millis()
                    ))
                } else {
                    Self::Right(format!("kept, and off by less than {} ms", off.as_millis() + 1))
                }
            }
        }
    }
}

/// Adds the condition `clock`: each question asks `read`. A clock that nobody keeps must agree with the database's, of which `apart` says how
/// far it is where there is one. When `require_sync`, it counts as missing until somebody has kept it: one that was right goes wrong
/// slowly, and neither a keeper that is started again nor a source of time that is away for half a day takes viewers' nodes out.
pub fn condition(
    readiness: &Readiness,
    require_sync: bool,
    read: impl Fn() -> io::Result<Kept> + Send + Sync + 'static,
    apart: impl Fn() -> Option<Off> + Send + Sync + 'static,
) {
    let was_kept = AtomicBool::new(false);
    readiness.check("clock", move || match Verdict::of(read()) {
        Verdict::Right(_) => {
            was_kept.store(true, Relaxed);
            Ok(())
        }
        Verdict::Off(words) => Err(words),
        Verdict::Unknown(words) => match apart().map(shared::agrees) {
            Some(Err(disagreement)) => Err(format!("{words}; {disagreement}")),
            _ if require_sync && !was_kept.load(Relaxed) => {
                Err(format!("{words} (clock.require_sync is true)"))
            }
            _ => Ok(()),
        },
    });
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    fn kept(synchronised: bool, offset_ms: u64, estimate_ms: u64) -> io::Result<Kept> {
        let (offset, estimate) = (Duration::from_millis(offset_ms), Duration::from_millis(estimate_ms));
        Ok(Kept { synchronised, offset, estimate })
    }

    /// What a process is missing.
    fn missing(require_sync: bool, read: fn() -> io::Result<Kept>) -> Option<String> {
        let readiness = Readiness::default();
        condition(&readiness, require_sync, read, || None);
        readiness.missing().remove("clock")
    }

    #[test]
    fn a_clock_that_is_kept_and_off_is_never_ready() {
        for require in [false, true] {
            assert_eq!(missing(require, || kept(true, 100, 100)), None, "the limit itself is within");
            let offset = missing(require, || kept(true, 101, 0)).unwrap();
            assert!(offset.contains("off by 101 ms"), "{offset}");
            let estimate = missing(require, || kept(true, 0, 2500)).unwrap();
            assert!(estimate.contains("off by 2500 ms"), "{estimate}");
        }
    }

    #[test]
    fn a_clock_that_nobody_keeps_is_ready_unless_that_is_required() {
        assert_eq!(missing(false, || kept(false, 0, 0)), None);
        let words = missing(true, || kept(false, 0, 0)).unwrap();
        assert!(words.contains("not synchronised") && words.contains("clock.require_sync"), "{words}");
        let forbidden = || Err(io::Error::from(io::ErrorKind::PermissionDenied));
        assert_eq!(missing(false, forbidden), None);
        assert!(missing(true, forbidden).unwrap().contains("permission denied"));
    }

    #[test]
    fn a_clock_that_was_kept_is_not_wrong_because_its_keeper_left() {
        let readiness = Readiness::default();
        let keeps = Arc::new(AtomicBool::new(false));
        let keeper = keeps.clone();
        condition(&readiness, true, move || kept(keeper.load(Relaxed), 0, 0), || None);
        assert!(readiness.missing().contains_key("clock"), "not yet");
        keeps.store(true, Relaxed);
        assert!(readiness.missing().is_empty());
        keeps.store(false, Relaxed);
        assert!(readiness.missing().is_empty(), "it was right a moment ago");
    }

    #[test]
    fn a_clock_that_nobody_keeps_must_agree_with_the_databases() {
        let missing = |synchronised: bool, seconds: u64| {
            let readiness = Readiness::default();
            let off = Off { by: Duration::from_secs(seconds), ahead: true };
            condition(&readiness, false, move || kept(synchronised, 0, 0), move || Some(off));
            readiness.missing().remove("clock")
        };
        assert_eq!(missing(false, 5), None);
        let words = missing(false, 7200).unwrap();
        assert!(words.contains("run chrony") && words.contains("7200 s ahead of the database's"), "{words}");
        assert_eq!(missing(true, 7200), None, "kept: then it is the database's that is wrong");
    }
}
