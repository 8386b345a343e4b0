//! The fleet's decisions as their users see them.

#![allow(clippy::unwrap_used)] // a test that cannot go on fails

mod capacity;
mod corpus;
mod coverage;
mod encoders;
mod engine;
mod events;
mod families;
mod judge;
mod latency;
mod load;
mod metrics;
mod oracle;
mod planner;
mod prometheus;
mod queue_model;
mod rollout;
mod study;
mod trace;
mod traffic;
mod world;
