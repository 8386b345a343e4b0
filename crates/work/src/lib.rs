//! The job runner: leases, heartbeats, fencing, priorities, progress.
//!
//! Jobs are registered by those who own them ([`Registry::register`]) and enqueued in the transaction that needs them
//! ([`store::Tx::enqueue`]). A [`Runner`] takes one per free slot under a lease, keeps the lease with heartbeats, and finishes
//! the job under its fencing token. A runner may be killed at any instant: when its lease runs out another takes the job, so a
//! handler must be idempotent.

mod backoff;
mod context;
mod error;
mod heartbeat;
mod one;
mod registry;
mod runner;

pub use context::{JobContext, Progress};
pub use error::JobError;
pub use registry::{Job, Outcome, Registry};
pub use runner::{Runner, RunnerLimits};
