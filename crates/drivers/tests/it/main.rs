//! Real processes on real sockets, real containers behind a real haproxy. The test binary itself plays the instance.
#![allow(clippy::unwrap_used)]

mod conformance;
mod engine;
mod fake;
mod group;
mod instance;
mod keeping;
mod local;
mod podman;
mod replacing;
mod step;
