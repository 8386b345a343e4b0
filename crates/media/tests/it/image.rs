use media::image::{
    Format, ImageError, Limits, Picture, cover, decode_limited, dominant_colour, encode_jpeg, encode_webp,
    fit_width, hex, resize, sniff,
};
use proptest::prelude::*;

/// Left half one colour, right half another.
fn halves(width: u32, height: u32, left: [u8; 4], right: [u8; 4]) -> Picture {
    let pixels = (0..height).flat_map(|_| (0..width).map(move |x| if x < width / 2 { left } else { right }));
    Picture::new(width, height, pixels.flatten().collect()).expect("a picture")
}

fn pixel(picture: &Picture, x: u32, y: u32) -> [u8; 4] {
    let at = ((y * picture.width() + x) * 4) as usize;
    picture.rgba()[at..at + 4].try_into().expect("four bytes")
}

fn near(a: [u8; 4], b: [u8; 4], by: u8) -> bool {
    a.iter().zip(b).all(|(a, b)| a.abs_diff(b) <= by)
}

fn png(picture: &Picture) -> Vec<u8> {
    let mut out = std::io::Cursor::new(Vec::new());
    let (w, h) = (picture.width(), picture.height());
    image::write_buffer_with_format(
        &mut out,
        picture.rgba(),
        w,
        h,
        image::ColorType::Rgba8,
        image::ImageFormat::Png,
    )
    .expect("encodes");
    out.into_inner()
}

const RED: [u8; 4] = [220, 20, 30, 255];
const BLUE: [u8; 4] = [10, 30, 200, 255];

#[test]
fn what_is_encoded_decodes_to_nearly_the_same() {
    let picture = halves(64, 32, RED, BLUE);
    for (bytes, format) in [
        (encode_webp(&picture, 90.0).expect("webp"), Format::WebP),
        (encode_jpeg(&picture, 95).expect("jpeg"), Format::Jpeg),
        (png(&picture), Format::Png),
    ] {
        assert_eq!(sniff(&bytes), Some(format));
        let back = decode_limited(&bytes, &Limits::default()).expect("decodes");
        assert_eq!((back.width(), back.height()), (64, 32));
        assert!(near(pixel(&back, 8, 16), RED, 12), "{format:?} {:?}", pixel(&back, 8, 16));
        assert!(near(pixel(&back, 56, 16), BLUE, 12), "{format:?} {:?}", pixel(&back, 56, 16));
        for cut in [1, 11, bytes.len() / 2, bytes.len() - 9] {
            let error = decode_limited(&bytes[..cut], &Limits::default());
            let jpeg_forgives = format == Format::Jpeg && cut > 600;
            assert!(error.is_err() || jpeg_forgives, "{format:?} cut at {cut}");
        }
    }
}

#[test]
fn transparency_stays_in_webp_and_is_black_in_jpeg() {
    let picture = halves(32, 32, RED, [255, 255, 255, 0]);
    let webp =
        decode_limited(&encode_webp(&picture, 90.0).expect("webp"), &Limits::default()).expect("decodes");
    assert_eq!((pixel(&webp, 4, 4)[3], pixel(&webp, 28, 4)[3]), (255, 0));
    let jpeg =
        decode_limited(&encode_jpeg(&picture, 95).expect("jpeg"), &Limits::default()).expect("decodes");
    assert!(near(pixel(&jpeg, 28, 16), [0, 0, 0, 255], 12), "{:?}", pixel(&jpeg, 28, 16));
}

#[test]
fn limits_are_checked_before_pixels_are_made() {
    let picture = png(&halves(100, 50, RED, BLUE));
    let d = Limits::default();
    assert!(decode_limited(&picture, &Limits { max_pixels: 5000, max_side: 100, ..d }).is_ok());
    for limits in [Limits { max_pixels: 4999, ..d }, Limits { max_side: 99, ..d }] {
        let error = decode_limited(&picture, &limits);
        assert!(matches!(error, Err(ImageError::TooManyPixels { width: 100, height: 50, .. })), "{error:?}");
    }
    let error = decode_limited(&picture, &Limits { max_bytes: 10, ..d });
    assert!(matches!(error, Err(ImageError::TooManyBytes { limit: 10, .. })), "{error:?}");
    // A header that promises 60,000 x 60,000 pixels, in a file of a hundred bytes.
    let mut bomb = picture;
    bomb[16..24].copy_from_slice(&[0, 0, 0xea, 0x60, 0, 0, 0xea, 0x60]);
    assert!(decode_limited(&bomb, &d).is_err());
    assert!(matches!(decode_limited(b"<svg/>", &d), Err(ImageError::Format)));
    assert!(matches!(decode_limited(b"", &d), Err(ImageError::Format)));
}

#[test]
fn resizing_keeps_what_it_says() {
    let picture = halves(400, 100, RED, BLUE);
    let small = fit_width(&picture, 200).expect("resizes");
    assert_eq!((small.width(), small.height()), (200, 50));
    assert!(near(pixel(&small, 20, 25), RED, 2) && near(pixel(&small, 180, 25), BLUE, 2));
    assert_eq!(fit_width(&picture, 400).expect("stays"), picture);
    assert_eq!(fit_width(&picture, 4000).expect("is not enlarged"), picture);
    // The middle of it: both colours stay, in equal parts.
    let square = cover(&picture, 60, 60).expect("covers");
    assert_eq!((square.width(), square.height()), (60, 60));
    assert!(near(pixel(&square, 5, 30), RED, 2) && near(pixel(&square, 55, 30), BLUE, 2));
    assert!(matches!(resize(&picture, 0, 10), Err(ImageError::Size(0, 10))));
    assert!(matches!(resize(&picture, 10, 70_000), Err(ImageError::Size(..))));
}

#[test]
fn no_colour_bleeds_out_of_transparent_pixels() {
    let picture = halves(64, 64, RED, [0, 255, 0, 0]);
    let small = resize(&picture, 16, 16).expect("resizes");
    for x in 0..16 {
        let [r, g, _, a] = pixel(&small, x, 8);
        assert!(a == 0 || g < 40 && r > 180, "green at {x}");
    }
}

#[test]
fn the_dominant_colour_is_the_one_that_people_would_name() {
    let colour = |p: &Picture| hex(dominant_colour(p));
    assert_eq!(colour(&halves(100, 100, RED, RED)), "#dc141e");
    // Much black, some red: a poster is red.
    let mut poster = halves(100, 100, [4, 4, 4, 255], [4, 4, 4, 255]).rgba().to_vec();
    poster.as_chunks_mut::<4>().0[..3000].fill(RED);
    let poster = Picture::new(100, 100, poster).expect("a picture");
    assert_eq!(colour(&poster), "#dc141e");
    assert_eq!(colour(&halves(10, 10, [9, 9, 9, 0], [1, 2, 3, 10])), "#000000");
}

/// JPEG with an EXIF orientation of "turned by a quarter to the right".
#[test]
fn a_camera_held_upright_gives_an_upright_picture() {
    let jpeg = encode_jpeg(&halves(64, 32, RED, BLUE), 95).expect("jpeg");
    let mut exif = b"Exif\0\0MM\0\x2a\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0".to_vec();
    let mut turned = jpeg[..2].to_vec();
    turned.extend([0xff, 0xe1]);
    turned.extend((exif.len() as u16 + 2).to_be_bytes());
    turned.append(&mut exif);
    turned.extend(&jpeg[2..]);
    let picture = decode_limited(&turned, &Limits::default()).expect("decodes");
    assert_eq!((picture.width(), picture.height()), (32, 64));
    assert!(near(pixel(&picture, 16, 8), RED, 12) && near(pixel(&picture, 16, 56), BLUE, 12));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]
    #[test]
    fn a_flat_picture_stays_flat_at_any_size(
        colour in any::<[u8; 3]>(), w in 1u32..60, h in 1u32..60, to_w in 1u32..90, to_h in 1u32..90,
    ) {
        let [r, g, b] = colour;
        let picture = halves(w, h, [r, g, b, 255], [r, g, b, 255]);
        let other = resize(&picture, to_w, to_h).expect("resizes");
        prop_assert_eq!((other.width(), other.height()), (to_w, to_h));
        prop_assert!(other.rgba().as_chunks::<4>().0.iter().all(|p| near(*p, [r, g, b, 255], 1)));
        prop_assert_eq!(dominant_colour(&picture), colour);
        let covered = cover(&picture, to_w, to_h).expect("covers");
        prop_assert!(covered.rgba().as_chunks::<4>().0.iter().all(|p| near(*p, [r, g, b, 255], 1)));
    }
}
