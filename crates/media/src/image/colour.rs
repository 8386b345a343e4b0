//! The colour that stands in for a picture until it is there.

use super::Picture;

/// Pixels looked at, at most: more do not change the answer.
const SAMPLES: usize = 20_000;

/// The dominant colour (red, green, blue): the mean of the fullest of 512 cells of the colour cube, where lively colours
/// count more than greys, so that a red title on black is red. Transparent pixels do not count; black when none is left.
pub fn dominant_colour(picture: &Picture) -> [u8; 3] {
    let pixels = picture.rgba.as_chunks::<4>().0;
    let step = (pixels.len() / SAMPLES).max(1);
    let mut cells = vec![[0u64; 4]; 512];
    for [r, g, b, a] in pixels.iter().step_by(step) {
        if *a < 128 {
            continue;
        }
        let (max, min) = (*r.max(g).max(b), *r.min(g).min(b));
        // 1 for grey to 9 for a pure, bright colour.
        let weight = 1 + u64::from(max - min) / 32;
        let cell = usize::from(r >> 5) << 6 | usize::from(g >> 5) << 3 | usize::from(b >> 5);
        for (sum, value) in cells[cell].iter_mut().zip([*r, *g, *b, 1]) {
            *sum += weight * u64::from(value);
        }
    }
    // The first of equal cells, so that equal pictures give equal answers.
    let fullest = cells.iter().rev().max_by_key(|cell| cell[3]);
    fullest.filter(|cell| cell[3] > 0).map_or([0; 3], |cell| [0, 1, 2].map(|n| (cell[n] / cell[3]) as u8))
}

/// A colour as CSS writes it: `#rrggbb`.
pub fn hex([r, g, b]: [u8; 3]) -> String {
    format!("#{r:02x}{g:02x}{b:02x}")
}
