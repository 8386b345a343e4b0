//! PNG, JPEG and WebP.

use std::io::Cursor;

use image::{DynamicImage, ImageDecoder, ImageFormat, ImageReader};

use super::{ImageError, Limits, Picture};

/// The formats that are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Portable Network Graphics.
    Png,
    /// JPEG.
    Jpeg,
    /// WebP; of an animation the first frame.
    WebP,
    /// Scalable Vector Graphics, as plain text.
    Svg,
}

/// The format by the first bytes; a file's name is not asked.
pub fn sniff(bytes: &[u8]) -> Option<Format> {
    /// An SVG's root may come after a declaration, comments and a document type.
    const HEAD: usize = 4096;
    if bytes.starts_with(b"\x89PNG\r\n\x1a\n") {
        return Some(Format::Png);
    }
    if bytes.starts_with(b"\xff\xd8\xff") {
        return Some(Format::Jpeg);
    }
    if bytes.starts_with(b"RIFF") && bytes.get(8..12) == Some(b"WEBP") {
        return Some(Format::WebP);
    }
    let head = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes).trim_ascii_start();
    let head = &head[..head.len().min(HEAD)];
    let svg = head.starts_with(b"<") && head.windows(4).any(|w| w == b"<svg");
    svg.then_some(Format::Svg)
}

/// Decodes a PNG, JPEG or WebP picture, upright (its EXIF orientation is applied).
///
/// # Errors
/// When the bytes are none of these, are damaged, or have more bytes or pixels than the limits.
pub fn decode_limited(bytes: &[u8], limits: &Limits) -> Result<Picture, ImageError> {
    limits.check_bytes(bytes)?;
    let format = match sniff(bytes) {
        Some(Format::Png) => ImageFormat::Png,
        Some(Format::Jpeg) => ImageFormat::Jpeg,
        Some(Format::WebP) => ImageFormat::WebP,
        _ => return Err(ImageError::Format),
    };
    let damaged = |e: image::ImageError| ImageError::Damaged(e.to_string());
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
    reader.limits(decoder_limits(limits));
    let mut decoder = reader.into_decoder().map_err(damaged)?;
    let (width, height) = decoder.dimensions();
    limits.check(width.into(), height.into())?;
    // A damaged EXIF block is no reason to refuse the picture.
    let orientation = decoder.orientation().unwrap_or(image::metadata::Orientation::NoTransforms);
    let mut picture = DynamicImage::from_decoder(decoder).map_err(damaged)?;
    picture.apply_orientation(orientation);
    let rgba = picture.into_rgba8();
    let (width, height) = rgba.dimensions();
    Picture::new(width, height, rgba.into_raw()).ok_or(ImageError::Size(width, height))
}

/// Memory for the decoder itself: eight bytes per allowed pixel (16-bit RGBA) and a few MiB of tables. Sides are checked by
/// us afterwards, with an error that names them.
fn decoder_limits(limits: &Limits) -> image::Limits {
    let mut own = image::Limits::default();
    own.max_alloc = Some(limits.max_pixels.saturating_mul(8).saturating_add(16 << 20));
    own
}
