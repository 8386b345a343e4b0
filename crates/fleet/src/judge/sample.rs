//! What was counted of the canary and of its control in one window of time.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::metrics::Counted;

/// Most paths that are judged apart; the rest is counted together, as [`OTHER`].
pub const MOST_PATHS: usize = 64;
/// Most gauges that are judged.
pub const MOST_GAUGES: usize = 8;
/// Most bounds of a histogram.
pub const MOST_BOUNDS: usize = 64;
/// The paths beyond [`MOST_PATHS`].
pub const OTHER: &str = "(other)";

/// Requests answered, and how many of them with an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Answers {
    /// Answered, in whatever way.
    pub requests: u64,
    /// Of these, with a fault of ours (5xx), or not to the end.
    pub errors: u64,
}

impl Answers {
    /// Adds another count.
    pub fn add(&mut self, other: Answers) {
        self.requests = self.requests.saturating_add(other.requests);
        self.errors = self.errors.saturating_add(other.errors.min(other.requests));
    }

    /// The share of errors, from 0 to 1; 0 of nothing.
    pub fn share(self) -> f64 {
        if self.requests == 0 { 0.0 } else { self.errors as f64 / self.requests as f64 }
    }
}

/// How long answers took, in buckets with fixed bounds.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Histogram {
    /// Upper bounds in microseconds, ascending.
    pub bounds: Vec<u64>,
    /// How many answers in each bucket, not cumulative; one more than bounds, the last without an upper bound.
    pub counts: Vec<u64>,
}

impl Histogram {
    /// Empty, with bounds that double from `first_us` on.
    pub fn doubling(first_us: u64, bounds: usize) -> Self {
        let bounds: Vec<u64> =
            (0..bounds.min(MOST_BOUNDS)).map(|i| first_us.saturating_mul(1 << i)).collect();
        let counts = vec![0; bounds.len() + 1];
        Self { bounds, counts }
    }

    /// Counts an answer that took `micros`.
    pub fn record(&mut self, micros: u64) {
        let at = self.bounds.partition_point(|bound| *bound < micros);
        if let Some(count) = self.counts.get_mut(at) {
            *count += 1;
        }
    }

    /// Whether it can be read: as many counts as there must be, bounds that ascend, not too many.
    pub fn is_sound(&self) -> bool {
        self.counts.len() == self.bounds.len() + 1
            && self.bounds.len() <= MOST_BOUNDS
            && self.bounds.is_sorted_by(|a, b| a < b)
    }

    /// How many answers.
    pub fn total(&self) -> u64 {
        self.counts.iter().fold(0, |sum, count| sum.saturating_add(*count))
    }

    /// How many answers took longer than the bound at `at`.
    pub fn above(&self, at: usize) -> u64 {
        self.counts.iter().skip(at + 1).fold(0, |sum, count| sum.saturating_add(*count))
    }

    /// Adds another with the same bounds.
    pub fn add(&mut self, other: &Histogram) {
        if self.counts.is_empty() {
            *self = other.clone();
        } else {
            for (count, more) in self.counts.iter_mut().zip(&other.counts) {
                *count = count.saturating_add(*more);
            }
        }
    }
}

/// What one arm, canary or control, did in one window.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Sample {
    /// Seconds since the arm became ready.
    pub age_s: u64,
    /// By path: a route, not a URL.
    pub paths: BTreeMap<String, Answers>,
    /// Of every path together.
    pub latency: Histogram,
    /// What may leak, at the end of the window: resident bytes, open files.
    pub gauges: BTreeMap<String, f64>,
}

impl Sample {
    /// From what an instance has counted since it started. `age_s`: seconds since it was ready. `None`: its histograms have more
    /// bounds than are judged.
    pub fn of(counted: &Counted, age_s: u64) -> Option<Self> {
        let mut sample = Self { age_s, ..Self::default() };
        // Upper bound in microseconds to answers up to it, over all routes; the last is without a bound.
        let mut buckets: BTreeMap<u64, u64> = BTreeMap::from([(u64::MAX, 0)]);
        for ((_, route), counted) in &counted.routes {
            let requests = counted.answers.values().fold(0, |sum: u64, count| sum.saturating_add(*count));
            let errors = counted.answers.get("5xx").copied().unwrap_or(0);
            sample.paths.entry(route.clone()).or_default().add(Answers { requests, errors });
            for (bound, count) in &counted.latency.buckets {
                // Beyond a day it is no time of an answer.
                let bound = if *bound < 86_400.0 { (bound.max(0.0) * 1e6).round() as u64 } else { u64::MAX };
                let answers = buckets.entry(bound).or_default();
                *answers = answers.saturating_add(*count);
            }
        }
        if buckets.len() > MOST_BOUNDS {
            return None;
        }
        let mut before = 0;
        for (bound, answers) in buckets {
            if bound != u64::MAX {
                sample.latency.bounds.push(bound);
            }
            sample.latency.counts.push(answers.saturating_sub(before));
            before = answers;
        }
        let gauges = [("resident bytes", counted.memory), ("open files", counted.files)];
        let known = gauges.into_iter().filter_map(|(name, gauge)| Some((name.to_owned(), gauge? as f64)));
        sample.gauges.extend(known);
        Some(sample)
    }

    /// Every path together.
    pub fn total(&self) -> Answers {
        let mut total = Answers::default();
        self.paths.values().for_each(|answers| total.add(*answers));
        total
    }
}

/// One window of time. An arm of which nothing is known is `None`, which is not the same as an arm that was asked nothing.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Window {
    /// The new release.
    pub canary: Option<Sample>,
    /// The old one, as young and with the same share of traffic.
    pub control: Option<Sample>,
}
