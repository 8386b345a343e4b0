//! Golden images over a real folder of objects: whatever is done, there is a way back.
#![allow(clippy::unwrap_used)]

mod refusals;
mod way_back;
