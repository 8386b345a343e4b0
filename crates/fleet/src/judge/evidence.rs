//! Evidence that may be looked at whenever one likes.
//!
//! An *e-process* starts at 1 or less and, as long as a hypothesis is true, is expected never to grow. By Ville's inequality
//! it reaches 1/α ever, at any look, with a probability of at most α. So there is no number of looks to fix in advance.

use serde::{Deserialize, Serialize};

/// Most that one window may add to a logarithm, in nats. A bound keeps an e-process what it is, and one bad second, whose
/// requests suffer together and are no independent witnesses, cannot convict by itself: at least four windows must.
pub const MOST_PER_WINDOW: f64 = 3.0;
/// Logarithms are kept in millionths, rounded down: what is stored and read again is the same on every machine.
const MILLIONTHS: f64 = 1e6;

/// Bets against one hypothesis, each on another alternative; their average is the e-process.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Evidence {
    /// Windows that spoke.
    windows: u64,
    /// ln of each bet's worth, in millionths.
    ln: Vec<i64>,
}

impl Evidence {
    /// Adds a window: what it adds to each bet's logarithm.
    pub fn add(&mut self, gains: &[f64]) {
        self.windows += 1;
        self.ln.resize(gains.len(), 0);
        for (ln, gain) in self.ln.iter_mut().zip(gains) {
            *ln = ln.saturating_add(millionths(gain.min(MOST_PER_WINDOW)));
        }
    }

    /// As [`Evidence::add`], for a hypothesis that may become false later: a new bet begins in every window t, with
    /// 1/(t(t+1)) of the stake, so that a long time without fault is no credit for a leak that shows afterwards.
    pub fn add_from_now_on(&mut self, gains: &[f64]) {
        let t = (self.windows + 1) as f64;
        let stake = -(t * (t + 1.0)).ln();
        if self.ln.is_empty() {
            self.ln = vec![i64::MIN; gains.len()];
        }
        for ln in &mut self.ln {
            *ln = if *ln == i64::MIN {
                millionths(stake)
            } else {
                let old = *ln as f64 / MILLIONTHS;
                let larger = old.max(stake);
                millionths(larger + ((old - larger).exp() + (stake - larger).exp()).ln())
            };
        }
        self.add(gains);
    }

    /// ln of the e-process.
    pub fn ln(&self) -> f64 {
        let lns = self.ln.iter().map(|ln| *ln as f64 / MILLIONTHS);
        let largest = lns.clone().fold(f64::NEG_INFINITY, f64::max);
        if self.ln.is_empty() || largest == f64::NEG_INFINITY {
            return 0.0;
        }
        largest + (lns.map(|ln| (ln - largest).exp()).sum::<f64>() / self.ln.len() as f64).ln()
    }
}

fn millionths(nats: f64) -> i64 {
    (nats * MILLIONTHS).floor() as i64
}
