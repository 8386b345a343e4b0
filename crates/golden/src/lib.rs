//! Golden images: which there are, which one each stage runs, and what may be collected.
//!
//! The [`Catalogue`] is a value; [`Shelf`] keeps it, signed, as an announced object beside the images. Whatever is collected,
//! the image that a stage runs and the one it ran before are still there: there is always a way back.

mod catalogue;
mod error;
mod shelf;
mod stage;

pub use catalogue::{Catalogue, Image, MAX_IMAGES};
pub use error::GoldenError;
pub use shelf::Shelf;
pub use stage::{Stage, StageError};
