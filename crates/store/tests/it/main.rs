//! The store as its users see it. [`contract`] takes a backend, so that the next engine is held to the same.

mod backend;
mod catalogue;
mod concurrency;
mod contract;
mod durability;
mod jobs;
mod opening;
