//! What must be remembered of a rollout between two steps.

use domain::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Action, Plan};
use crate::judge::Judge;

/// What an instance is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Duty {
    /// Served before the rollout; parked in this wave.
    Old(usize),
    /// The first of the new release.
    Canary,
    /// The old release, as old as the canary.
    Control,
    /// Of the new release, started in this wave.
    New(usize),
}

/// A place in the rollout that an instance fills. Should it be lost, another one with another name follows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Slot {
    /// What its instance is for.
    pub duty: Duty,
    /// Its instance's name.
    pub name: String,
    /// Where it runs.
    pub host: String,
    /// How many instances it had before this one.
    pub before: u32,
    /// How many of them failed through no fault of their host.
    pub faults: u32,
    /// When this instance was first asked for.
    pub asked: Option<Timestamp>,
    /// Whether it was ever seen.
    pub seen: bool,
}

/// How far a rollout is. Only [`Rollout::step`] and an order move it on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// The database gets what the new release needs.
    Migrate,
    /// Canary and control start.
    Canary,
    /// They take traffic and are judged.
    Judge,
    /// The instances of a wave start.
    Start(usize),
    /// They take traffic.
    Admit(usize),
    /// The old ones that they replace are parked.
    Park(usize),
    /// The judge looks on before the next wave.
    Watch(usize),
    /// All traffic is the new release's; the old one is warm.
    Bake,
    /// The old one is stopped.
    Retire,
    /// The old release takes the traffic back.
    Undo,
    /// The new one is stopped.
    Clean,
    /// The end: the new release serves.
    Done,
    /// The end: the old release serves.
    Undone,
}

/// A rollout under way: data, stored after every step.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Rollout {
    /// What was to happen.
    pub plan: Plan,
    /// How far it is.
    pub stage: Stage,
    /// When the stage began.
    pub since: Timestamp,
    /// Its instances.
    pub slots: Vec<Slot>,
    /// The judge.
    pub judge: Judge,
    /// When the judge began.
    pub judging: Option<Timestamp>,
    /// How many windows the judge had seen when the stage began.
    pub windows: u64,
    /// Who holds it, and why; nothing moves on until it is let go.
    pub held: Option<String>,
    /// Why it is, or was, undone.
    pub why: Option<String>,
}

/// What a step asks for.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Step {
    /// In this order.
    pub actions: Vec<Action>,
    /// What happened, for people and for the log.
    pub said: Vec<String>,
}

/// What a person says to a rollout.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "order", rename_all = "snake_case")]
pub enum Order {
    /// Stay where it is. The judge goes on, and undoes what is shown to be worse.
    Hold {
        /// Who says so, and why.
        why: String,
    },
    /// Go on.
    Go,
    /// Go back.
    Undo {
        /// Who says so, and why.
        why: String,
    },
}

/// Why an order was not followed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// It was meant for another rollout.
    #[error("rollout {meant} is not the one under way, which is {is}: look again, and decide again")]
    Stale {
        /// Which it was meant for.
        meant: u64,
        /// Which is under way.
        is: u64,
    },
    /// It has ended.
    #[error("rollout {0} has ended: going back from it is a rollout of its own")]
    Ended(u64),
    /// It goes back, and that is not stopped in the middle.
    #[error("rollout {0} is being undone, and goes on until the old release has the traffic")]
    Undoing(u64),
}

impl Rollout {
    /// A plan that begins.
    pub fn begin(plan: Plan, now: Timestamp) -> Self {
        let generation = plan.generation;
        let slot = |duty, name: String, host: &str, seen| Slot {
            duty,
            name,
            host: host.to_owned(),
            before: 0,
            faults: 0,
            asked: None,
            seen,
        };
        let mut slots = Vec::new();
        for (name, host) in &plan.old {
            let wave = plan.waves.iter().position(|wave| wave.park.contains(name)).unwrap_or(0);
            slots.push(slot(Duty::Old(wave), name.clone(), host, true));
        }
        let mut number = 0;
        let mut next = || {
            number += 1;
            format!("{}-{generation}-{number}", plan.service)
        };
        if let Some(host) = &plan.canary {
            slots.push(slot(Duty::Canary, next(), host, false));
            slots.push(slot(Duty::Control, next(), host, false));
        }
        for (wave, hosts) in plan.waves.iter().enumerate() {
            for host in &hosts.start {
                slots.push(slot(Duty::New(wave), next(), host, false));
            }
        }
        Self {
            stage: if plan.canary.is_some() { Stage::Migrate } else { Stage::Start(0) },
            since: now,
            slots,
            judge: Judge::new(plan.rules),
            judging: None,
            windows: 0,
            held: None,
            why: None,
            plan,
        }
    }

    /// Whether nothing is left to do.
    pub fn has_ended(&self) -> bool {
        matches!(self.stage, Stage::Done | Stage::Undone)
    }

    /// What an instance of this duty runs.
    pub fn release(&self, duty: Duty) -> &str {
        match duty {
            Duty::Old(_) | Duty::Control => &self.plan.from,
            Duty::Canary | Duty::New(_) => &self.plan.to,
        }
    }

    /// The instance with this duty: canary or control.
    pub fn name_of(&self, duty: Duty) -> Option<&str> {
        self.slots.iter().find(|slot| slot.duty == duty).map(|slot| slot.name.as_str())
    }

    /// Follows an order that was meant for this `generation`; what it changes shows in the next step.
    pub fn order(&mut self, generation: u64, order: Order, now: Timestamp) -> Result<(), Refused> {
        let is = self.plan.generation;
        if generation != is {
            return Err(Refused::Stale { meant: generation, is });
        }
        if self.has_ended() {
            return Err(Refused::Ended(is));
        }
        let undoing = matches!(self.stage, Stage::Undo | Stage::Clean);
        match order {
            Order::Undo { .. } if undoing => {}
            Order::Hold { .. } | Order::Go if undoing => return Err(Refused::Undoing(is)),
            Order::Hold { why } => self.held = Some(why),
            Order::Go => self.held = None,
            Order::Undo { why } => self.undo(why, now),
        }
        Ok(())
    }

    pub(super) fn undo(&mut self, why: String, now: Timestamp) {
        self.why = Some(why);
        self.held = None;
        self.enter(Stage::Undo, now);
    }

    pub(super) fn enter(&mut self, stage: Stage, now: Timestamp) {
        (self.stage, self.since, self.windows) = (stage, now, self.judge.windows());
    }
}
