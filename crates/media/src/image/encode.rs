//! WebP and JPEG out.

use image::codecs::jpeg::JpegEncoder;

use super::{ImageError, Picture};

/// WebP, lossy, quality 0 to 100; alpha is kept.
///
/// # Errors
/// When a side is over 16,383 pixels, WebP's bound.
pub fn encode_webp(picture: &Picture, quality: f32) -> Result<Vec<u8>, ImageError> {
    // An opaque picture is handed over without alpha: smaller files, faster decoding.
    let opaque = picture.rgba.as_chunks::<4>().0.iter().all(|p| p[3] == u8::MAX);
    let rgb;
    let encoder = if opaque {
        rgb = flatten(picture, [0; 3]);
        webp::Encoder::from_rgb(&rgb, picture.width, picture.height)
    } else {
        webp::Encoder::from_rgba(&picture.rgba, picture.width, picture.height)
    };
    let bytes = encoder.encode_simple(false, quality.clamp(0.0, 100.0));
    bytes.map(|bytes| bytes.to_vec()).map_err(|e| ImageError::Encode(format!("{e:?}")))
}

/// JPEG, quality 1 to 100; what is transparent becomes black.
///
/// # Errors
/// When a side is over 65,535 pixels, JPEG's bound.
pub fn encode_jpeg(picture: &Picture, quality: u8) -> Result<Vec<u8>, ImageError> {
    let mut out = Vec::new();
    let mut encoder = JpegEncoder::new_with_quality(&mut out, quality.clamp(1, 100));
    let rgb = flatten(picture, [0; 3]);
    encoder
        .encode(&rgb, picture.width, picture.height, image::ExtendedColorType::Rgb8)
        .map_err(|e| ImageError::Encode(e.to_string()))?;
    Ok(out)
}

/// Three bytes per pixel, over a background.
fn flatten(picture: &Picture, under: [u8; 3]) -> Vec<u8> {
    let blend = |over: u8, under: u8, alpha: u8| {
        let (over, under, alpha) = (u32::from(over), u32::from(under), u32::from(alpha));
        ((over * alpha + under * (255 - alpha) + 127) / 255) as u8
    };
    let pixels = picture.rgba.as_chunks::<4>().0;
    pixels
        .iter()
        .flat_map(|[r, g, b, a]| [blend(*r, under[0], *a), blend(*g, under[1], *a), blend(*b, under[2], *a)])
        .collect()
}
