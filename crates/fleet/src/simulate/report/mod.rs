//! What people get to see of a [`Study`](super::study::Study).

mod html;
mod svg;
mod table;

pub use html::page;
pub use table::{csv, table};
