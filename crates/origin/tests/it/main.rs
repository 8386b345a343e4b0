//! Over real sockets, with a real film of six seconds.

#![allow(clippy::unwrap_used)] // a test that cannot go on fails

mod bucket;
mod damage;
mod editions;
mod film;
mod hostile;
mod log;
mod manifests;
mod plays;
mod retention;
mod segments;
#[path = "../../../objects/tests/it/server.rs"]
mod server;
mod tokens;
mod world;
