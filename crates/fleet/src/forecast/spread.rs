//! How wrong a forecast will be, as far as that can be told beforehand: nights are quieter than evenings, the minutes after
//! the hour less certain than those before it, and a bad hour is followed by another.

use super::{
    signals::{DAY, WEEK},
    stack::{Inputs, Stack, WIDTH},
};

/// Minutes of the week that share an estimate.
const SLOT: usize = 15;
const SLOTS: usize = WEEK / SLOT;
const HOUR: usize = 60;
/// An error counts at most this many times the typical one; more would make one bad hour widen a month.
const CAP: f64 = 8.0;
/// The least typical error that is believed, relative: two numbers never agree better.
const LEAST: f64 = 1e-5;

/// The scale of errors at one horizon, relative to the level.
#[derive(Debug, Clone)]
pub struct Spread {
    typical: f64,
    recent: [f64; 2],
    slots: Vec<f32>,
    phase: [f64; HOUR],
    mix: Stack,
}

impl Default for Spread {
    fn default() -> Self {
        let mut start = [0.0; WIDTH];
        start[..4].copy_from_slice(&[0.3; 4]);
        Self {
            typical: 0.02,
            recent: [0.02; 2],
            slots: vec![f32::NAN; SLOTS],
            phase: [1.0; HOUR],
            mix: Stack::new(start, 21.0 * DAY as f64, 0.01),
        }
    }
}

impl Spread {
    /// The scale for the error of a forecast for `minute`, and what it was made from, for [`Spread::learn`].
    pub fn at(&self, minute: usize) -> (f64, Inputs) {
        let typical = self.typical.max(LEAST);
        let slot = minute % WEEK / SLOT;
        let near = [slot + SLOTS - 1, slot, slot + 1].map(|slot| self.slots[slot % SLOTS]);
        let (sum, count) = near.iter().filter(|x| !x.is_nan()).fold((0.0, 0.0), |(s, n), x| (s + x, n + 1.0));
        let usual = if sum > 0.0 { f64::from(sum / count) } else { typical };
        let mut inputs = [0.0; WIDTH];
        inputs[0] = (self.recent[0] / typical) as f32;
        inputs[1] = (self.recent[1] / typical) as f32;
        inputs[2] = (usual / typical) as f32;
        inputs[3] = 1.0;
        (self.phase[minute % HOUR] * self.mix.say(&inputs).clamp(0.25, CAP) * typical, inputs)
    }

    /// Takes the relative error of the forecast for `minute`, and what [`Spread::at`] gave when it was made.
    pub fn learn(&mut self, minute: usize, error: f64, inputs: &Inputs) {
        let typical = self.typical.max(LEAST);
        let phase = self.phase[minute % HOUR];
        let error = error.abs();
        let levelled = error / phase;
        let capped = levelled.min(CAP * typical);
        self.mix.learn(inputs, capped / typical, 1.0);
        for (recent, gain) in self.recent.iter_mut().zip([0.05, 0.006]) {
            *recent += gain * (levelled - *recent);
        }
        let slot = &mut self.slots[minute % WEEK / SLOT];
        *slot = if slot.is_nan() { capped as f32 } else { *slot + 0.03 * (capped as f32 - *slot) };
        if minute > DAY {
            let phase = &mut self.phase[minute % HOUR];
            *phase = (*phase + 0.005 * ((error / typical).min(CAP) - *phase)).clamp(0.05, CAP);
        }
        let gain = if minute < 3 * DAY { 0.002 } else { 0.0002 };
        self.typical += gain * (error.min(CAP * typical) - self.typical);
    }

    /// Makes the mix of what was learned.
    pub fn settle(&mut self) {
        self.mix.solve();
    }

    /// Bytes held.
    pub fn bytes(&self) -> usize {
        SLOTS * 4 + HOUR * 8 + Stack::BYTES
    }
}
