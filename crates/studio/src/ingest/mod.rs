//! From masters and pictures to tracks and sizes.

pub mod document;
mod fingerprint;
mod order;
mod picture;
mod source;
mod summary;

pub use fingerprint::{asset_id, hash_file};
pub(crate) use order::{media, order, playables};
pub use picture::{Rendered, WIDTHS, render};
pub use source::{FileError, FileRef, Source, SubtitleSource};
pub use summary::{PictureBody, Summary};
