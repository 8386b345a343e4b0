//! Rollouts of real processes under real traffic, orders to them, and the audit log.

#![allow(clippy::unwrap_used)] // a test that cannot go on fails

mod audit;
mod clocks;
mod desk;
mod encoders;
#[path = "../../../drivers/tests/it/fake.rs"]
mod fake;
mod fleet;
mod hanging;
mod hosts;
mod learned;
mod measured;
mod processes;
mod rolling;
mod takedowns;
mod town;
mod undo;
