//! The runner against a real database, with its own clock, and with a worker that is really killed.

#![allow(clippy::unwrap_used)] // a test that cannot go on fails

mod ends;
mod harness;
mod killed;
mod many;
