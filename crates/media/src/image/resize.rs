//! Resizing, by Lanczos3 with alpha taken into account.

use fast_image_resize::images::Image;
use fast_image_resize::{FilterType, PixelType, ResizeAlg, ResizeOptions, Resizer};

use super::{ImageError, Picture};

/// The picture at exactly that size; its shape may change.
///
/// # Errors
/// [`ImageError::Size`] when a side is 0 or the pixels do not fit in memory's numbers.
pub fn resize(picture: &Picture, width: u32, height: u32) -> Result<Picture, ImageError> {
    run(picture, width, height, options())
}

/// The middle of the picture in exactly that size: scaled to cover it, what juts out cut off on both sides alike.
///
/// # Errors
/// As [`resize`].
pub fn cover(picture: &Picture, width: u32, height: u32) -> Result<Picture, ImageError> {
    run(picture, width, height, options().fit_into_destination(Some((0.5, 0.5))))
}

/// The picture at that width, or as it is when it is narrower; its shape stays.
///
/// # Errors
/// As [`resize`].
pub fn fit_width(picture: &Picture, width: u32) -> Result<Picture, ImageError> {
    if picture.width <= width {
        return Ok(picture.clone());
    }
    let (w, h) = (u64::from(picture.width), u64::from(picture.height));
    let height = ((h * u64::from(width) + w / 2) / w).max(1);
    resize(picture, width, u32::try_from(height).unwrap_or(u32::MAX))
}

fn options() -> ResizeOptions {
    ResizeOptions::new().resize_alg(ResizeAlg::Convolution(FilterType::Lanczos3))
}

fn run(picture: &Picture, width: u32, height: u32, options: ResizeOptions) -> Result<Picture, ImageError> {
    let bad = || ImageError::Size(width, height);
    let bytes = u64::from(width) * u64::from(height) * 4;
    if bytes == 0 || usize::try_from(bytes).is_err() || width > 65_535 || height > 65_535 {
        return Err(bad());
    }
    let mut source = picture.rgba.clone();
    let source = Image::from_slice_u8(picture.width, picture.height, &mut source, PixelType::U8x4)
        .map_err(|_| bad())?;
    let mut out = Image::new(width, height, PixelType::U8x4);
    let options = options.use_alpha(true);
    Resizer::new().resize(&source, &mut out, &options).map_err(|e| ImageError::Encode(e.to_string()))?;
    Picture::new(width, height, out.into_vec()).ok_or_else(bad)
}
