//! A group's minutes, put together from its instances' steps.

use std::collections::BTreeMap;

use domain::Timestamp;

use super::{Counter, Sample, Trouble};

const MINUTE: i64 = 60_000_000;
/// Minutes that are still open to late samples, when nobody says otherwise.
const OPEN: i64 = 3;
/// Instances remembered at most; the ones silent for longest go first.
pub(super) const MAX_INSTANCES: usize = 100_000;
/// A minute of which less than this share of the instances' time was heard is a gap.
const HEARD: f64 = 0.5;

/// A minute's load of a whole group.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Load {
    /// Offered per minute.
    pub offered: f64,
    /// Served per minute.
    pub served: f64,
    /// Turned away per minute.
    pub shed: f64,
}

#[derive(Debug, Clone, Default)]
struct Open {
    load: Load,
    /// Instance-minutes heard.
    heard: f64,
}

/// Collects the steps of a group's instances into minutes.
#[derive(Debug, Clone)]
pub struct Minutes {
    open_for: i64,
    counters: BTreeMap<String, (Counter, Timestamp)>,
    open: BTreeMap<i64, Open>,
    closed: Option<i64>,
    /// How often each kind of trouble was met, for the metrics.
    pub troubles: BTreeMap<String, u64>,
}

impl Default for Minutes {
    fn default() -> Self {
        Self::open_for(OPEN)
    }
}

impl Minutes {
    /// Each minute waits so many minutes for late samples, counted from its beginning: with 1 it is closed as soon as it is over.
    pub fn open_for(minutes: i64) -> Self {
        Self {
            open_for: minutes.max(1),
            counters: BTreeMap::new(),
            open: BTreeMap::new(),
            closed: None,
            troubles: BTreeMap::new(),
        }
    }

    /// Takes a sample of an instance, received at `now`.
    pub fn push(&mut self, now: Timestamp, instance: &str, sample: Sample) -> Result<(), Trouble> {
        if self.counters.len() >= MAX_INSTANCES && !self.counters.contains_key(instance) {
            let silent = self.counters.iter().min_by_key(|(_, (_, heard))| *heard).map(|(id, _)| id.clone());
            silent.map(|id| self.counters.remove(&id));
        }
        let entry = self.counters.entry(instance.to_owned()).or_insert((Counter::default(), now));
        entry.1 = now;
        let step = entry.0.push(now, sample).inspect_err(|trouble| {
            *self.troubles.entry(trouble.to_string()).or_default() += 1;
        })?;
        let (from, to) = (step.from.micros(), step.to.micros());
        let whole = (to - from) as f64;
        for minute in from.div_euclid(MINUTE)..=(to - 1).div_euclid(MINUTE) {
            if self.closed.is_some_and(|closed| minute <= closed) {
                continue;
            }
            let (begin, end) = (minute * MINUTE, (minute + 1) * MINUTE);
            let share = (to.min(end) - from.max(begin)) as f64 / whole;
            let open = self.open.entry(minute).or_default();
            open.load.offered += step.offered * share;
            open.load.served += step.served * share;
            open.load.shed += step.shed * share;
            open.heard += share * whole / MINUTE as f64;
        }
        Ok(())
    }

    /// The minutes that are over and no longer wait for late samples, oldest first: number since the epoch, and load, `None`
    /// for a gap. `serving` is how many instances there were; of a minute partly heard the rest is taken to be alike.
    pub fn close(&mut self, now: Timestamp, serving: u32) -> Vec<(i64, Option<Load>)> {
        let last = now.micros().div_euclid(MINUTE) - self.open_for;
        let first = match (self.closed, self.open.keys().next()) {
            (Some(closed), _) => closed + 1,
            (None, Some(first)) => *first,
            (None, None) => return Vec::new(),
        };
        let mut done = Vec::new();
        // A clock that jumped ahead by years must not make years of gaps here.
        for minute in first.max(last - 7 * 24 * 60)..=last {
            let load = self.open.remove(&minute).and_then(|open| {
                let heard = open.heard / f64::from(serving.max(1));
                let times = 1.0 / heard.min(1.0);
                (heard >= HEARD).then_some(Load {
                    offered: open.load.offered * times,
                    served: open.load.served * times,
                    shed: open.load.shed * times,
                })
            });
            done.push((minute, load));
            self.closed = Some(minute);
        }
        self.open.retain(|minute, _| *minute > last);
        self.counters.retain(|_, (_, heard)| now.since(*heard).as_secs() < 3600);
        done
    }
}
