//! From masters and pictures to tracks and sizes.

mod fingerprint;
mod picture;

pub use fingerprint::{asset_id, hash_file};
pub use picture::{Rendered, WIDTHS, render};
