//! Rollouts carried out, orders given to them, titles taken down, what is said of it in chat, and the log of who did what and why.
//!
//! What is decided stands in `fleet`, which is pure; what is kept stands in `store`. Here they meet the fleet as it is, through a
//! [`fleet::rollout::Driver`].

pub mod audit;
mod back;
mod controller;
mod desk;
mod error;
pub mod fleet;
mod hosts;
mod needed;
mod takedowns;
pub mod talk;
mod windows;
pub mod words;

pub use back::{GoesBack, WayBack};
pub use controller::{Controller, Ticked};
pub use desk::{Desk, Status};
pub use error::OpsError;
pub use hosts::{Claimed, Hosts, Post};
pub use needed::needed;
pub use takedowns::{Asked, Takedowns};
