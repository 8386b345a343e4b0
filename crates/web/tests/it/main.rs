//! Over real sockets.

#![allow(clippy::unwrap_used)] // a test that cannot go on fails

mod authority;
mod bodies;
mod connections;
mod corpus;
mod drain;
mod express;
mod guard;
mod harness;
mod health;
mod log;
mod process;
mod shared;
mod tls;
