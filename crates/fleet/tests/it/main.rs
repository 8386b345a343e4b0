//! The fleet's decisions as their users see them.

#![allow(clippy::unwrap_used)] // a test that cannot go on fails

mod exposition;
mod judge;
mod oracle;
mod rollout;
mod traffic;
mod world;
