//! What capacity the platform needs, and when: forecast, plan and the simulator that proves them.
//!
//! Pure: loads, calendar, clock and chance are handed in; out come floors with their reasons. No I/O, no async, no SQL.

pub mod capacity;
pub mod forecast;

#[doc(hidden)]
pub mod fuzz;
pub mod load;
pub mod plan;
pub mod simulate;
