//! Manifests, segments and images behind a token.
//!
//! ```text
//! /v/{asset}/master.m3u8            multivariant playlist, of the rungs that the token grants
//! /v/{asset}/{track}.m3u8           one track's playlist
//! /v/{asset}/{track}/init.mp4       its initialisation segment
//! /v/{asset}/{track}/{n}.m4s        its nth segment, from 0: a byte range of the track's one object
//! /v/{asset}/{track}.vtt            subtitles
//! /v/{asset}/storyboard.vtt, storyboard-{n}.jpg
//! /i/{picture}/{width}.webp         pictures, for everybody
//! ```
//!
//! An origin asks no database and holds no signing key: what an asset consists of says its media index, which the edition
//! names; who may have it says the token.

mod admit;
mod answer;
mod assets;
mod documents;
mod files;
mod limits;
mod loaded;
mod path;
mod problems;
mod quality;
mod router;
mod source;
mod stats;
mod stream;

pub use limits::OriginLimits;
pub use path::fuzz_path;
pub use router::{OriginState, router};
pub use source::{AssetSource, Indexed, Named};
