//! The binary as those who run it meet it: real processes, killed for real.
#![allow(clippy::unwrap_used)]

mod backups;
mod bucket;
mod catalogue;
mod commands;
mod images;
mod killed;
mod probe;
mod process;
mod replaced;
mod rollout;
#[path = "../../../objects/tests/it/server.rs"]
mod server;
mod serving;
mod shared;
mod takedowns;
