//! Leaks: a gauge of the canary that grows, window after window, while that of a control of the same age does not.

use serde::{Deserialize, Serialize};

use super::evidence::Evidence;

/// Growth is compared over 1, 4 and 16 windows: a slow leak hides in the noise of one.
const SCALES: [u64; 3] = [1, 4, 16];
/// How much of its worth a bet puts on the canary growing more.
const STAKES: [f64; 3] = [0.25, 0.5, 0.9];

/// What is known of one gauge.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Growth {
    first: Option<(f64, f64)>,
    last: (f64, f64),
    windows: u64,
    /// By scale: canary and control at the end of the last whole span, and the evidence from spans.
    spans: Vec<((f64, f64), Evidence)>,
}

impl Growth {
    /// Adds a window's end: canary and control. As long as the canary is no worse, either grows more in a span with the same
    /// probability, however unsteady both are.
    pub fn add(&mut self, canary: f64, control: f64) {
        if !canary.is_finite() || !control.is_finite() {
            return;
        }
        self.last = (canary, control);
        if self.first.is_none() {
            self.first = Some(self.last);
            self.spans = vec![(self.last, Evidence::default()); SCALES.len()];
            return;
        }
        self.windows += 1;
        for (scale, (since, evidence)) in SCALES.iter().zip(&mut self.spans) {
            if self.windows.is_multiple_of(*scale) {
                let more = (canary - since.0) - (control - since.1);
                let won = if more > 0.0 { 1.0 } else { -1.0 };
                if more != 0.0 {
                    evidence.add_from_now_on(&STAKES.map(|stake| (1.0 + stake * won).ln()));
                }
                *since = (canary, control);
            }
        }
    }

    /// ln of the evidence that it leaks.
    pub fn ln(&self) -> f64 {
        let worth: f64 = self.spans.iter().map(|(_, evidence)| evidence.ln().exp()).sum();
        if self.spans.is_empty() { 0.0 } else { (worth / self.spans.len() as f64).ln() }
    }

    /// By how much canary and control have grown, as shares of what they began with.
    pub fn shares(&self) -> (f64, f64) {
        let (canary, control) = self.first.unwrap_or(self.last);
        let share = |first: f64, last: f64| if first > 0.0 { last / first - 1.0 } else { 0.0 };
        (share(canary, self.last.0), share(control, self.last.1))
    }

    /// What canary and control are now.
    pub fn now(&self) -> (f64, f64) {
        self.last
    }
}
