//! From what is known and what is seen to what is next.

use domain::Timestamp;

use super::{Action, Duty, Migration, Observation, Phase, Rollout, Stage, Step, want::Want};
use crate::judge::{Judge, Verdict};

/// Stages that one step may pass through: more than there are in a row without waiting.
const MOST_STAGES: usize = 8;

impl Rollout {
    /// Takes in what is seen, and says what to do now. Store the rollout before doing any of it. `floor`: instances that the fleet wants
    /// now; 0 when nobody plans.
    pub fn step(&mut self, seen: &Observation, floor: usize, now: Timestamp) -> Step {
        let mut step = Step::default();
        if self.has_ended() {
            return step;
        }
        if let (Some(_), Some(window)) = (self.judging, &seen.window) {
            self.judge.observe(window);
        }
        self.replace_the_lost(seen, now, &mut step.said);
        for _ in 0..MOST_STAGES {
            let before = self.stage;
            self.advance(seen, now, &mut step.said);
            if self.stage == before {
                break;
            }
        }
        self.make_room(floor, seen, &mut step.said);
        step.actions = self.actions(seen, floor);
        let generation = self.plan.generation;
        match (self.stage, seen.migration(generation)) {
            (Stage::Migrate, Migration::Open) => step.actions.push(Action::Migrate {
                generation,
                release: self.plan.to.clone(),
                limit_s: self.plan.limits.migrate_s,
            }),
            (Stage::Undo | Stage::Clean, Migration::Running) => step.actions.push(Action::StopMigration),
            _ => {}
        }
        for slot in &mut self.slots {
            let asks = |action: &Action| matches!(action, Action::Start { name, .. } if *name == slot.name);
            if slot.asked.is_none() && step.actions.iter().any(asks) {
                slot.asked = Some(now);
            }
        }
        step
    }

    /// Whether this stage has lasted longer than `seconds`.
    fn lasted(&self, seconds: u64, now: Timestamp) -> bool {
        now.since(self.since).as_secs() > seconds
    }

    fn advance(&mut self, seen: &Observation, now: Timestamp, said: &mut Vec<String>) {
        let judged =
            !matches!(self.stage, Stage::Retire | Stage::Undo | Stage::Clean | Stage::Done | Stage::Undone);
        if let (Some(began), true) = (self.judging, judged)
            && let Verdict::Worse(words) = self.judge.verdict(now.since(began).as_secs())
        {
            said.push(format!("{words}; undone"));
            return self.undo(words, now);
        }
        if self.held.is_some() {
            return;
        }
        match self.stage {
            Stage::Migrate => self.migrate(seen, now, said),
            Stage::Canary if self.is_settled(seen) => {
                said.push("canary and control are ready".into());
                self.enter(Stage::Judge, now);
            }
            Stage::Judge => self.judged(seen, now, said),
            Stage::Start(at) if self.is_settled(seen) => self.enter(Stage::Admit(at), now),
            Stage::Admit(at) if self.is_settled(seen) => self.enter(Stage::Park(at), now),
            Stage::Park(at) if self.is_settled(seen) => {
                said.push(format!(
                    "wave {} of {} takes traffic; what it replaces is warm",
                    at + 1,
                    self.plan.waves.len()
                ));
                self.enter(Stage::Watch(at), now);
            }
            Stage::Watch(at) => self.watch(at, now, said),
            Stage::Canary | Stage::Start(_) | Stage::Admit(_) | Stage::Park(_)
                if self.plan.canary.is_some() && self.lasted(self.plan.rules.longest_s, now) =>
            {
                let why =
                    format!("the instances were not where they should be in {} s", self.plan.rules.longest_s);
                said.push(format!("{why}; undone"));
                self.undo(why, now);
            }
            Stage::Bake if now.since(self.since).as_secs() >= self.plan.limits.bake_s => {
                self.baked(now, said)
            }
            Stage::Retire if self.is_settled(seen) => {
                said.push(format!("{} runs {}", self.plan.service, self.plan.to));
                self.enter(Stage::Done, now);
            }
            Stage::Undo if self.is_settled(seen) => {
                said.push(format!("{} has the traffic again", self.plan.from));
                self.enter(Stage::Clean, now);
            }
            // A migration that still runs would be nobody's afterwards.
            Stage::Clean
                if self.is_settled(seen) && *seen.migration(self.plan.generation) != Migration::Running =>
            {
                said.push(format!("{} runs {}", self.plan.service, self.plan.from));
                self.enter(Stage::Undone, now);
            }
            _ => {}
        }
    }

    fn migrate(&mut self, seen: &Observation, now: Timestamp, said: &mut Vec<String>) {
        let limit = self.plan.limits.migrate_s;
        let wrong = match seen.migration(self.plan.generation) {
            Migration::Done => {
                said.push(format!("the database is ready for {}", self.plan.to));
                return self.enter(Stage::Canary, now);
            }
            Migration::Failed(why) => format!("the migration failed and changed nothing: {why}"),
            _ if self.lasted(limit, now) => {
                format!("the migration was not done in {limit} s: something holds a lock that it needs")
            }
            _ => return,
        };
        said.push(format!("{wrong}; undone"));
        self.undo(wrong, now);
    }

    fn judged(&mut self, seen: &Observation, now: Timestamp, said: &mut Vec<String>) {
        let Some(began) = self.judging else {
            if self.is_settled(seen) {
                said.push("canary and control take traffic".into());
                self.judging = Some(now);
            }
            return;
        };
        match self.judge.verdict(now.since(began).as_secs()) {
            Verdict::Wait(_) => {}
            Verdict::Fine(words) => {
                said.push(words);
                self.enter(Stage::Start(0), now);
            }
            Verdict::Worse(words) | Verdict::Unknown(words) => {
                said.push(format!("{words}; undone"));
                self.undo(words, now);
            }
        }
    }

    fn watch(&mut self, at: usize, now: Timestamp, said: &mut Vec<String>) {
        if !self.is_heard(&format!("after wave {}", at + 1), 0, now, said) {
            return;
        }
        if at + 1 < self.plan.waves.len() {
            return self.enter(Stage::Start(at + 1), now);
        }
        said.push(format!("all traffic is {}'s; {} is warm", self.plan.to, self.plan.from));
        self.enter(Stage::Bake, now);
    }

    fn baked(&mut self, now: Timestamp, said: &mut Vec<String>) {
        if self.is_heard("while it baked", self.plan.limits.bake_s, now, said) {
            said.push(format!("{} has baked; {} is stopped", self.plan.to, self.plan.from));
            self.enter(Stage::Retire, now);
        }
    }

    /// Whether the judge has seen enough in this stage, and hears both arms still: then nothing spoke against the release. Waits
    /// `usual_s` and as long as the judge does; then the release is undone.
    fn is_heard(&mut self, when: &str, usual_s: u64, now: Timestamp, said: &mut Vec<String>) -> bool {
        let fresh = self.judge.windows() - self.windows;
        if self.plan.canary.is_none() || fresh >= self.plan.limits.wave_windows && !self.judge.is_silent() {
            return true;
        }
        if self.lasted(usual_s.saturating_add(self.plan.rules.longest_s), now) {
            let why = format!("too little was heard of the canary and the control {when}");
            said.push(format!("{why}; undone"));
            self.undo(why, now);
        }
        false
    }

    /// Gives every slot whose instance is lost another one, on another host if need be.
    fn replace_the_lost(&mut self, seen: &Observation, now: Timestamp, said: &mut Vec<String>) {
        let ready_s = self.plan.limits.ready_s;
        let (mut blamed, mut pair) = (None, false);
        for at in 0..self.slots.len() {
            let slot = self.slots[at].clone();
            if self.want(slot.duty) == Want::Gone {
                continue;
            }
            let host_is_up = seen.hosts.contains(&slot.host);
            let late = slot.asked.is_some_and(|asked| now.since(asked).as_secs() > ready_s);
            let lost = match seen.instance(&slot.name).map(|seen| &seen.phase) {
                _ if !host_is_up => Some(format!("host {} does not answer", slot.host)),
                None if slot.seen => Some("it ended".to_owned()),
                None if late => Some(format!("it did not start in {ready_s} s")),
                Some(Phase::Starting) if late => {
                    let why =
                        seen.lacks.get(&slot.name).map(|lacks| format!(": {lacks}")).unwrap_or_default();
                    Some(format!("it was not ready in {ready_s} s{why}"))
                }
                Some(Phase::Failed(why)) => Some(why.clone()),
                Some(Phase::Stopping) => Some("somebody stopped it".to_owned()),
                found => {
                    self.slots[at].seen |= found.is_some();
                    None
                }
            };
            let Some(why) = lost else { continue };
            let is_new = self.release(slot.duty) == self.plan.to;
            let Some(host) = self.host_for(at, seen) else { continue };
            said.push(format!(
                "{} of {} on {} is lost: {why}",
                slot.name,
                self.release(slot.duty),
                slot.host
            ));
            pair |= matches!(slot.duty, Duty::Canary | Duty::Control);
            let slot = &mut self.slots[at];
            slot.faults += u32::from(host_is_up);
            if is_new && slot.faults > self.plan.limits.most_faults {
                blamed = Some(format!("{} of {} on {}: {why}", slot.name, self.plan.to, slot.host));
            }
            self.renew(at, host);
        }
        if pair && !matches!(self.stage, Stage::Undo | Stage::Clean) {
            self.renew_the_other_of_the_pair(seen);
        }
        // Going back asks for no judge and has nothing to go back to: it tries on.
        if let (Some(why), true) = (blamed, self.plan.canary.is_some())
            && !matches!(self.stage, Stage::Undo | Stage::Clean)
        {
            said.push(format!("{why}; undone"));
            self.undo(why, now);
        }
    }

    fn renew(&mut self, at: usize, host: String) {
        let number = at + 1;
        let slot = &mut self.slots[at];
        slot.before += 1;
        // The place in the list is part of the name, so that no two slots' later instances can meet.
        slot.name = format!("{}-{}-{number}r{}", self.plan.service, self.plan.generation, slot.before);
        (slot.host, slot.asked, slot.seen) = (host, None, false);
    }

    /// A control must be as old as its canary: when one is lost, both begin anew.
    fn renew_the_other_of_the_pair(&mut self, seen: &Observation) {
        for at in 0..self.slots.len() {
            let slot = &self.slots[at];
            let is_one = matches!(slot.duty, Duty::Canary | Duty::Control);
            if is_one && (slot.seen || slot.asked.is_some()) {
                let host = self.host_for(at, seen).unwrap_or_else(|| slot.host.clone());
                self.renew(at, host);
            }
        }
        if matches!(self.stage, Stage::Canary | Stage::Judge) {
            self.stage = Stage::Canary;
            self.judging = None;
            self.judge = Judge::new(self.plan.rules);
        }
    }

    /// Its own host, or another.
    fn host_for(&self, at: usize, seen: &Observation) -> Option<String> {
        let own = &self.slots[at].host;
        if seen.hosts.contains(own) { Some(own.clone()) } else { self.emptiest(seen) }
    }

    /// Of the hosts that answer, the one with the fewest instances of this rollout.
    pub(super) fn emptiest(&self, seen: &Observation) -> Option<String> {
        let load = |host: &&String| self.slots.iter().filter(|slot| slot.host == **host).count();
        seen.hosts.iter().min_by_key(load).cloned()
    }
}
