//! Real processes on real sockets, real containers behind a real haproxy. The test binary itself plays the instance.
#![allow(clippy::unwrap_used)]

mod conformance;
mod engine;
mod group;
mod instance;
mod local;
mod podman;
mod replacing;
mod step;
