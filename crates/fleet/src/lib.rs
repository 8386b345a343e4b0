//! How the fleet changes, decided without touching anything: what is seen comes in as data, what to do goes out as data.

pub mod judge;
pub mod rollout;
