//! What the load will be when an instance that is launched now is ready, and how sure that is.
//!
//! Several models ([`signals`]) speak at three horizons; a least-squares fit that forgets weighs them by how well each has
//! lately done ([`stack`]); errors are scaled by what can be known of them ([`spread`]) and kept as a distribution
//! ([`tail`]), out of which the plan takes what it needs at its price. How the models were chosen, and what did not help,
//! is in `docs/decisions/forecast-models.md`.

pub mod event;
pub mod hold;
mod horizon;
mod seasons;
pub mod signals;
mod spread;
mod stack;
mod tail;

use std::{fmt::Write, sync::Arc};

pub use horizon::Point;
pub use tail::Tail;

use horizon::Horizon;
use signals::{MODELS, Signals, knows_a_season};

/// How many horizons are forecast: the next minute, half the lead, and the lead.
pub const HORIZONS: usize = 3;
/// The longest lead, minutes.
pub const MAX_LEAD: usize = 60;

/// What is expected, seen from the end of one minute.
#[derive(Debug, Clone)]
pub struct Outlook {
    /// For the next minute, half the lead, the whole lead.
    pub points: [Point; HORIZONS],
    /// The errors' distributions, in the same order; shared by a day's outlooks.
    pub tails: [Arc<Tail>; HORIZONS],
}

impl Outlook {
    /// The fewest instances of which one more would save less than `price` of an instance's worth of load.
    pub fn need(&self, horizon: usize, price: f64) -> u32 {
        let Point { mean, scale } = self.points[horizon];
        self.tails[horizon].need(f64::from(mean), f64::from(scale), price)
    }

    /// Whether it needs more than `total`: quicker to say than how many.
    pub fn needs_more(&self, horizon: usize, total: u32, price: f64) -> bool {
        let Point { mean, scale } = self.points[horizon];
        self.tails[horizon].saves(f64::from(mean), f64::from(scale), f64::from(total), price)
    }
}

/// The forecaster of one group of instances. Push it every minute's load.
#[derive(Debug, Clone)]
pub struct Forecaster {
    signals: Signals,
    horizons: [Horizon; HORIZONS],
}

impl Forecaster {
    /// For instances that take `lead` minutes to be ready, at most [`MAX_LEAD`].
    pub fn new(lead: u32) -> Self {
        let lead = (lead as usize).clamp(1, MAX_LEAD);
        // What is launched as a minute begins serves `lead` minutes later; the last known load is a minute older.
        let horizons = [1, (lead + 2) / 2, lead + 1].map(Horizon::new);
        Self { signals: Signals::default(), horizons }
    }

    /// Takes the load of the next minute, in instances' worth; `None` when it was not measured. `usual` is false while an
    /// event is on: seasons and weights do not learn from it.
    pub fn push(&mut self, load: Option<f64>, usual: bool) -> Outlook {
        let load = load.filter(|load| load.is_finite()).map(|load| load.max(0.0));
        self.signals.push(load, usual);
        let signals = &self.signals;
        let points = self.horizons.each_mut().map(|horizon| horizon.push(signals, load, usual));
        Outlook { points, tails: self.horizons.each_ref().map(|horizon| horizon.tail().clone()) }
    }

    /// What the season says of the load `ahead` minutes on, for plans of hours; the level when there is no season yet.
    pub fn seasonal(&self, ahead: usize) -> f64 {
        self.signals.seasonal(ahead).unwrap_or(self.signals.level())
    }

    /// What the season says of the last minute; `None` in the first week.
    pub fn expected_now(&self) -> Option<f64> {
        if self.signals.seen() <= signals::WEEK { None } else { self.signals.seasonal(0) }
    }

    /// How many minutes it has seen.
    pub fn seen(&self) -> usize {
        self.signals.seen()
    }

    /// The level now, in instances' worth.
    pub fn level(&self) -> f64 {
        self.signals.level()
    }

    /// In words: how good it is on this series, and which models it listens to.
    pub fn words(&self) -> String {
        let horizon = &self.horizons[HORIZONS - 1];
        let Some((ours, plain)) = horizon.skill() else {
            return "Less than two days of history: following level and slope.".into();
        };
        if horizon.falls_back() {
            return format!(
                "No skill on this series: the models missed by {:.2}%, plain level and slope by {:.2}%; following those.",
                ours * 100.0,
                plain * 100.0
            );
        }
        let weights = horizon.weights();
        let mut order: Vec<usize> = (0..MODELS.len()).collect();
        order.sort_by(|a, b| weights[*b].abs().total_cmp(&weights[*a].abs()));
        let season: f32 = order.iter().filter(|i| knows_a_season(**i)).map(|i| weights[*i].abs()).sum();
        let mut text = format!(
            "Missed by {:.2}% at the lead time over the last week, plain level and slope by {:.2}%. Listens most to",
            ours * 100.0,
            plain * 100.0
        );
        for (at, model) in order.iter().take(3).enumerate() {
            let _ = write!(
                text,
                "{} {} ({:+.2})",
                if at > 0 { "," } else { "" },
                MODELS[*model],
                weights[*model]
            );
        }
        text + if season < 0.1 { "; the season adds little to these." } else { "." }
    }

    /// Bytes held, whatever the length of the history.
    pub fn bytes(&self) -> usize {
        size_of::<Self>() + self.signals.bytes() + self.horizons.iter().map(Horizon::bytes).sum::<usize>()
    }
}
