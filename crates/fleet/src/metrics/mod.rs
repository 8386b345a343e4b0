//! What an instance has counted, read from its `/metrics` (OpenMetrics 1.0, as `web::HttpMetrics` writes it): the judge's and the
//! forecast's eyes.

mod text;

use std::collections::BTreeMap;

use domain::Timestamp;

pub use text::{MOST_BYTES, Unreadable, fuzz, read};

/// One look at an instance. Counters grow from its start.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Counted {
    /// When, by whoever looked.
    pub at: Timestamp,
    /// Requests that came, turned away ones among them.
    pub offered: u64,
    /// Requests turned away for load.
    pub shed: u64,
    /// Bytes of media and pictures sent, of one that is an origin.
    pub bytes: Option<u64>,
    /// Requests worked on at this moment.
    pub in_flight: u64,
    /// Connections accepted.
    pub accepted: u64,
    /// Connections held at this moment.
    pub open: u64,
    /// Resident memory in bytes, where the machine tells.
    pub memory: Option<u64>,
    /// Open files and connections, where the machine tells.
    pub files: Option<u64>,
    /// By role and route, as in `/t/{title}`.
    pub routes: BTreeMap<(String, String), Route>,
}

/// One route of a role.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Route {
    /// Answers by class: `1xx` to `5xx`, and `gone` for clients that left before.
    pub answers: BTreeMap<String, u64>,
    /// Time to the head of the answer.
    pub latency: Histogram,
}

/// Observations in fixed buckets.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Histogram {
    /// Upper bounds in seconds, ascending, the last one infinite; and how many observations lie at or below each.
    pub buckets: Vec<(f64, u64)>,
    /// Sum of all observations in seconds.
    pub sum: f64,
}

impl Histogram {
    /// Observations.
    pub fn count(&self) -> u64 {
        self.buckets.last().map_or(0, |(_, count)| *count)
    }
}

impl Counted {
    /// Answers of this class over all routes.
    pub fn answers(&self, class: &str) -> u64 {
        self.routes.values().filter_map(|route| route.answers.get(class)).sum()
    }

    /// What was counted between `before` and this. `None`: the instance began anew in between, so nobody can tell.
    pub fn since(&self, before: &Counted) -> Option<Counted> {
        let mut routes = BTreeMap::new();
        for (key, now) in &self.routes {
            let then = before.routes.get(key).cloned().unwrap_or_default();
            let mut answers = BTreeMap::new();
            for (class, count) in &now.answers {
                let then = then.answers.get(class).copied().unwrap_or(0);
                answers.insert(class.clone(), count.checked_sub(then)?);
            }
            let mut latency = now.latency.clone();
            if !then.latency.buckets.is_empty() {
                latency.sum -= then.latency.sum;
                for (bucket, then) in latency.buckets.iter_mut().zip(&then.latency.buckets) {
                    bucket.1 = bucket.1.checked_sub(then.1)?;
                }
            }
            routes.insert(key.clone(), Route { answers, latency });
        }
        if before.routes.keys().any(|key| !routes.contains_key(key)) {
            return None;
        }
        Some(Counted {
            offered: self.offered.checked_sub(before.offered)?,
            shed: self.shed.checked_sub(before.shed)?,
            bytes: match (self.bytes, before.bytes) {
                (Some(now), Some(before)) => Some(now.checked_sub(before)?),
                (now, _) => now,
            },
            accepted: self.accepted.checked_sub(before.accepted)?,
            routes,
            ..self.clone()
        })
    }
}

/// The share of all requests that came to the instances whose samples are `part`, out of these and `rest`: what they did
/// get, not what they should have. `None` without any request.
pub fn share(part: &[Counted], rest: &[Counted]) -> Option<f64> {
    let sum = |samples: &[Counted]| samples.iter().map(|sample| sample.offered).sum::<u64>();
    let all = sum(part) + sum(rest);
    if all == 0 { None } else { Some(sum(part) as f64 / all as f64) }
}
