//! The store as its users see it. [`contract`] takes a backend, so that the next engine is held to the same.

#![allow(clippy::unwrap_used)] // a test that cannot go on fails

mod backend;
mod catalogue;
mod concurrency;
mod contract;
mod durability;
mod jobs;
mod opening;
