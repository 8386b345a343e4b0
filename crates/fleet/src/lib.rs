//! What capacity the platform needs and when, and how what runs changes: forecast, plan and the simulator that proves them;
//! rollouts, and the judge of canaries.
//!
//! Pure: loads, calendar, clock and chance are handed in; out come floors, steps and verdicts with their reasons. No I/O, no
//! async, no SQL.

pub mod capacity;
pub mod forecast;

#[doc(hidden)]
pub mod fuzz;
pub mod judge;
pub mod load;
pub mod metrics;
pub mod plan;
pub mod prometheus;
pub mod rollout;
pub mod simulate;
