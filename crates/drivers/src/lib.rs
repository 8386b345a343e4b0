//! Starts, probes, drains and stops instances: the hands of rollout and fleet.
//!
//! [`Engine`] is what every engine must do, by names that the caller chooses, so that whatever is asked twice happens once.
//! [`Local`] does it with processes of this machine on listening sockets that are opened once, [`Podman`] with containers behind a
//! haproxy. [`Keeper`] keeps as many instances as are wanted and replaces them one by one; [`Host`] is what a rollout drives;
//! [`counted`] reads what an instance has counted. A [group](group) is kept by an engine that starts and ends instances by its own
//! means, and is told its floor alone.

mod arrivals;
mod clocks;
mod engine;
pub mod group;
mod host;
mod keeper;
pub mod local;
mod migration;
pub mod plan;
pub mod podman;
mod probe;
mod program;

pub use arrivals::Arrivals;
pub use clocks::Clocks;
pub use engine::{Caps, End, Engine, EngineError, Image, Instance, Name, Program, Spec, State, Traffic};
pub use host::{Host, Programs, Purpose, Unready};
pub use keeper::{Goal, Keeper, Kept, MOST_PAUSE, Patience};
pub use local::Local;
pub use podman::Podman;
pub use probe::{ProbeError, Ready, counted, figures, ready};
