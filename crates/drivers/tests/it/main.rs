//! Real processes on real sockets. The test binary itself plays the instance.
#![allow(clippy::unwrap_used)]

mod conformance;
mod engine;
mod group;
mod instance;
mod local;
mod replacing;
mod step;
