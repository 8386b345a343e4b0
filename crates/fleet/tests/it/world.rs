//! A fleet that does as it is told, in its own time; and a controller that may die at any point.

use std::collections::BTreeMap;

use domain::Timestamp;
use fleet::{
    judge::Rules,
    rollout::{Action, Duty, Limits, Migrating, Migration, Observation, Phase, Plan, Rollout, Seen, Wanted},
};

use crate::traffic::*;

/// What is wrong with the world.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub enum Trouble {
    #[default]
    None,
    /// The new release behaves like this.
    Behaves(Arm),
    /// The new release never gets ready.
    NeverReady,
    /// The new release ends as it starts.
    Ends,
    /// The migration waits for ever.
    Locks,
    /// This host is gone from the tick on.
    HostGone(&'static str, u64),
    /// From the tick on, nothing is heard of the canary.
    Silence(u64),
}

pub struct World {
    pub trouble: Trouble,
    pub tick: u64,
    pub instances: BTreeMap<String, (Seen, u64)>,
    pub names: Vec<String>,
    hosts: Vec<&'static str>,
    migration: Migrating,
    traffic: Traffic,
    pub least_serving: usize,
    /// What the fleet wants.
    pub floor: usize,
    pub transcript: Vec<String>,
}

pub fn at(tick: u64) -> Timestamp {
    Timestamp::from_seconds(1_000_000 + tick as i64)
}

pub fn wanted(release: &str, generation: u64) -> Wanted {
    let limits = Limits { ready_s: 10, migrate_s: 20, bake_s: 20, surge: 4, ..Limits::default() };
    let rules = Rules { longest_s: 60, ..Rules::default() };
    Wanted { service: "harbour".into(), release: release.into(), generation, limits, rules }
}

impl World {
    pub fn new(count: usize, trouble: Trouble) -> Self {
        let hosts = vec!["busan", "jeju", "mokpo"];
        let instance = |i: usize| {
            let (name, host) = (format!("harbour-1-{}", i + 1), hosts[i % hosts.len()].to_owned());
            (name.clone(), (Seen { name, release: "v1".into(), host, phase: Phase::Serving }, 0))
        };
        let instances: BTreeMap<_, _> = (0..count).map(instance).collect();
        Self {
            trouble,
            tick: 0,
            names: instances.keys().cloned().collect(),
            instances,
            hosts,
            migration: Migrating::default(),
            traffic: Traffic::new(7),
            least_serving: count,
            floor: 0,
            transcript: Vec::new(),
        }
    }

    /// What is seen now, without a window.
    pub fn seen(&self) -> Observation {
        let gone = |host: &str| matches!(self.trouble, Trouble::HostGone(gone, at) if gone == host && self.tick >= at);
        Observation {
            instances: self
                .instances
                .values()
                .map(|(seen, _)| seen.clone())
                .filter(|s| !gone(&s.host))
                .collect(),
            hosts: self.hosts.iter().filter(|host| !gone(host)).map(|host| (*host).to_owned()).collect(),
            migration: self.migration.clone(),
            most: None,
            window: None,
            lacks: self.lacks(),
        }
    }

    /// In their own words, which a rollout passes on.
    fn lacks(&self) -> BTreeMap<String, String> {
        let late = |seen: &&Seen| seen.phase == Phase::Starting && self.trouble == Trouble::NeverReady;
        let each = self.instances.values().map(|(seen, _)| seen).filter(late);
        each.map(|seen| (seen.name.clone(), "clock: nobody keeps it".into())).collect()
    }

    /// A second goes by: instances get ready or end, canary and control answer.
    pub fn observe(&mut self, rollout: &Rollout) -> Observation {
        self.tick += 1;
        let trouble = self.trouble;
        for (seen, since) in self.instances.values_mut() {
            let age = self.tick - *since;
            match seen.phase {
                Phase::Starting if trouble == Trouble::Ends && seen.release == "v2" => {
                    seen.phase = Phase::Failed("exit code 1".into());
                }
                Phase::Starting if trouble == Trouble::NeverReady && seen.release == "v2" => {}
                Phase::Starting if age >= 2 => seen.phase = Phase::Ready,
                _ => {}
            }
        }
        let tick = self.tick;
        self.instances.retain(|_, (seen, since)| seen.phase != Phase::Stopping || tick - *since < 2);
        if self.migration.state == Migration::Running && trouble != Trouble::Locks {
            self.migration.state = Migration::Done;
        }
        let mut seen = self.seen();
        let serves = |duty| {
            let name = rollout.name_of(duty);
            name.and_then(|name| seen.instance(name)).is_some_and(|seen| seen.phase == Phase::Serving)
        };
        let (canary, control) = (serves(Duty::Canary), serves(Duty::Control));
        if canary || control {
            let arm = if let Trouble::Behaves(arm) = trouble { arm } else { GOOD };
            let mut window = self.traffic.window(400, arm, GOOD);
            let is_silent = matches!(trouble, Trouble::Silence(at) if tick >= at);
            window.canary = window.canary.filter(|_| canary && !is_silent);
            window.control = window.control.filter(|_| control);
            seen.window = Some(window);
        }
        seen
    }

    /// Does it; twice is as good as once.
    pub fn act(&mut self, action: &Action) {
        match action {
            Action::Migrate { generation, .. } => {
                self.migration = Migrating { generation: *generation, state: Migration::Running };
            }
            Action::StopMigration => self.migration.state = Migration::Failed("stopped".into()),
            Action::Start { name, release, host } => {
                if !self.names.contains(name) {
                    self.names.push(name.clone());
                    let seen = Seen {
                        name: name.clone(),
                        release: release.clone(),
                        host: host.clone(),
                        phase: Phase::Starting,
                    };
                    self.instances.insert(name.clone(), (seen, self.tick));
                }
            }
            Action::Admit { name } => self.phase(name, Phase::Serving),
            Action::Park { name } => self.phase(name, Phase::Ready),
            Action::Stop { name, .. } => {
                self.phase(name, Phase::Stopping);
                let tick = self.tick;
                if let Some((_, since)) = self.instances.get_mut(name) {
                    *since = tick;
                }
            }
        }
        self.least_serving = self.least_serving.min(self.seen().serving());
    }

    fn phase(&mut self, name: &str, phase: Phase) {
        if let Some((seen, _)) = self.instances.get_mut(name) {
            assert!(phase != Phase::Serving || seen.phase != Phase::Starting, "{name} is not ready");
            assert!(phase != Phase::Stopping || seen.phase != Phase::Serving, "{name} takes traffic");
            seen.phase = phase;
        }
    }

    /// Who takes traffic, by release.
    pub fn serving(&self) -> BTreeMap<String, usize> {
        let mut counts = BTreeMap::new();
        for seen in self.seen().instances.iter().filter(|seen| seen.phase == Phase::Serving) {
            *counts.entry(seen.release.clone()).or_default() += 1;
        }
        counts
    }
}

/// Carries a rollout out until it ends or `most` seconds are over. The controller keeps nothing but what it has stored; at its
/// `dies`th breath, counted over everything that it does, it dies and another takes its place.
pub fn carry_out(world: &mut World, stored: &mut String, most: u64, dies: Option<usize>) -> usize {
    let mut breath = 0;
    let mut lives = || {
        breath += 1;
        dies != Some(breath - 1)
    };
    for _ in 0..most {
        let mut rollout: Rollout = serde_json::from_str(stored).unwrap();
        if rollout.has_ended() {
            break;
        }
        let seen = world.observe(&rollout);
        let step = rollout.step(&seen, world.floor, at(world.tick));
        if !lives() {
            continue; // after deciding, before storing
        }
        *stored = serde_json::to_string(&rollout).unwrap();
        let tick = world.tick;
        world.transcript.extend(step.said.iter().map(|said| format!("{tick:>4} s  {said}")));
        for action in &step.actions {
            if !lives() {
                break; // after storing, before the rest of it
            }
            world.transcript.push(format!("{tick:>4} s    {}", words(action)));
            world.act(action);
        }
    }
    breath
}

fn words(action: &Action) -> String {
    match action {
        Action::Migrate { release, .. } => format!("migrate to {release}"),
        Action::StopMigration => "stop the migration".into(),
        Action::Start { name, release, host } => format!("start {name} ({release}) on {host}"),
        Action::Admit { name } => format!("admit {name}"),
        Action::Park { name } => format!("park {name}"),
        Action::Stop { name, .. } => format!("stop {name}"),
    }
}

/// A world in which v1 runs, and the stored rollout of v2.
pub fn rolling(count: usize, trouble: Trouble) -> (World, String) {
    let world = World::new(count, trouble);
    let plan = Plan::forward(&wanted("v2", 2), &world.seen()).unwrap();
    let stored = serde_json::to_string(&Rollout::begin(plan, at(0))).unwrap();
    (world, stored)
}
