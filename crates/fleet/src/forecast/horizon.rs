//! The forecast at one lead time: weights over the models, the scale of its errors, and their distribution.

use std::sync::Arc;

use super::{
    signals::{DAY, LEAST, Signals},
    spread::Spread,
    stack::{Inputs, Stack, WIDTH},
    tail::Tail,
};

/// Weights forget half in so many minutes.
const WEIGHTS_HALF_LIFE: f64 = 14.0 * DAY as f64;
/// The distribution of errors forgets half in so many minutes: tails need many samples.
const TAIL_HALF_LIFE: f64 = 28.0 * DAY as f64;
/// Samples that the wide first guess of the distribution is worth.
const TAIL_PRIOR: f64 = 2_000.0;
/// An error beyond so many scales pulls no harder at the weights (Huber).
const HUBER: f64 = 4.0;
const RIDGE: f64 = 0.001;
/// How fast the comparison with the plain models forgets: half in about a week.
const SKILL_GAIN: f64 = 1e-4;

/// A forecast: mean and scale of its errors, in instances' worth.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Point {
    /// The middle.
    pub mean: f32,
    /// The unit of [`Tail`].
    pub scale: f32,
}

/// What was said, to be held against what came.
#[derive(Debug, Clone, Copy)]
struct Said {
    inputs: Inputs,
    made_of: Inputs,
    level: f64,
    stacked: f64,
    reactive: f64,
    used: f64,
    scale: f64,
    usual: bool,
}

/// Forecasts of the load `ahead` minutes after the last measured one.
#[derive(Debug, Clone)]
pub struct Horizon {
    ahead: usize,
    stack: Stack,
    spread: Spread,
    tail: Tail,
    settled: Arc<Tail>,
    said: Vec<Option<Said>>,
    /// Mean errors of the weighted models, of level and slope, and of the last value, relative, and how many samples.
    errors: [f64; 3],
    samples: f64,
}

impl Horizon {
    /// For `ahead` minutes, at least one.
    pub fn new(ahead: usize) -> Self {
        let mut start = [0.0; WIDTH];
        // Until it has learned better: half the way to the last minute, half the slope.
        (start[0], start[3]) = (0.5, 0.5);
        let tail = Tail::new(TAIL_HALF_LIFE, TAIL_PRIOR);
        Self {
            ahead,
            stack: Stack::new(start, WEIGHTS_HALF_LIFE, RIDGE),
            spread: Spread::default(),
            settled: Arc::new(tail.clone()),
            tail,
            said: vec![None; ahead],
            errors: [0.0; 3],
            samples: 0.0,
        }
    }

    /// The distribution of errors, as of the last midnight of the series.
    pub fn tail(&self) -> &Arc<Tail> {
        &self.settled
    }

    /// Weights of the models.
    pub fn weights(&self) -> &Inputs {
        self.stack.weights()
    }

    /// Mean relative errors of: the weighted models; the better of level-and-slope and the last value. `None` in the
    /// first two days.
    pub fn skill(&self) -> Option<(f64, f64)> {
        (self.samples > 2.0 * DAY as f64).then(|| (self.errors[0], self.errors[1].min(self.errors[2])))
    }

    /// Whether the plain models did better lately, so that they are followed.
    pub fn falls_back(&self) -> bool {
        self.skill().is_some_and(|(ours, plain)| ours > plain)
    }

    /// Takes the newest minute, which `signals` has already, and says the next forecast.
    pub fn push(&mut self, signals: &Signals, load: Option<f64>, usual: bool) -> Point {
        let now = signals.seen() - 1;
        let slot = now % self.ahead;
        if let (Some(said), Some(load)) = (self.said[slot].take(), load) {
            self.learn(now, &said, load, signals.load(self.ahead), usual);
        }
        if now % 60 == 59 {
            self.stack.solve();
            if now > 2 * DAY {
                self.spread.settle();
            }
        }
        if now % DAY == DAY - 1 {
            self.tail.settle();
            self.settled = Arc::new(self.tail.clone());
        }
        let level = signals.level();
        let base = level.max(LEAST);
        let inputs = signals.inputs(self.ahead);
        let stacked = (level + base * self.stack.say(&inputs)).max(0.0);
        let reactive = signals.reactive(self.ahead);
        let used = match self.falls_back() {
            false => stacked,
            true if self.errors[1] <= self.errors[2] => reactive,
            true => signals.load(0),
        };
        let (scale, made_of) = self.spread.at(now + self.ahead);
        self.said[slot] = Some(Said { inputs, made_of, level, stacked, reactive, used, scale, usual });
        Point { mean: used as f32, scale: (scale * base) as f32 }
    }

    fn learn(&mut self, now: usize, said: &Said, load: f64, before: f64, usual: bool) {
        let base = said.level.max(LEAST);
        for (error, guess) in self.errors.iter_mut().zip([said.stacked, said.reactive, before]) {
            let gain = SKILL_GAIN.max(1.0 / (self.samples + 1.0));
            *error += gain * ((load - guess).abs() / base - *error);
        }
        self.samples += 1.0;
        if !(usual && said.usual) {
            return;
        }
        let scale = said.scale.max(1e-6);
        let missed = (load - said.stacked) / base;
        let weight = (HUBER * scale / missed.abs().max(1e-12)).min(1.0) / (scale * scale).max(1e-8);
        self.stack.learn(&said.inputs, (load - said.level) / base, weight * 1e-4);
        let error = (load - said.used) / base;
        if now > DAY {
            self.tail.learn(error / scale);
        }
        self.spread.learn(now, error, &said.made_of);
    }

    /// Bytes held.
    pub fn bytes(&self) -> usize {
        self.ahead * size_of::<Said>() + Stack::BYTES + self.spread.bytes() + 2 * Tail::BYTES
    }
}
