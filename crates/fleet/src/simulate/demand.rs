//! What the simulated instances have to serve: a mean, noise on it, and the calendar that was known at each minute.

use domain::Timestamp;

use super::chance::Chance;
use crate::forecast::event::Event;

/// Correlation of the noise from one minute to the next.
pub const CORRELATION: f64 = 0.8;
/// The published seeds.
pub const SEEDS: [u64; 5] = [1, 2, 3, 5, 8];

/// An entry of the calendar and how it changed: from each minute on it said this, `None` for cancelled.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// Minute of the series from which it was known, and what was known.
    pub versions: Vec<(usize, Option<Event>)>,
}

/// A demand to be run.
#[derive(Debug, Clone)]
pub struct Demand {
    /// What people call it.
    pub name: String,
    /// The instant of minute 0.
    pub start: Timestamp,
    /// Expected load by the minute, in instances' worth; NaN where nobody knows.
    pub mean: Vec<f64>,
    /// The calendar.
    pub calendar: Vec<Entry>,
}

impl Demand {
    /// The load of one seed: `mean * (1 + sd * noise)`, the noise AR(1) with unit variance.
    pub fn load(&self, sd: f64, seed: u64) -> Vec<f64> {
        let mut chance = Chance::new(seed);
        let mut noise = chance.normal();
        let fresh = (1.0 - CORRELATION * CORRELATION).sqrt();
        let next = |mean: &f64| {
            noise = CORRELATION * noise + fresh * chance.normal();
            mean * (1.0 + sd * noise).max(0.0)
        };
        self.mean.iter().map(next).collect()
    }

    /// The instant at which a minute begins.
    pub fn at(&self, minute: usize) -> Timestamp {
        Timestamp::from_seconds(self.start.seconds() + 60 * minute as i64)
    }

    /// The calendar as it was known when a minute began, of what is near enough to matter.
    pub fn known(&self, minute: usize, into: &mut Vec<Event>) {
        into.clear();
        let now = self.at(minute);
        for entry in &self.calendar {
            let version = entry.versions.iter().rev().find(|(from, _)| *from <= minute);
            if let Some((_, Some(event))) = version
                && (-120..240).contains(&event.age(now))
            {
                into.push(event.clone());
            }
        }
    }
}
