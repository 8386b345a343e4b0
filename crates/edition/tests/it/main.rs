//! Editions as their readers see them, built from domain values on real folders.

#![allow(clippy::unwrap_used)]

mod audiences;
mod damage;
mod following;
mod hostile;
mod rails;
mod round_trip;
mod synthetic;
mod takedowns;
mod world;
