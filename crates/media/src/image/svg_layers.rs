//! How much memory and filling the layers of a drawing ask for, counted on the parsed tree before it is drawn.
//!
//! A group with opacity, a blend mode, a filter, a mask or a clip path is drawn on a canvas of its own, within the one of
//! the group around it. Filters may make that canvas 25 times as large as the picture; 200 groups within each other would
//! then take a server's memory.

use resvg::usvg::{Group, Node, Paint, Path, Tree};

use super::ImageError;

/// Pixels of all canvases that exist at one time, four bytes each: 1 GB, which is one 25 times as large as a 4K picture.
const MAX_OPEN: u64 = 260_000_000;
/// Pixels filled on canvases in all, each filter step counted: some ten seconds.
const MAX_FILLED: u64 = 2_000_000_000;
/// The renderer cuts a canvas off at five times the picture's sides.
const MAX_TIMES: f64 = 5.0;

/// Refuses a drawing whose layers ask for too much at that size.
pub(super) fn check(tree: &Tree, width: u32, height: u32) -> Result<(), ImageError> {
    let (across, down) = (
        f64::from(width) / f64::from(tree.size().width()),
        f64::from(height) / f64::from(tree.size().height()),
    );
    let size = (f64::from(width) * MAX_TIMES, f64::from(height) * MAX_TIMES);
    let mut count = Count { across, down, size, filled: 0 };
    count.group(tree.root(), u64::from(width) * u64::from(height))
}

struct Count {
    across: f64,
    down: f64,
    size: (f64, f64),
    filled: u64,
}

impl Count {
    /// A group, while so many pixels are open around it.
    fn group(&mut self, group: &Group, open: u64) -> Result<(), ImageError> {
        let mut open = open;
        if group.should_isolate() {
            let bounds = group.abs_layer_bounding_box();
            let pixels = self.pixels(bounds.width(), bounds.height());
            let steps: usize = group.filters().iter().map(|f| f.primitives().len()).sum();
            // Each step of a filter keeps its result; two more are in work.
            let kept = if steps > 0 { steps as u64 + 2 } else { 1 };
            open = self.add(open, pixels, kept)?;
        }
        if let Some(mask) = group.mask() {
            let bounds = mask.rect();
            let inner = self.add(open, self.pixels(bounds.width(), bounds.height()), 1)?;
            self.group(mask.root(), inner)?;
        }
        let mut clip = group.clip_path();
        while let Some(path) = clip {
            let inner = self.add(open, 0, 1)?;
            self.group(path.root(), inner)?;
            clip = path.clip_path();
        }
        for child in group.children() {
            match child {
                Node::Group(inner) => self.group(inner, open)?,
                Node::Path(path) => self.path(path, open)?,
                Node::Image(_) | Node::Text(_) => {}
            }
        }
        Ok(())
    }

    fn path(&mut self, path: &Path, open: u64) -> Result<(), ImageError> {
        let fill = path.fill().map(|f| f.paint());
        for paint in fill.into_iter().chain(path.stroke().map(|s| s.paint())) {
            if let Paint::Pattern(pattern) = paint {
                let bounds = pattern.rect();
                let inner = self.add(open, self.pixels(bounds.width(), bounds.height()), 1)?;
                self.group(pattern.root(), inner)?;
            }
        }
        Ok(())
    }

    /// Pixels of a canvas of that size in the drawing's units.
    fn pixels(&self, width: f32, height: f32) -> u64 {
        let side = |units: f32, scale: f64, most: f64| (f64::from(units) * scale + 4.0).min(most).max(0.0);
        (side(width, self.across, self.size.0) * side(height, self.down, self.size.1)) as u64
    }

    /// What is open with `times` more canvases of so many pixels.
    fn add(&mut self, open: u64, pixels: u64, times: u64) -> Result<u64, ImageError> {
        let more = pixels.saturating_mul(times);
        let open = open.saturating_add(more);
        self.filled = self.filled.saturating_add(more);
        if open > MAX_OPEN || self.filled > MAX_FILLED {
            return Err(ImageError::Complex(
                "its filters, masks and transparent groups need too much memory or time",
            ));
        }
        Ok(open)
    }
}
