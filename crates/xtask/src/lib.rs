//! Checks of the tree itself, run as tests: which crate may stand on which, how long a file may be.

pub mod edges;
pub mod sizes;
