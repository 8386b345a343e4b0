//! What each policy would have cost, and turned away, on a history.
//!
//! Deterministic: boot times, failures and noise come from seeds. Ours is the planner that the running fleet uses; the peers
//! are written from their vendors' documented rules ([`policy`]); everybody's settings are swept on the first weeks
//! ([`contest`]) and read off on the rest ([`study`]).

pub mod chance;
mod condition;
pub mod contest;
pub mod demand;
pub mod engine;
pub mod families;
pub mod latency;
mod parallel;
pub mod policy;
pub mod premieres;
pub mod report;
pub mod setting;
pub mod study;
pub mod trace;
