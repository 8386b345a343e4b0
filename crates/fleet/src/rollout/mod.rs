//! A rollout: a plan as data, carried out step by step by a function of what is known and what is seen.
//!
//! [`Plan::forward`] says beforehand what will happen and in which order. [`Rollout::step`] takes what is there *now* and answers
//! with what to do next. It keeps nothing that it could see, so that doing an action twice, or never because the controller
//! died, changes nothing but the time: whoever reads the stored [`Rollout`] goes on from what he finds.
//!
//! Whatever the stage, two things hold: no action takes an instance out of traffic that would leave fewer than the floor,
//! and the old release's instances run on, warm, until the new one has baked, so that going back is a switch of traffic.

mod driver;
mod plan;
mod room;
mod seen;
mod state;
mod step;
mod want;

pub use driver::{Driver, DriverError};
pub use plan::{Limits, Plan, PlanError, Wanted, Wave};
pub use seen::{Action, Counts, Migrating, Migration, Observation, Phase, Seen, Totals};
pub use state::{Duty, Order, Refused, Rollout, Slot, Stage, Step};
