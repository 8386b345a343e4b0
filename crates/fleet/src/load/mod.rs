//! From instances' counters to the load of each minute, whatever happens to the counters on the way.

mod counter;
mod minutes;

pub use counter::{Counter, Sample, Step, Trouble};
pub use minutes::{Load, Minutes};
