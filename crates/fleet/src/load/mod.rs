//! From instances' counters to the load of each minute, whatever happens to the counters on the way.

mod counter;
mod latency;
mod minutes;

pub use counter::{Counter, SILENCE_SECONDS, Sample, Step, Trouble};
pub use latency::{Answers, Lately, QUICK_WITHIN, was_quick};
pub use minutes::{Load, Minutes};
