//! One instance's counters.

use domain::Timestamp;

/// What an instance reports: totals since it started.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sample {
    /// When, by the instance's clock.
    pub at: Timestamp,
    /// Offered: served, shed and failed.
    pub offered: f64,
    /// Answered.
    pub served: f64,
    /// Turned away.
    pub shed: f64,
}

/// What happened between two samples.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Step {
    /// From, by our clock.
    pub from: Timestamp,
    /// To.
    pub to: Timestamp,
    /// Offered in between.
    pub offered: f64,
    /// Served in between.
    pub served: f64,
    /// Turned away in between.
    pub shed: f64,
}

/// Why a sample gave no step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
pub enum Trouble {
    /// Nothing to compare it with yet.
    #[error("first sample of this instance")]
    First,
    /// Seen already.
    #[error("duplicate of the last sample")]
    Duplicate,
    /// Older than the last.
    #[error("older than the last sample")]
    OutOfOrder,
    /// Negative or not a number.
    #[error("a counter is negative or not a number")]
    Nonsense,
    /// After a silence so long that its increase says nothing about minutes.
    #[error("first sample after a silence of more than {} s", SILENCE_SECONDS)]
    Silence,
}

/// A step over more than this is a gap.
pub const SILENCE_SECONDS: i64 = 180;
/// An instance's clock may be off by this much; beyond it, our own time of receipt counts.
const CLOCK_SECONDS: i64 = 30;

/// The last state of one instance's counters.
#[derive(Debug, Clone, Default)]
pub struct Counter {
    last: Option<(Timestamp, Sample)>,
    /// How far the instance's clock is off, as far as that shows, in seconds.
    pub clock_off: i64,
}

impl Counter {
    /// Takes a sample received at `now`. After a restart the totals begin anew, and count from zero.
    pub fn push(&mut self, now: Timestamp, sample: Sample) -> Result<Step, Trouble> {
        let numbers = [sample.offered, sample.served, sample.shed];
        if numbers.iter().any(|number| !number.is_finite() || *number < 0.0) {
            return Err(Trouble::Nonsense);
        }
        self.clock_off = sample.at.seconds().saturating_sub(now.seconds());
        let at = if self.clock_off.abs() > CLOCK_SECONDS { now } else { sample.at };
        let Some((then, before)) = self.last else {
            self.last = Some((at, sample));
            return Err(Trouble::First);
        };
        if sample == before {
            return Err(Trouble::Duplicate);
        }
        if at <= then {
            return Err(Trouble::OutOfOrder);
        }
        self.last = Some((at, sample));
        if at.seconds() - then.seconds() > SILENCE_SECONDS {
            return Err(Trouble::Silence);
        }
        let reset = sample.offered < before.offered;
        let step = |new: f64, old: f64| if reset { new } else { (new - old).max(0.0) };
        Ok(Step {
            from: then,
            to: at,
            offered: step(sample.offered, before.offered),
            served: step(sample.served, before.served),
            shed: step(sample.shed, before.shed),
        })
    }
}
