//! One function per parser for outside bytes: it may refuse, it may not panic, hang or grow without bound. The corpus is
//! replayed by the tests; `fuzz/run` drives the same functions with libFuzzer.

use crate::simulate::trace::{MAX_MINUTES, Trace};

/// Reads the bytes as a trace; what is accepted has at least a minute, none of them negative, and known ends.
pub fn fuzz_trace(data: &[u8]) {
    if let Ok(trace) = Trace::parse(data) {
        assert!((1..=MAX_MINUTES).contains(&trace.minutes.len()), "{} minutes", trace.minutes.len());
        assert!(trace.minutes.iter().all(|load| load.is_nan() || *load >= 0.0), "a negative load");
        assert!(
            !trace.minutes[0].is_nan() && !trace.minutes[trace.minutes.len() - 1].is_nan(),
            "an open end"
        );
    }
}
