//! Starts, probes, drains and stops instances: the hands of rollout and fleet.
//!
//! [`Driver`] is what every engine must do, by names that the caller chooses, so that whatever is asked twice happens once.
//! [`Local`] does it with processes of this machine on listening sockets that are opened once. [`Supervisor`] keeps as many
//! instances as are wanted and replaces them one by one. [`scrape`] reads what an instance has counted.

mod driver;
pub mod local;
pub mod plan;
mod probe;
pub mod scrape;
mod supervisor;

pub use driver::{Caps, Driver, DriverError, End, Instance, Name, Spec, State};
pub use local::Local;
pub use probe::{ProbeError, ready};
pub use supervisor::{Goal, Patience, Replace, Supervisor};
