//! How wrong a forecast is: the distribution of its scaled errors, as a histogram that forgets.

const BINS: usize = 256;
/// No plan asks for more.
const MOST: f64 = 100_000.0;
const ZERO: f64 = 64.0;
/// Width of a bin near zero, in scales; it grows like a sinh outwards.
const FINE: f64 = 0.06;

/// Distribution of errors over their scale.
#[derive(Debug, Clone)]
pub struct Tail {
    keep: f64,
    mass: Vec<f64>,
    weight: f64,
    /// By bin: share above its lower edge, and mean excess over it. Filled by [`Tail::settle`].
    above: Vec<f64>,
    excess: Vec<f64>,
}

fn edge(bin: f64) -> f64 {
    ((bin - ZERO) * FINE).sinh()
}

fn place(z: f64) -> f64 {
    (z.asinh() / FINE + ZERO).clamp(0.0, (BINS - 1) as f64)
}

impl Tail {
    /// Bytes held.
    pub const BYTES: usize = BINS * 24;

    /// Forgets half in `half_life` samples. It begins with a wide guess worth `prior` samples.
    pub fn new(half_life: f64, prior: f64) -> Self {
        let mut tail = Self {
            keep: (-std::f64::consts::LN_2 / half_life).exp(),
            mass: vec![0.0; BINS],
            weight: 1.0,
            above: vec![0.0; BINS + 1],
            excess: vec![0.0; BINS + 1],
        };
        for step in -40..=40 {
            // Laplace: heavier than normal, as errors of forecasts are.
            let z = f64::from(step) / 5.0;
            tail.mass[place(z).round() as usize] += prior * 0.1 * (-z.abs()).exp();
        }
        tail.settle();
        tail
    }

    /// Takes one.
    pub fn learn(&mut self, z: f64) {
        // Weights grow instead of the masses decaying; `settle` brings them back down.
        self.weight /= self.keep;
        self.mass[place(z).round() as usize] += self.weight;
    }

    /// Makes what was learned count.
    pub fn settle(&mut self) {
        let total: f64 = self.mass.iter().sum();
        let (mut above, mut excess) = (0.0, 0.0);
        for bin in (0..BINS).rev() {
            let width = edge(bin as f64 + 0.5) - edge(bin as f64 - 0.5);
            excess += above * width;
            let share = self.mass[bin] / total;
            above += share;
            excess += share * width / 2.0;
            self.above[bin] = above;
            self.excess[bin] = excess;
        }
        let scale = 1.0 / self.weight;
        self.mass.iter_mut().for_each(|mass| *mass *= scale);
        self.weight = 1.0;
    }

    /// Expected excess over `z`, in scales.
    pub fn excess(&self, z: f64) -> f64 {
        let lowest = edge(-0.5);
        if z < lowest {
            return self.excess[0] + lowest - z;
        }
        let at = z.asinh() / FINE + ZERO + 0.5;
        let bin = at.floor() as usize;
        if bin + 1 >= BINS {
            return 0.0;
        }
        let part = at - bin as f64;
        self.excess[bin] * (1.0 - part) + self.excess[bin + 1] * part
    }

    /// The `z` that a share of `share` lies above.
    pub fn quantile(&self, share: f64) -> f64 {
        let bin = self.above[..BINS].partition_point(|above| *above > share);
        edge(bin as f64 - 0.5)
    }

    /// Whether an instance more than `n` would save at least `price` of its worth.
    pub fn saves(&self, mean: f64, scale: f64, n: f64, price: f64) -> bool {
        let scale = scale.max(1e-6);
        let lost = |n: f64| scale * self.excess((n - mean) / scale);
        lost(n) - lost(n + 1.0) >= price
    }

    /// The fewest instances of which one more would save less than `price` of an instance's worth, for a load of that mean
    /// and scale of errors. At least one, at most [`MOST`].
    pub fn need(&self, mean: f64, scale: f64, price: f64) -> u32 {
        let scale = scale.max(1e-6);
        let saves = |n: f64| self.saves(mean, scale, n, price);
        // The quantile is within an instance or two of it; walk from there in growing steps, then halve.
        let guess = (mean + scale * self.quantile(price.min(0.9))).ceil().clamp(0.0, MOST);
        let (mut low, mut high, mut step) = (guess, guess, 1.0);
        while low > 0.0 && !saves(low - 1.0) {
            high = low - 1.0;
            low = (low - step).max(0.0);
            step *= 2.0;
        }
        step = 1.0;
        while high < MOST && saves(high) {
            low = high + 1.0;
            high += step;
            step *= 2.0;
        }
        while low < high {
            let middle = ((low + high) / 2.0).floor();
            if saves(middle) { low = middle + 1.0 } else { high = middle }
        }
        high.clamp(1.0, MOST) as u32
    }
}
