//! The ladder: which sizes and bit rates a source is encoded in.
//!
//! A fixed ladder by picture height, never larger than the source. The x264 settings themselves live in `encode`.

use serde::{Deserialize, Serialize};

/// Heights of a 16:9 picture at each rung, with the bit rate at 16:9 that the encoder may not exceed (over its buffer).
const CLASSES: [(u32, u32); 5] =
    [(240, 450_000), (360, 950_000), (540, 2_000_000), (720, 3_600_000), (1080, 6_400_000)];
/// A source between two classes gets one more rung at its own size when that is at least 15% taller than the rung below.
const WORTH_IT: (u64, u64) = (115, 100);
/// Sources smaller than this on a side are not encoded: a codec's block is 16 pixels.
pub const MIN_SIDE: u32 = 16;

/// What the ladder depends on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Source {
    /// Pixels as shown: after rotation and with square pixels.
    pub width: u32,
    /// Pixels.
    pub height: u32,
    /// Frames per second as a fraction.
    pub fps: (u32, u32),
}

/// One rung.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rung {
    /// Track id: `v240`, `v360`, `v540`, `v720` or `v1080`.
    pub id: String,
    /// Pixels, even.
    pub width: u32,
    /// Pixels, even.
    pub height: u32,
    /// Frames per second as a fraction: the source's, or an even part of it when the source has more than 30.
    pub fps: (u32, u32),
    /// The bit rate that no buffer's worth of video exceeds, bit/s.
    pub bitrate: u32,
    /// The buffer of the player that the encoder imagines (VBV), bits.
    pub buffer_bits: u32,
}

/// The rungs for a source, the lowest first. Empty when the source is smaller than [`MIN_SIDE`].
pub fn ladder(source: &Source) -> Vec<Rung> {
    if source.width < MIN_SIDE || source.height < MIN_SIDE {
        return Vec::new();
    }
    let mut rungs: Vec<Rung> = Vec::new();
    for (class, bitrate) in CLASSES {
        let Some(((width, height), full)) = fit(source, class) else { continue };
        if !full
            && rungs
                .last()
                .is_some_and(|below| !taller_enough(height.min(width), below.height.min(below.width)))
        {
            break;
        }
        let bitrate = scaled(bitrate, u64::from(width) * u64::from(height), class);
        rungs.push(Rung {
            id: format!("v{class}"),
            width,
            height,
            fps: frame_rate(source.fps),
            bitrate,
            buffer_bits: bitrate.saturating_mul(2),
        });
        if !full {
            break;
        }
    }
    rungs
}

/// The source's size in the class's box (16:9, or 9:16 for portrait) without enlarging, and whether it filled the box.
/// Nothing when a side would be under [`MIN_SIDE`] (a source like a ribbon).
fn fit(source: &Source, class: u32) -> Option<((u32, u32), bool)> {
    let (w, h) = (u64::from(source.width), u64::from(source.height));
    let (long, short) = (u64::from(class) * 16, u64::from(class) * 9);
    // In ninths of a pixel, so that 16:9 boxes are exact.
    let (box_w, box_h) = if w >= h { (long, short) } else { (short, long) };
    let full = w * 9 >= box_w || h * 9 >= box_h;
    let (width, height) = if !full {
        (source.width & !1, source.height & !1)
    } else if box_w * h <= box_h * w {
        (even(box_w, 9, source.width), even(box_w * h, 9 * w, source.height))
    } else {
        (even(box_h * w, 9 * h, source.width), even(box_h, 9, source.height))
    };
    Some(((width, height), full)).filter(|_| width >= MIN_SIDE && height >= MIN_SIDE)
}

/// The even number nearest to n / d that is not above the source's side.
fn even(n: u64, d: u64, source: u32) -> u32 {
    let nearest = (n + d) / (2 * d) * 2;
    u32::try_from(nearest).unwrap_or(u32::MAX).min(source & !1)
}

fn taller_enough(short_side: u32, below: u32) -> bool {
    u64::from(short_side) * WORTH_IT.1 >= u64::from(below) * WORTH_IT.0
}

/// The class's bit rate for a picture of other area: with the power 3/4, since bits per pixel fall as pictures grow.
fn scaled(bitrate: u32, pixels: u64, class: u32) -> u32 {
    let full = f64::from(class) * f64::from(class) * 16.0 / 9.0;
    let scaled = f64::from(bitrate) * (pixels as f64 / full).min(1.0).powf(0.75);
    // To whole kbit/s: the number is read by people.
    (scaled / 1000.0).round().max(50.0) as u32 * 1000
}

/// The rate that a source of that rate is encoded in. Above 30 it is divided by the smallest whole number that brings it to
/// 30 or below (60 to 30, 50 to 25, 120 to 30, 59.94 to 29.97); under 10 it is multiplied by one, each frame shown several
/// times, so that keyframes can stand every 2 s; a rate of nothing counts as 25.
pub fn frame_rate((num, den): (u32, u32)) -> (u32, u32) {
    if num == 0 || den == 0 {
        return (25, 1);
    }
    let (num, den) = (u64::from(num), u64::from(den));
    if num < den * 10 {
        return reduce(num * (den * 10).div_ceil(num), den);
    }
    reduce(num, den * num.div_ceil(den * 30))
}

/// The fraction in lowest terms, as near as 32 bits allow.
pub fn reduce(num: u64, den: u64) -> (u32, u32) {
    let (mut a, mut b) = (num, den);
    while b != 0 {
        (a, b) = (b, a % b);
    }
    let (mut n, mut d) = (num / a.max(1), den / a.max(1));
    while n > u64::from(u32::MAX) || d > u64::from(u32::MAX) {
        (n, d) = (n / 2, d / 2);
    }
    (n as u32, (d as u32).max(1))
}
