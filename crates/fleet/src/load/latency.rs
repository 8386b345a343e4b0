//! How quickly instances have answered of late, from what each has counted.

use std::{
    collections::{BTreeMap, VecDeque},
    time::Duration,
};

use domain::Timestamp;
use serde::{Deserialize, Serialize};

use super::{SILENCE_SECONDS, minutes::MAX_INSTANCES};
use crate::metrics::{Counted, Histogram};

/// Requests answered within this are quick, in seconds: a bound of `web::HttpMetrics`.
pub const QUICK_WITHIN: f64 = 0.512;
/// Of a quick minute's requests, at least this share is.
const QUICK_SHARE: f64 = 0.95;
/// What came before is not of late.
const LATE: Duration = Duration::from_secs(60);

/// Whether latency was within its goal, where this share of the requests was answered within [`QUICK_WITHIN`]; `None`: it is no share,
/// as of no requests.
pub fn was_quick(share: f64) -> Option<bool> {
    (0.0..=1.001).contains(&share).then_some(share >= QUICK_SHARE)
}

/// Requests whose time was measured, since an instance started.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Answers {
    /// All of them.
    pub all: u64,
    /// Those that were answered within [`QUICK_WITHIN`].
    pub quick: u64,
}

impl Answers {
    /// On the routes of one role of the instance, or on all; `None`: it has no such route.
    pub fn of(counted: &Counted, role: Option<&str>) -> Option<Self> {
        let ours = counted.routes.iter().filter(|((of, _), _)| role.is_none_or(|role| of == role));
        ours.map(|(_, route)| Self::within(&route.latency)).reduce(|sum, route| Self {
            all: sum.all.saturating_add(route.all),
            quick: sum.quick.saturating_add(route.quick),
        })
    }

    fn within(latency: &Histogram) -> Self {
        let quick = latency.buckets.iter().rev().find(|(bound, _)| *bound <= QUICK_WITHIN);
        Self { all: latency.count(), quick: quick.map_or(0, |(_, count)| *count) }
    }
}

/// The last minute of a group.
#[derive(Debug, Clone, Default)]
pub struct Lately {
    last: BTreeMap<String, (Timestamp, Answers)>,
    steps: VecDeque<(Timestamp, Answers)>,
}

impl Lately {
    /// Takes what an instance had counted at `now`. After a restart it counts from zero; what came in a long silence is of no time.
    pub fn push(&mut self, now: Timestamp, instance: &str, answers: Answers) {
        self.steps.retain(|(at, _)| now.since(*at) < LATE);
        self.last.retain(|_, (at, _)| now.since(*at).as_secs() <= SILENCE_SECONDS.unsigned_abs());
        if self.last.len() >= MAX_INSTANCES && !self.last.contains_key(instance) {
            return;
        }
        let Some((_, before)) = self.last.insert(instance.to_owned(), (now, answers)) else { return };
        let before = if answers.all < before.all { Answers::default() } else { before };
        let step =
            Answers { all: answers.all - before.all, quick: answers.quick.saturating_sub(before.quick) };
        if step.all == 0 {
            return;
        }
        match self.steps.back_mut().filter(|(at, _)| *at == now) {
            Some((_, sum)) => {
                sum.all = sum.all.saturating_add(step.all);
                sum.quick = sum.quick.saturating_add(step.quick);
            }
            None => self.steps.push_back((now, step)),
        }
    }

    /// Whether the last minute's requests were answered quickly; `None`: there were none, or nobody tells.
    pub fn was_quick(&self, now: Timestamp) -> Option<bool> {
        let steps = self.steps.iter().filter(|(at, _)| now.since(*at) < LATE);
        let sum = |of: fn(&Answers) -> u64| steps.clone().map(|(_, step)| of(step) as f64).sum::<f64>();
        was_quick(sum(|step| step.quick) / sum(|step| step.all))
    }
}
