//! Two arms, two outcomes: how likely a window's table is if the canary's odds are so many times the control's.

/// ln of a part of a sum that is too small to matter to a double.
const NOTHING: f64 = -40.0;

/// One window's requests of both arms, and how many of each were hits (an error, or slower than a bound).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Table {
    /// Requests of the canary.
    pub canary: u64,
    /// Of these, hits.
    pub canary_hits: u64,
    /// Requests of the control.
    pub control: u64,
    /// Of these, hits.
    pub control_hits: u64,
}

impl Table {
    /// Whether it says anything: both arms asked, and hits as well as misses.
    pub fn speaks(&self) -> bool {
        let hits = self.canary_hits + self.control_hits;
        self.canary > 0 && self.control > 0 && hits > 0 && hits < self.canary + self.control
    }

    /// The natural logarithm of the likelihood of each of `odds`, up to a constant that they share.
    ///
    /// Given how many requests and how many hits there were in all, the canary's hits follow Fisher's noncentral
    /// hypergeometric distribution, in which the common rate of hits no longer occurs: whatever befalls both arms, a slow
    /// database or a broken client, cancels out, window by window.
    pub fn ln_likelihoods(&self, odds: &[f64]) -> Vec<f64> {
        if !self.speaks() {
            return vec![0.0; odds.len()];
        }
        let (n, m) = (self.canary as f64, self.control as f64);
        let hits = self.canary_hits + self.control_hits;
        let (low, high) = (hits.saturating_sub(self.control), hits.min(self.canary));
        // ln of the weight of x hits in the canary, relative to the weight of `low`, and how it changes from one x to the next.
        let (mut weights, mut changes) = (vec![0.0], Vec::new());
        let (mut ln, k) = (0.0, hits as f64);
        for x in low..high {
            let x = x as f64;
            let change = ((k - x) * (n - x) / ((x + 1.0) * (m - k + x + 1.0))).ln();
            ln += change;
            changes.push(change);
            weights.push(ln);
        }
        let likelihood = |odds: &f64| {
            let ln_odds = odds.ln();
            let tilted = |at: usize| weights[at] + at as f64 * ln_odds;
            // The weights rise to one peak and fall from there: what lies far from it adds nothing.
            let peak = changes.partition_point(|change| change + ln_odds > 0.0);
            let largest = tilted(peak);
            let counts = |at: &usize| tilted(*at) - largest > NOTHING;
            let above = (peak + 1..weights.len()).take_while(counts);
            let terms = (0..=peak).rev().take_while(counts).chain(above);
            let sum: f64 = terms.map(|at| (tilted(at) - largest).exp()).sum();
            (self.canary_hits - low) as f64 * ln_odds - largest - sum.ln()
        };
        odds.iter().map(likelihood).collect()
    }
}
