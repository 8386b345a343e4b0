//! Room for what the fleet wants more while a rollout is under way: both share one plan.
//!
//! Instances are added of the release that everybody could be sent to at that moment: the old one until the new one has all of the
//! traffic, the new one from then on, and the old one again in an undo. None is taken away because a floor sinks: the next steady state does.

use super::{Duty, Observation, Phase, Rollout, Slot, Stage, want::Want};

impl Rollout {
    /// Adds places until `floor` instances of one release will serve.
    pub(super) fn make_room(&mut self, floor: usize, seen: &Observation, said: &mut Vec<String>) {
        let duty = self.added();
        let release = self.release(duty).to_owned();
        let serving_in_the_end = self.slots.iter().filter(|slot| self.carries(slot.duty)).count();
        let missing = floor.saturating_sub(serving_in_the_end);
        if missing == 0 || seen.hosts.is_empty() || self.has_ended() {
            return;
        }
        let starting = |slot: &&Slot| {
            let phase = seen.instance(&slot.name).map(|seen| &seen.phase);
            self.want(slot.duty) == Want::Serving && matches!(phase, None | Some(Phase::Starting))
        };
        let under_way = self.slots.iter().filter(starting).count();
        let count = missing.min(self.plan.limits.surge.max(1).saturating_sub(under_way));
        for _ in 0..count {
            let Some(host) = self.emptiest(seen) else { return };
            // Places are never given up: the number of them names one that no other place of this rollout has had.
            let name = format!("{}-{}-{}", self.plan.service, self.plan.generation, self.slots.len() + 1);
            self.slots.push(Slot { duty, name, host, before: 0, faults: 0, asked: None, seen: false });
        }
        if count > 0 {
            said.push(format!("the fleet wants {floor}: {count} more of {release}"));
        }
    }

    /// What is added is for: an old one that no wave parks, or one more of the last wave.
    fn added(&self) -> Duty {
        let waves = self.plan.waves.len();
        if self.is_new_ones() { Duty::New(waves.saturating_sub(1)) } else { Duty::Old(waves) }
    }

    /// Whether all traffic is the new release's.
    fn is_new_ones(&self) -> bool {
        matches!(self.stage, Stage::Bake | Stage::Retire | Stage::Done)
    }

    /// Whether instances of this duty are those that the floor counts. The control comes and goes with the judge.
    fn carries(&self, duty: Duty) -> bool {
        match duty {
            Duty::Old(_) => !self.is_new_ones(),
            Duty::Canary | Duty::New(_) => self.is_new_ones(),
            Duty::Control => false,
        }
    }

    /// Was it added for the fleet, and is no part of what the rollout exchanges?
    pub(super) fn is_extra(&self, duty: Duty) -> bool {
        matches!(duty, Duty::Old(wave) if wave >= self.plan.waves.len())
    }

    /// How many must take traffic after whatever is done now. In an undo what was there before is enough: a bad release has to go.
    pub(super) fn least(&self, floor: usize) -> usize {
        match self.stage {
            Stage::Undo | Stage::Clean | Stage::Undone => self.plan.floor,
            _ => self.plan.floor.max(floor),
        }
    }
}
