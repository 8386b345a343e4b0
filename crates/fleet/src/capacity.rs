//! How much one instance of a release can do, learned from offered load; never from processor time, which tells how busy a
//! machine is and not how many viewers it could still take.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// What was seen of one instance, or the mean of a group's, in one minute.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Minute {
    /// Offered to each instance, in the role's unit per minute.
    pub offered: f64,
    /// Of that, served.
    pub served: f64,
    /// Whether latency was within its goal.
    pub quick: bool,
}

/// A new release is first taken for this share of the one before it.
const NEW_RELEASE: f64 = 0.9;
/// However it behaves, what is learned stays within these factors of what the operator declared: a capacity learned wrong
/// by more would either empty the purse or the service.
const WITHIN: (f64, f64) = (0.5, 2.0);
/// Minutes over its limit after which a release's own limit is believed alone.
const BELIEVED: f64 = 30.0;
/// Who served all of it, slowly, was past its limit: by how much nobody saw, so that it is taken for this share of that. To take it for all
/// of that would follow the load down and hardly raise the floor.
const PAST: f64 = 0.8;
/// Weight of the newest minute at the limit.
const GAIN: f64 = 0.1;
/// Releases remembered.
const KEPT: usize = 16;

/// What is known of one release.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
struct Known {
    /// Mean served per instance in minutes in which it turned load away, and less than that where it was slow.
    limit: f64,
    /// How many such minutes.
    over: f64,
    /// The most it served quickly and whole.
    proven: f64,
    /// What it began with.
    begun: f64,
    order: u64,
}

/// Capacity per release.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Capacity {
    declared: f64,
    releases: BTreeMap<String, Known>,
    next: u64,
}

impl Capacity {
    /// `declared`: what the operator says one instance does, in the role's unit per minute; positive.
    pub fn new(declared: f64) -> Self {
        Self { declared: declared.max(f64::MIN_POSITIVE), releases: BTreeMap::new(), next: 0 }
    }

    /// What one instance of a release does.
    pub fn of(&self, release: &str) -> f64 {
        let Some(known) = self.releases.get(release) else { return self.first_guess() };
        let believed = (known.over / BELIEVED).min(1.0);
        let guess = known.begun.max(known.proven);
        let learned =
            if known.over > 0.0 { known.limit * believed + guess * (1.0 - believed) } else { guess };
        learned.clamp(self.declared * WITHIN.0, self.declared * WITHIN.1)
    }

    fn first_guess(&self) -> f64 {
        let newest = self.releases.iter().max_by_key(|(_, known)| known.order);
        newest.map_or(self.declared, |(release, _)| self.of(release) * NEW_RELEASE)
    }

    /// Takes a minute of a release. Nonsense (negative, infinite, more served than offered) is left out.
    pub fn learn(&mut self, release: &str, minute: Minute) {
        let Minute { offered, served, quick } = minute;
        if !(offered.is_finite() && served.is_finite()) || served < 0.0 || served > offered * 1.01 {
            return;
        }
        if !self.releases.contains_key(release) {
            let begun = self.first_guess();
            let fresh = Known { limit: 0.0, over: 0.0, proven: 0.0, begun, order: self.next };
            self.releases.insert(release.to_owned(), fresh);
            self.next += 1;
            if self.releases.len() > KEPT {
                let oldest =
                    self.releases.iter().min_by_key(|(_, known)| known.order).map(|(id, _)| id.clone());
                oldest.map(|id| self.releases.remove(&id));
            }
        }
        let Some(known) = self.releases.get_mut(release) else { return };
        let whole = served >= offered * 0.9999;
        if whole && quick {
            known.proven = known.proven.max(served);
            return;
        }
        if served <= 0.0 {
            return; // an instance that serves nothing is broken, not full
        }
        let gain = GAIN.max(1.0 / (known.over + 1.0));
        let seen = if whole { served * PAST } else { served };
        known.limit += gain * (seen - known.limit);
        known.over += 1.0;
    }

    /// In words, for status pages.
    pub fn words(&self, release: &str, unit: &str) -> String {
        let capacity = self.of(release);
        match self.releases.get(release) {
            Some(known) if known.over > 0.0 => {
                format!(
                    "{release}: {capacity:.0} {unit} per instance, learned in {:.0} min at its limit",
                    known.over
                )
            }
            Some(known) if known.proven > known.begun => {
                format!("{release}: {capacity:.0} {unit} per instance, seen served without trouble")
            }
            _ => format!("{release}: {capacity:.0} {unit} per instance, not yet seen at its limit"),
        }
    }
}
