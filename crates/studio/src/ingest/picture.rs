//! From a source picture to the sizes that pages use.

use media::image::{self, Format, ImageError, Limits, Picture};

/// Widths in pixels that pictures are offered in. The greatest only for lying ones: nothing upright is shown that wide.
pub const WIDTHS: [u16; 4] = [320, 640, 1280, 1920];
const MAX_UPRIGHT: u16 = 1280;
/// Of WebP, 0 to 100: where drawn edges stay clean.
const QUALITY: f32 = 82.0;

/// A picture in every width that fits.
#[derive(Debug)]
pub struct Rendered {
    /// Width and height in pixels of what they were made of.
    pub size: (u32, u32),
    /// What it mostly is, shown until it has loaded.
    pub colour: [u8; 3],
    /// Width in pixels and WebP bytes, narrowest first; at least one.
    pub files: Vec<(u16, Vec<u8>)>,
}

/// Decodes or rasterises a picture and makes its sizes. Never enlarges, except what has no size of its own (SVG).
///
/// # Errors
/// When it is no picture, is damaged, or asks for more than the limits.
pub fn render(source: &[u8]) -> Result<Rendered, ImageError> {
    let limits = Limits::default();
    let picture = match image::sniff(source) {
        Some(Format::Svg) => {
            let sketch = image::svg_to_rgba(source, u32::from(WIDTHS[0]), &limits)?;
            image::svg_to_rgba(source, u32::from(widest(&sketch)), &limits)?
        }
        _ => image::decode_limited(source, &limits)?,
    };
    let most = picture.width().min(u32::from(widest(&picture)));
    let mut widths: Vec<u16> = WIDTHS.into_iter().filter(|width| u32::from(*width) <= most).collect();
    // Narrower than the least: its own size.
    if widths.is_empty() {
        widths.push(u16::try_from(most).unwrap_or(WIDTHS[0]));
    }
    let mut files = Vec::new();
    let mut from = picture.clone();
    for width in widths.into_iter().rev() {
        from = image::fit_width(&from, u32::from(width))?;
        files.push((width, image::encode_webp(&from, QUALITY)?));
    }
    files.reverse();
    let colour = image::dominant_colour(&from);
    Ok(Rendered { size: (picture.width(), picture.height()), colour, files })
}

fn widest(picture: &Picture) -> u16 {
    if picture.height() > picture.width() { MAX_UPRIGHT } else { WIDTHS[WIDTHS.len() - 1] }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn svg(width: u32, height: u32) -> Vec<u8> {
        format!(
            r##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}"><rect width="{width}" height="{height}" fill="#224466"/></svg>"##
        )
        .into_bytes()
    }

    #[test]
    fn a_drawing_is_made_in_every_width_of_its_shape() {
        let upright = render(&svg(20, 30)).unwrap();
        assert_eq!(upright.files.iter().map(|(width, _)| *width).collect::<Vec<_>>(), [320, 640, 1280]);
        assert_eq!(upright.size, (1280, 1920));
        assert_eq!(upright.colour, [0x22, 0x44, 0x66]);
        for (width, bytes) in &upright.files {
            let picture = image::decode_limited(bytes, &Limits::default()).unwrap();
            assert_eq!((picture.width(), picture.height()), (u32::from(*width), u32::from(*width) * 3 / 2));
        }
        assert_eq!(widest(&Picture::new(16, 9, vec![0; 16 * 9 * 4]).unwrap()), 1920);
    }

    #[test]
    fn a_photograph_is_never_enlarged() {
        let small = Picture::new(100, 50, vec![200; 100 * 50 * 4]).unwrap();
        let small = render(&image::encode_webp(&small, 80.0).unwrap()).unwrap();
        assert_eq!(small.files.iter().map(|(width, _)| *width).collect::<Vec<_>>(), [100]);
        let middling = Picture::new(700, 350, vec![200; 700 * 350 * 4]).unwrap();
        let middling = render(&image::encode_jpeg(&middling, 80).unwrap()).unwrap();
        assert_eq!(middling.files.iter().map(|(width, _)| *width).collect::<Vec<_>>(), [320, 640]);
    }

    #[test]
    fn what_is_no_picture_is_refused() {
        for bad in [&b""[..], b"notes", b"<svg", b"\x89PNG\r\n\x1a\n"] {
            assert!(render(bad).is_err());
        }
    }
}
