//! What nobody can do, to measure against: knowing the mean of the demand, and knowing the demand.

use crate::simulate::engine::{Policy, Seen};

/// A plan for every minute, made before the run.
#[derive(Debug, Clone)]
pub struct Foreseen {
    plan: Vec<u32>,
    boot: usize,
    until: Vec<u32>,
}

impl Foreseen {
    /// Serves what `need` asks for in each minute: launches in time, and keeps over a gap shorter than a boot what would
    /// have to boot again.
    pub fn new(need: &[u32], boot: u32) -> Self {
        let boot = boot as usize;
        // The greatest need of minute..=minute + boot is what must be there or on its way.
        let mut window = super::reactive::Highest::new(boot + 1);
        let mut until = vec![0; need.len()];
        for at in (0..need.len()).rev() {
            until[at] = window.push(need[at]);
        }
        Self { plan: need.to_vec(), boot, until }
    }
}

impl Policy for Foreseen {
    fn want(&mut self, seen: &Seen<'_>) -> u32 {
        let needed_then = self.plan.get(seen.minute + self.boot).copied().unwrap_or(0);
        let kept = seen.total().min(self.until[seen.minute]);
        kept.max(needed_then)
    }
}

/// For every minute the fewest instances of which one more would save less than `price` of an instance's worth of load,
/// for a demand of mean `mean` and normal noise of `noise` (relative). Without noise this is the clairvoyant's.
pub fn needs(mean: &[f64], noise: f64, price: f64) -> Vec<u32> {
    mean.iter().map(|&mean| if mean.is_nan() { 1 } else { need(mean, noise * mean, price) }).collect()
}

fn need(mean: f64, sd: f64, price: f64) -> u32 {
    if sd <= 1e-9 {
        return (mean - price).ceil().max(1.0) as u32;
    }
    // What is turned away by n instances: E(d - n)+ for d normal.
    let lost = |n: f64| {
        let z = (n - mean) / sd;
        sd * (density(z) - z * above(z))
    };
    // One more instance saves the less the more there are: halve.
    let (mut low, mut high) = ((mean - 8.0 * sd).floor().max(0.0), (mean + 12.0 * sd).ceil());
    while low < high {
        let middle = ((low + high) / 2.0).floor();
        if lost(middle) - lost(middle + 1.0) >= price { low = middle + 1.0 } else { high = middle }
    }
    high.max(1.0) as u32
}

fn density(z: f64) -> f64 {
    (-z * z / 2.0).exp() / std::f64::consts::TAU.sqrt()
}

/// Upper tail of the standard normal: Abramowitz and Stegun 26.2.17, good to 7.5e-8.
fn above(z: f64) -> f64 {
    if z < 0.0 {
        return 1.0 - above(-z);
    }
    let t = 1.0 / (1.0 + 0.231_641_9 * z);
    let poly = t
        * (0.319_381_530
            + t * (-0.356_563_782 + t * (1.781_477_937 + t * (-1.821_255_978 + t * 1.330_274_429))));
    density(z) * poly
}
