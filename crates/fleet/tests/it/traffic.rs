//! Two arms under made-up traffic, the same for the same seed.

use domain::{Rng, SeededRng};
use fleet::judge::{Histogram, Sample, Window};

/// How an arm behaves.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Arm {
    /// Share of errors on every path.
    pub errors: f64,
    /// Whether `/rare`, one path in fifty, always fails.
    pub rare_fails: bool,
    /// The usual time, in milliseconds.
    pub ms: f64,
    /// Bytes that resident memory grows by in a window.
    pub leak: f64,
}

pub const GOOD: Arm = Arm { errors: 0.001, rare_fails: false, ms: 20.0, leak: 0.0 };

pub struct Traffic {
    rng: SeededRng,
    age_s: u64,
}

impl Traffic {
    pub fn new(seed: u64) -> Self {
        Self { rng: SeededRng::new(seed), age_s: 0 }
    }

    /// From 0 to 1.
    pub fn chance(&self) -> f64 {
        let mut bytes = [0; 8];
        self.rng.fill(&mut bytes);
        (u64::from_le_bytes(bytes) >> 11) as f64 / (1u64 << 53) as f64
    }

    /// A window in which `requests` fall on the arms by chance.
    pub fn window(&mut self, requests: u64, canary: Arm, control: Arm) -> Window {
        self.age_s += 1;
        let mut arms = [(canary, self.sample(canary)), (control, self.sample(control))];
        for _ in 0..requests {
            let (arm, sample) = &mut arms[usize::from(self.chance() < 0.5)];
            let rare = self.chance() < 0.02;
            let fails = self.chance() < arm.errors || rare && arm.rare_fails;
            let answers = sample.paths.entry(if rare { "/rare" } else { "/{lang}/" }.to_owned()).or_default();
            answers.requests += 1;
            answers.errors += u64::from(fails);
            // Something like a log-normal: the sum of uniform ones, as an exponent.
            let spread: f64 = (0..4).map(|_| self.chance() - 0.5).sum();
            sample.latency.record((arm.ms * 1000.0 * (spread * 1.5).exp()) as u64);
        }
        let [(_, canary), (_, control)] = arms;
        Window { canary: Some(canary), control: Some(control) }
    }

    fn sample(&self, arm: Arm) -> Sample {
        let bytes = 1e8 + self.age_s as f64 * arm.leak + self.chance() * 4e6;
        Sample {
            age_s: self.age_s,
            latency: Histogram::doubling(500, 16),
            gauges: [("resident bytes".to_owned(), bytes.round())].into(),
            ..Sample::default()
        }
    }
}
