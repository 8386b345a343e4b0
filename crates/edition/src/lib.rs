//! The edition: everything that viewers may see, immutable and versioned.
//!
//! A signed announcement names a header, the header names sections by their BLAKE3, and sections hold columns and a string
//! arena that are read where they lie. [`build()`] writes an edition through [`objects`], [`Follower`] keeps the newest one open,
//! and [`Edition`] answers from it. Nothing here asks a database or a clock, and nothing waits: every call that reads or
//! writes objects blocks, so async callers use a blocking thread.

mod audience;
mod build;
mod error;
mod follow;
mod format;
pub mod generate;
mod load;
mod map;
mod places;
mod section;
mod shard;
mod view;

pub use audience::{Audience, AudienceId};
pub use build::{AssetInput, BuildInput, Built, build};
pub use error::{BuildError, EditionError};
pub use follow::{Follower, Outcome, Withdrawn};
pub use format::{FORMAT, READS, fuzz_header, fuzz_section};
pub use load::Edition;
pub use view::{
    Artwork, AssetView, BrandView, CreditView, Filled, ImageRef, Languages, ParentView, RailView, Said,
    SeasonView, TextView, TitleView,
};
