//! Premieres, marathons and holidays: what they add, learned from past ones of the same brand and kind.

use std::collections::BTreeMap;

use domain::Timestamp;
use serde::{Deserialize, Serialize};

/// What a kind of event adds when nobody has seen one: as shares of the usual load, from flop to hit. Heavy-tailed on
/// purpose, and soon outweighed by what really came.
const UNKNOWN: [f64; 5] = [0.02, 0.15, 0.25, 0.45, 0.9];
/// An event of the same brand and kind counts this much more than one of another brand's.
const SAME_BRAND: usize = 3;
/// Past lifts kept for each brand and kind; older ones are forgotten.
const KEPT: usize = 64;
/// Minutes before its start from which an event's crowd may come.
pub const EARLY: i64 = 5;
/// Minutes after its start for which the event alone decides; afterwards the load itself shows what it is.
pub const DECIDES: i64 = 25;
/// Minutes after its start for which the load is not called usual.
pub const LASTS: i64 = 180;

/// Which past events speak for one.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Kin {
    /// The brand's id; empty for what concerns all.
    pub brand: String,
    /// Premiere, marathon, holiday: the operator's own word.
    pub kind: String,
}

/// One entry of the calendar, as it stands now. One that was cancelled is not handed in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    /// Whose past speaks for it.
    pub kin: Kin,
    /// What people call it.
    pub name: String,
    /// When it begins.
    pub at: Timestamp,
}

impl Event {
    /// Minutes from its start to `now`, negative before it.
    pub fn age(&self, now: Timestamp) -> i64 {
        (now.micros() - self.at.micros()).div_euclid(60_000_000)
    }

    /// Whether the load of `now` is its doing.
    pub fn touches(&self, now: Timestamp) -> bool {
        (-EARLY..LASTS).contains(&self.age(now))
    }
}

/// What past events added.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Lifts(BTreeMap<Kin, Vec<f64>>);

impl Lifts {
    /// Takes what one added at its greatest, as a share of what was usual; flops teach as much as hits.
    pub fn learn(&mut self, kin: &Kin, lift: f64) {
        if !lift.is_finite() {
            return;
        }
        let past = self.0.entry(kin.clone()).or_default();
        past.push(lift.clamp(-0.95, 50.0));
        if past.len() > KEPT {
            past.remove(0);
        }
    }

    /// The lift that such an event stays under with probability `share`, and how many past ones of its own brand and kind
    /// that rests on.
    pub fn quantile(&self, kin: &Kin, share: f64) -> (f64, usize) {
        let own = self.0.get(kin).map_or(&[][..], Vec::as_slice);
        let mut all: Vec<f64> = UNKNOWN.to_vec();
        for (other, past) in self.0.iter().filter(|(other, _)| other.kind == kin.kind) {
            let times = if other == kin { SAME_BRAND } else { 1 };
            all.extend(past.iter().flat_map(|lift| std::iter::repeat_n(*lift, times)));
        }
        all.sort_by(f64::total_cmp);
        // Conformal: one more than there are, so that few samples give the greatest of them (Vovk et al., 2005).
        let rank = (share * (all.len() as f64 + 1.0)).ceil() as usize;
        (all[rank.clamp(1, all.len()) - 1], own.len())
    }
}

/// Follows one event while it runs, to learn what it added.
#[derive(Debug, Clone)]
pub struct Watch {
    /// Which.
    pub event: Event,
    base: f64,
    greatest: f64,
}

impl Watch {
    /// Begins as the event does: `base` is what the load would be without it.
    pub fn new(event: Event, base: f64) -> Self {
        Self { event, base: base.max(1e-6), greatest: -1.0 }
    }

    /// Takes a minute's load and what the season says for it, `None` when it says nothing.
    pub fn push(&mut self, load: f64, usual: Option<f64>) {
        let base = usual.unwrap_or(self.base).max(1e-6);
        self.greatest = self.greatest.max(load / base - 1.0);
    }

    /// What the load would be without it.
    pub fn base(&self) -> f64 {
        self.base
    }

    /// What it added at its greatest.
    pub fn lift(&self) -> f64 {
        self.greatest
    }
}
