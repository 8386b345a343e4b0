//! The binary as those who run it meet it: real processes, killed for real.
#![allow(clippy::unwrap_used)]

mod catalogue;
mod commands;
mod images;
mod killed;
mod process;
mod serving;
