//! `primetime fleet`: capacity, ahead of the viewers.

mod calendar;
mod encoders;
pub mod engine;
mod fits;
mod following;
mod openings;
pub mod run;
pub mod simulate;
mod source;
pub mod status;
mod zone;
