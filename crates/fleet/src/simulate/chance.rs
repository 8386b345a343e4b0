//! Chance with a seed.

use domain::{Rng, SeededRng};

/// Uniform and normal numbers out of a seed; the same on every run.
#[derive(Debug)]
pub struct Chance {
    rng: SeededRng,
    spare: Option<f64>,
}

impl Chance {
    /// Starts the sequence of `seed`.
    pub fn new(seed: u64) -> Self {
        Self { rng: SeededRng::new(seed), spare: None }
    }

    /// In [0, 1), 53 bits of it.
    pub fn uniform(&mut self) -> f64 {
        let mut bytes = [0; 8];
        self.rng.fill(&mut bytes);
        (u64::from_le_bytes(bytes) >> 11) as f64 / (1u64 << 53) as f64
    }

    /// Standard normal (Box and Muller, 1958).
    pub fn normal(&mut self) -> f64 {
        if let Some(spare) = self.spare.take() {
            return spare;
        }
        let radius = (-2.0 * (1.0 - self.uniform()).ln()).sqrt();
        let (sin, cos) = (std::f64::consts::TAU * self.uniform()).sin_cos();
        self.spare = Some(radius * sin);
        radius * cos
    }
}
