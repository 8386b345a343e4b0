//! What a minute of the day or of the week is usually like.

/// A season of so many minutes: a running mean for each of its minutes, and the same smoothed over its neighbours.
#[derive(Debug, Clone)]
pub struct Season {
    gain: f32,
    reach: usize,
    raw: Vec<f32>,
    smooth: Vec<f32>,
    seen: Vec<u8>,
}

impl Season {
    /// A season of `period` minutes whose mean gives the newest at least `gain`, smoothed over `reach` minutes to both sides.
    pub fn new(period: usize, gain: f32, reach: usize) -> Self {
        Self { gain, reach, raw: vec![0.0; period], smooth: vec![f32::NAN; period], seen: vec![0; period] }
    }

    /// Takes what was measured in the minute `minute` (counted from any fixed start).
    pub fn learn(&mut self, minute: usize, load: f64) {
        let at = minute % self.raw.len();
        if !load.is_nan() {
            self.seen[at] = self.seen[at].saturating_add(1);
            let gain = self.gain.max(1.0 / f32::from(self.seen[at]));
            self.raw[at] += gain * (load as f32 - self.raw[at]);
        }
        if minute < self.reach {
            return;
        }
        let centre = minute - self.reach;
        let (mut sum, mut weight) = (0.0, 0.0);
        for near in centre.saturating_sub(self.reach)..=minute {
            let near = near % self.raw.len();
            if self.seen[near] > 0 {
                sum += self.raw[near];
                weight += 1.0;
            }
        }
        if weight > 0.0 {
            let centre = centre % self.raw.len();
            self.smooth[centre] = sum / weight;
        }
    }

    /// What the minute is usually like; `None` until it was seen.
    pub fn at(&self, minute: usize) -> Option<f64> {
        let usual = self.smooth[minute % self.smooth.len()];
        (!usual.is_nan()).then_some(f64::from(usual))
    }

    /// Bytes held.
    pub fn bytes(&self) -> usize {
        self.raw.len() * 9
    }
}
