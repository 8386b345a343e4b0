//! Pictures: decode within limits, rasterise, resize, encode.
//!
//! What comes out is always 8-bit sRGB with straight alpha. Embedded colour profiles are not applied.

mod colour;
mod decode;
mod encode;
mod resize;
mod svg;
mod svg_cost;
mod svg_layers;

pub use colour::{dominant_colour, hex};
pub use decode::{Format, decode_limited, sniff};
pub use encode::{encode_jpeg, encode_webp};
pub use resize::{cover, fit_width, resize};
pub use svg::svg_to_rgba;

/// Bounds on what a picture may ask for.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Bytes of the encoded picture.
    pub max_bytes: usize,
    /// Pixels of the decoded picture; four bytes each.
    pub max_pixels: u64,
    /// Pixels along one side.
    pub max_side: u32,
}

impl Default for Limits {
    /// 32 MiB encoded; 50 megapixels (a poster in print quality, 200 MB decoded); 16,383 pixels, which is WebP's own bound.
    fn default() -> Self {
        Self { max_bytes: 32 << 20, max_pixels: 50_000_000, max_side: 16_383 }
    }
}

/// A decoded picture: rows from the top, four bytes per pixel (red, green, blue, alpha; alpha not multiplied in).
#[derive(Clone, PartialEq, Eq)]
pub struct Picture {
    width: u32,
    height: u32,
    rgba: Vec<u8>,
}

impl Picture {
    /// A picture of these bytes; nothing when they are not `width * height * 4`, or a side is 0.
    pub fn new(width: u32, height: u32, rgba: Vec<u8>) -> Option<Self> {
        let len = u64::from(width) * u64::from(height) * 4;
        (len > 0 && rgba.len() as u64 == len).then_some(Self { width, height, rgba })
    }

    /// Pixels.
    pub fn width(&self) -> u32 {
        self.width
    }

    /// Pixels.
    pub fn height(&self) -> u32 {
        self.height
    }

    /// Four bytes per pixel.
    pub fn rgba(&self) -> &[u8] {
        &self.rgba
    }
}

impl std::fmt::Debug for Picture {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Picture({}x{})", self.width, self.height)
    }
}

/// Why a picture is refused.
#[derive(Debug, thiserror::Error)]
pub enum ImageError {
    /// The bytes begin like no format that is read.
    #[error("this is no PNG, JPEG, WebP or SVG picture")]
    Format,
    /// More encoded bytes than allowed.
    #[error("the picture file has {bytes} bytes, more than the limit of {limit}")]
    TooManyBytes {
        /// How many it has.
        bytes: usize,
        /// [`Limits::max_bytes`].
        limit: usize,
    },
    /// More pixels than allowed.
    #[error(
        "the picture has {width} x {height} pixels, over the limit of {max_side} a side and {max_pixels} in all"
    )]
    TooManyPixels {
        /// Pixels.
        width: u64,
        /// Pixels.
        height: u64,
        /// [`Limits::max_side`].
        max_side: u32,
        /// [`Limits::max_pixels`].
        max_pixels: u64,
    },
    /// Damaged or truncated.
    #[error("the picture is damaged or cut short: {0}")]
    Damaged(String),
    /// An SVG that asks for too much work.
    #[error("the SVG picture is too complex: {0}")]
    Complex(&'static str),
    /// A picture without a side cannot be made.
    #[error("a picture cannot have {0} x {1} pixels")]
    Size(u32, u32),
    /// The encoder gave up.
    #[error("the picture could not be encoded: {0}")]
    Encode(String),
}

impl Limits {
    /// Whether a picture of that size may be decoded or drawn.
    fn check(&self, width: u64, height: u64) -> Result<(), ImageError> {
        let side = u64::from(self.max_side);
        if width > side || height > side || width * height > self.max_pixels {
            let Limits { max_side, max_pixels, .. } = *self;
            return Err(ImageError::TooManyPixels { width, height, max_side, max_pixels });
        }
        Ok(())
    }

    fn check_bytes(&self, bytes: &[u8]) -> Result<(), ImageError> {
        if bytes.len() > self.max_bytes {
            return Err(ImageError::TooManyBytes { bytes: bytes.len(), limit: self.max_bytes });
        }
        Ok(())
    }
}

/// Reads a picture of any format that is known, SVG at the width given (its height follows its shape).
///
/// # Errors
/// When the bytes are no such picture, are damaged, or ask for more than the limits.
pub fn open(bytes: &[u8], svg_width: u32, limits: &Limits) -> Result<Picture, ImageError> {
    match sniff(bytes) {
        Some(Format::Svg) => svg_to_rgba(bytes, svg_width, limits),
        _ => decode_limited(bytes, limits),
    }
}
