//! Previews on the seek bar: which tiles there are, and the WebVTT that tells a player where each lies.

use std::fmt::Write as _;

use crate::index::Storyboard;
use crate::vtt::Time;

/// Tiles across and down one sheet: 25 tiles load with one small request.
pub const COLUMNS: u16 = 5;
/// Tiles down one sheet.
pub const ROWS: u16 = 5;
/// Width of one tile in pixels.
pub const TILE_WIDTH: u16 = 240;
/// A tile of a portrait source is no taller than this.
const MAX_TILE_HEIGHT: u32 = 240;

/// The storyboard that a source of that length and shape gets. The interval is a multiple of the 2 s between keyframes, so
/// that tiles can be taken from keyframes alone: 2 s up to 5 min, 4 s up to 20 min, 10 s above.
pub fn plan(duration_us: u64, width: u32, height: u32) -> Storyboard {
    let interval_us = match duration_us / 1_000_000 {
        0..300 => 2_000_000,
        300..1200 => 4_000_000,
        _ => 10_000_000,
    };
    let tiles = u32::try_from(duration_us.div_ceil(interval_us)).unwrap_or(u32::MAX).max(1);
    let sheets = tiles.div_ceil(u32::from(COLUMNS) * u32::from(ROWS));
    let (tile_width, tile_height) = tile(width.max(1), height.max(1));
    Storyboard {
        sheets: u16::try_from(sheets).unwrap_or(u16::MAX),
        columns: COLUMNS,
        rows: ROWS,
        tile_width,
        tile_height,
        interval_us,
        tiles,
    }
}

fn tile(width: u32, height: u32) -> (u16, u16) {
    let (w, h) = (u64::from(width), u64::from(height));
    let (mut tw, mut th) = (u64::from(TILE_WIDTH), u64::from(TILE_WIDTH) * h / w);
    if th > u64::from(MAX_TILE_HEIGHT) {
        (tw, th) = (u64::from(MAX_TILE_HEIGHT) * w / h, u64::from(MAX_TILE_HEIGHT));
    }
    let even = |n: u64| u16::try_from((n & !1).max(2)).unwrap_or(u16::MAX);
    (even(tw), even(th))
}

/// The WebVTT whose cues name sheet and rectangle (Media Fragments `#xywh=`) of each tile, relative to the same folder.
/// The last cue ends at the end of the last interval.
pub fn vtt(storyboard: &Storyboard) -> String {
    let mut out = String::from("WEBVTT\n");
    let per_sheet = u32::from(storyboard.columns).max(1) * u32::from(storyboard.rows).max(1);
    for n in 0..storyboard.tiles {
        let (sheet, place) = (n / per_sheet, n % per_sheet);
        let x = place % u32::from(storyboard.columns).max(1) * u32::from(storyboard.tile_width);
        let y = place / u32::from(storyboard.columns).max(1) * u32::from(storyboard.tile_height);
        let at = |n: u32| Time::from_us(u64::from(n).saturating_mul(storyboard.interval_us));
        let (from, to) = (at(n), at(n.saturating_add(1)));
        let (w, h) = (storyboard.tile_width, storyboard.tile_height);
        // Writing to a String cannot fail.
        let _ = write!(out, "\n{from} --> {to}\nstoryboard-{sheet}.jpg#xywh={x},{y},{w},{h}\n");
    }
    out
}
