//! Everything that the crate promises, through its public face.

mod capacity;
mod corpus;
mod engine;
mod events;
mod load;
mod planner;
mod study;
mod trace;
