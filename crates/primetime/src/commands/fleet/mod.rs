//! `primetime fleet`: capacity, ahead of the viewers.

mod calendar;
pub mod engine;
mod following;
pub mod run;
pub mod simulate;
mod source;
pub mod status;
mod zone;
