//! `primetime fleet`: capacity, ahead of the viewers.

mod calendar;
mod catalogue;
pub mod engine;
mod fits;
mod following;
mod openings;
mod planner;
pub mod run;
pub mod simulate;
mod source;
pub mod status;
mod zone;
