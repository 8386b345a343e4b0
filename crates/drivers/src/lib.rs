//! Starts, probes, drains and stops instances: the hands of rollout and fleet.
//!
//! [`Engine`] is what every engine must do, by names that the caller chooses, so that whatever is asked twice happens once.
//! [`Local`] does it with processes of this machine on listening sockets that are opened once. [`Supervisor`] keeps as many
//! instances as are wanted and replaces them one by one. [`scrape`] reads what an instance has counted.

mod engine;
pub mod local;
pub mod plan;
mod probe;
mod supervisor;

pub use engine::{Caps, End, Engine, EngineError, Instance, Name, Spec, State};
pub use local::Local;
pub use probe::{ProbeError, Ready, counted, ready};
pub use supervisor::{Goal, Patience, Replace, Supervisor};
