//! Over real sockets, with images made by hand and pulled by the engines that people use.

#![allow(clippy::unwrap_used)] // a test that cannot go on fails

mod bad_days;
mod corpus;
mod engines;
mod image;
mod names;
mod peers;
mod protocol;
mod pushing;
mod slow_store;
mod strange_peer;
mod world;

#[path = "../../../objects/tests/it/server.rs"]
mod server;
