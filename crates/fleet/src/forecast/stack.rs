//! Weights over forecasts: a least-squares fit that forgets, held near where it began by a ridge.

/// How many inputs at most.
pub const WIDTH: usize = 16;

/// Inputs of one forecast, in the order of their models.
pub type Inputs = [f32; WIDTH];

/// Weighted least squares with exponential forgetting and a ridge towards starting weights.
#[derive(Debug, Clone)]
pub struct Stack {
    keep: f64,
    ridge: f64,
    start: Inputs,
    weights: Inputs,
    gram: Box<[[f64; WIDTH]; WIDTH]>,
    moment: [f64; WIDTH],
    mass: f64,
}

impl Stack {
    /// Bytes held.
    pub const BYTES: usize = WIDTH * (WIDTH * 8 + 16);

    /// Forgets half in `half_life` updates. The ridge counts as much as `ridge` of the mean square of each input.
    pub fn new(start: Inputs, half_life: f64, ridge: f64) -> Self {
        Self {
            keep: (-std::f64::consts::LN_2 / half_life).exp(),
            ridge,
            start,
            weights: start,
            gram: Box::new([[0.0; WIDTH]; WIDTH]),
            moment: [0.0; WIDTH],
            mass: 0.0,
        }
    }

    /// The weighted sum.
    pub fn say(&self, inputs: &Inputs) -> f64 {
        self.weights.iter().zip(inputs).map(|(w, x)| f64::from(w * x)).sum()
    }

    /// Current weights.
    pub fn weights(&self) -> &Inputs {
        &self.weights
    }

    /// Takes what the inputs should have given.
    pub fn learn(&mut self, inputs: &Inputs, target: f64, weight: f64) {
        // Forgetting by growing weights would overflow; forgetting by decay touches all anyway.
        self.mass = self.mass * self.keep + weight;
        for (i, row) in self.gram.iter_mut().enumerate() {
            let x = f64::from(inputs[i]) * weight;
            self.moment[i] = self.moment[i] * self.keep + x * target;
            for (cell, other) in row[..=i].iter_mut().zip(inputs) {
                *cell = *cell * self.keep + x * f64::from(*other);
            }
        }
    }

    /// Solves for new weights (Cholesky); they stay as they were if the inputs do not determine them.
    pub fn solve(&mut self) {
        let mut l = [[0.0f64; WIDTH]; WIDTH];
        let mut y = [0.0f64; WIDTH];
        let floor = 1e-9 * self.mass.max(1e-9);
        for i in 0..WIDTH {
            let pull = self.ridge * self.gram[i][i] + floor;
            for j in 0..=i {
                let mut sum = self.gram[i][j] + if i == j { pull } else { 0.0 };
                sum -= (0..j).map(|k| l[i][k] * l[j][k]).sum::<f64>();
                if i == j {
                    if sum <= 0.0 || !sum.is_finite() {
                        return;
                    }
                    l[i][i] = sum.sqrt();
                } else {
                    l[i][j] = sum / l[j][j];
                }
            }
            let mut sum = self.moment[i] + pull * f64::from(self.start[i]);
            sum -= (0..i).map(|k| l[i][k] * y[k]).sum::<f64>();
            y[i] = sum / l[i][i];
        }
        for i in (0..WIDTH).rev() {
            let mut sum = y[i];
            sum -= (i + 1..WIDTH).map(|k| l[k][i] * y[k]).sum::<f64>();
            y[i] = sum / l[i][i];
        }
        if y.iter().all(|w| w.is_finite()) {
            for (weight, solved) in self.weights.iter_mut().zip(y) {
                *weight = solved as f32;
            }
        }
    }
}
