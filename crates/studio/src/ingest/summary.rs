//! What is kept of finished media, for editions.

use domain::Locale;
use edition::ImageRef;
use objects::{Hash, PictureHash};
use serde::{Deserialize, Serialize};

/// A picture that is ready, as it is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PictureBody {
    /// Its identity.
    pub hash: PictureHash,
    /// Width and height of what it was made of, in pixels.
    pub size: (u16, u16),
    /// What it mostly is.
    pub colour: [u8; 3],
    /// The widths there are, ascending.
    pub widths: Vec<u16>,
}

impl From<PictureBody> for ImageRef {
    fn from(body: PictureBody) -> Self {
        let PictureBody { hash, size: (width, height), colour, widths } = body;
        Self { hash, width, height, colour, widths }
    }
}

/// What an edition says of an asset; written with each media index.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Summary {
    /// BLAKE3 of the media index.
    pub index: Hash,
    /// Running time in microseconds.
    pub duration_us: u64,
    /// Of the greatest rung there is.
    pub max_height: u16,
    /// Languages that can be heard, the original first.
    pub audio: Vec<Locale>,
    /// Languages that can be read.
    pub subtitles: Vec<Locale>,
    /// A frame of it.
    #[serde(default)]
    pub still: Option<PictureBody>,
}
