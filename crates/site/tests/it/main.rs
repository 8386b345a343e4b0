//! The site over a real edition and a real database.
#![allow(clippy::unwrap_used, reason = "a test stops where it cannot go on")]

mod api;
mod audiences;
mod away;
#[path = "../../../edition/tests/it/world.rs"]
#[allow(dead_code, reason = "shared with the tests of edition")]
mod catalogue;
mod edges;
mod endings;
mod express;
mod guard;
mod house;
mod languages;
mod markup;
mod meta;
mod pages;
mod socket;
mod takedowns;
#[path = "../../../viewers/tests/it/world.rs"]
#[allow(dead_code, reason = "shared with the tests of viewers")]
mod world;
