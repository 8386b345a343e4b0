//! Against a service that answers as an API server does for these objects (`cluster.rs` says in what): none can be had here.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod answers;
mod autoscaler;
mod cluster;
mod conformance;
mod fencing;
mod requests;
mod wire;
