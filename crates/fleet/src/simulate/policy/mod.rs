//! The policies that are compared: peers from their vendors' documented rules, ours, and what nobody can do.

pub mod bounds;
pub mod predictive;
pub mod primetime;
pub mod reactive;
