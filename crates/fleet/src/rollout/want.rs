//! Where each instance should stand in a stage, and what leads there from where it stands.

use super::{Action, Duty, Observation, Phase, Rollout, Seen, Slot, Stage};

/// Where an instance should stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Want {
    /// Not begun yet, or ended.
    Gone,
    /// Warm.
    Ready,
    /// In traffic.
    Serving,
}

impl Rollout {
    pub(super) fn want(&self, duty: Duty) -> Want {
        use Want::{Gone, Ready, Serving};
        let waves = self.plan.waves.len();
        // How many waves have started, take traffic, and have had their old ones parked.
        let (started, admitted, parked) = match self.stage {
            Stage::Start(at) => (at + 1, at, at),
            Stage::Admit(at) => (at + 1, at + 1, at),
            Stage::Park(at) | Stage::Watch(at) => (at + 1, at + 1, at + 1),
            Stage::Bake | Stage::Retire | Stage::Done => (waves, waves, waves),
            _ => (0, 0, 0),
        };
        let wave = |at: usize, before: Want| match at {
            at if at < admitted => Serving,
            at if at < started => Ready,
            _ => before,
        };
        match (self.stage, duty) {
            (Stage::Undo | Stage::Clean | Stage::Undone, Duty::Old(_)) => Serving,
            // Parked, not stopped, while traffic is switched: as long as there is too little of the old, they serve on.
            (Stage::Undo, _) => Ready,
            (Stage::Clean | Stage::Undone, _) => Gone,
            (Stage::Retire | Stage::Done, Duty::Old(_) | Duty::Control) => Gone,
            (_, Duty::Old(at)) => {
                if at < parked {
                    Ready
                } else {
                    Serving
                }
            }
            (Stage::Migrate, _) => Gone,
            (Stage::Canary, Duty::Canary | Duty::Control) => Ready,
            (_, Duty::Canary | Duty::Control) => Serving,
            (_, Duty::New(at)) => wave(at, Gone),
        }
    }

    /// Whether every instance stands where it should.
    pub(super) fn is_settled(&self, seen: &Observation) -> bool {
        let is_last = matches!(self.stage, Stage::Clean | Stage::Retire);
        if is_last && self.leftovers(seen).next().is_some() {
            return false;
        }
        self.slots.iter().all(|slot| {
            let phase = seen.instance(&slot.name).map(|seen| &seen.phase);
            match self.want(slot.duty) {
                Want::Gone => phase.is_none(),
                Want::Ready => phase == Some(&Phase::Ready) || self.is_needless(slot, seen),
                // What the fleet wants more is waited for by nothing but the floor.
                Want::Serving => phase == Some(&Phase::Serving) || self.is_extra(slot.duty),
            }
        })
    }

    /// What earlier instances of a slot left behind, also on a host that was given up and is back.
    fn leftovers<'a>(&'a self, seen: &'a Observation) -> impl Iterator<Item = &'a Seen> {
        let prefix = format!("{}-{}-", self.plan.service, self.plan.generation);
        seen.instances.iter().filter(move |seen| {
            let name = &seen.name;
            (name.starts_with(&prefix) || self.plan.old.iter().any(|old| old.0 == *name))
                && self.slots.iter().all(|slot| slot.name != *name)
        })
    }

    /// In an undo nothing of the new release is started again only to be warm.
    fn is_needless(&self, slot: &Slot, seen: &Observation) -> bool {
        self.stage == Stage::Undo
            && !matches!(slot.duty, Duty::Old(_))
            && seen.instance(&slot.name).is_none_or(|seen| seen.phase != Phase::Serving)
    }

    /// What leads from what is seen to what is wanted: first what adds to the traffic's takers, then what takes away.
    pub(super) fn actions(&self, seen: &Observation, floor: usize) -> Vec<Action> {
        let (mut adding, mut parking, mut stopping) = (Vec::new(), Vec::new(), Vec::new());
        let stop = |name: &str| Action::Stop { name: name.to_owned(), drain_s: self.plan.limits.drain_s };
        for slot in &self.slots {
            let name = slot.name.clone();
            let found = seen.instance(&slot.name).map(|seen| &seen.phase);
            match (self.want(slot.duty), found) {
                (Want::Ready | Want::Serving, None) if !self.is_needless(slot, seen) => {
                    adding.push(Action::Start {
                        name,
                        release: self.release(slot.duty).to_owned(),
                        host: slot.host.clone(),
                    });
                }
                (Want::Serving, Some(Phase::Ready)) => adding.push(Action::Admit { name }),
                (Want::Ready | Want::Gone, Some(Phase::Serving)) => parking.push(Action::Park { name }),
                (Want::Gone, Some(Phase::Starting | Phase::Ready | Phase::Failed(_))) => {
                    stopping.push(stop(&name));
                }
                _ => {}
            }
        }
        for left in self.leftovers(seen) {
            match left.phase {
                Phase::Stopping => {}
                Phase::Serving => parking.push(Action::Park { name: left.name.clone() }),
                _ => stopping.push(stop(&left.name)),
            }
        }
        // The floor stands above every plan: what would break it waits for a later step.
        parking.truncate(seen.serving().saturating_sub(self.least(floor)));
        adding.into_iter().chain(parking).chain(stopping).collect()
    }
}
