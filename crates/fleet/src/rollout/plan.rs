//! What will happen, before it does: data that can be read, hashed and approved.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{Observation, Phase};
use crate::judge::Rules;

/// Most instances of a service that are rolled as one.
const MOST_INSTANCES: usize = 1000;
/// Most characters of a release's or a service's name.
const MOST_NAME: usize = 64;

/// Bounds of a rollout; times in seconds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Limits {
    /// Instances that must take traffic at all times; none: as many as do when the plan is made.
    pub floor: Option<usize>,
    /// Instances that are started at once, at most.
    pub surge: usize,
    /// A migration that takes longer is given up: it may wait for a lock, and others wait for it.
    pub migrate_s: u64,
    /// An instance that is not ready after this long never will be.
    pub ready_s: u64,
    /// What a stopping instance may take to finish.
    pub drain_s: u64,
    /// Windows that the judge must see after each wave.
    pub wave_windows: u64,
    /// How long the old instances are kept warm after the last wave.
    pub bake_s: u64,
    /// How often an instance of the new release may fail before the release is blamed.
    pub most_faults: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            floor: None,
            surge: 8,
            migrate_s: 60,
            ready_s: 60,
            drain_s: 120,
            wave_windows: 3,
            bake_s: 600,
            most_faults: 1,
        }
    }
}

/// What somebody wants.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Wanted {
    /// Which instances: those of one role.
    pub service: String,
    /// The release that all of them shall run.
    pub release: String,
    /// The number of this rollout: grows with every rollout of the service, and is part of its instances' names.
    pub generation: u64,
    /// Bounds.
    pub limits: Limits,
    /// How strict the judge is.
    pub rules: Rules,
}

/// Instances that are exchanged together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wave {
    /// Hosts on which a new instance is started.
    pub start: Vec<String>,
    /// Old instances that are parked when the new ones take traffic.
    pub park: Vec<String>,
}

/// A rollout before it begins.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Plan {
    /// Which instances.
    pub service: String,
    /// The number of this rollout.
    pub generation: u64,
    /// What runs now.
    pub from: String,
    /// What will.
    pub to: String,
    /// Instances that take traffic at all times.
    pub floor: usize,
    /// Today's instances, by name and host.
    pub old: Vec<(String, String)>,
    /// Where the canary and its control run; none when going back, which asks no judge.
    pub canary: Option<String>,
    /// In this order.
    pub waves: Vec<Wave>,
    /// Bounds.
    pub limits: Limits,
    /// How strict the judge is.
    pub rules: Rules,
}

/// Why there is no plan.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PlanError {
    /// The name of a service or release cannot be one.
    #[error("`{0}` cannot be a name: use 1 to 64 of a-z, 0-9, `.`, `_` and `-`")]
    Name(String),
    /// Nothing to do.
    #[error("every instance of {service} runs {release} already")]
    Same {
        /// Which.
        service: String,
        /// What they run.
        release: String,
    },
    /// Nothing to begin with.
    #[error("no instance of {0} takes traffic: start it first, a rollout exchanges what runs")]
    Nothing(String),
    /// Two releases take traffic.
    #[error("{service} runs {releases} side by side: finish or undo that rollout first")]
    Mixed {
        /// Which.
        service: String,
        /// What they run.
        releases: String,
    },
    /// More than one rollout exchanges.
    #[error("{0} instances are more than one rollout exchanges (1,000)")]
    Many(usize),
    /// The floor cannot be kept.
    #[error(
        "the floor is {floor}, and only {serving} instances take traffic: add some first, or lower the floor"
    )]
    Floor {
        /// Asked for.
        floor: usize,
        /// Seen.
        serving: usize,
    },
}

impl Plan {
    /// From the old release to the wanted one: a canary beside a control, then waves that double.
    pub fn forward(wanted: &Wanted, seen: &Observation) -> Result<Self, PlanError> {
        let mut plan = Self::bare(wanted, seen)?;
        let (mut at, mut size) = (0, 1);
        let last = plan.old.len() - 1;
        // The canary takes the place of the last one, so that one instance fewer is started, and no host ends with more of them
        // than it began with.
        plan.canary = Some(plan.old[last].1.clone());
        while at < last {
            let end = (at + size.min(plan.limits.surge.max(1))).min(last);
            plan.waves.push(wave(&plan.old[at..end]));
            (at, size) = (end, size.saturating_mul(2));
        }
        let name = plan.old[last].0.clone();
        match plan.waves.last_mut() {
            Some(wave) => wave.park.push(name),
            None => plan.waves.push(Wave { start: Vec::new(), park: vec![name] }),
        }
        Ok(plan)
    }

    /// Back to a release that has served before: everything at once, without a judge, nothing baked.
    pub fn back(wanted: &Wanted, seen: &Observation) -> Result<Self, PlanError> {
        let mut plan = Self::bare(wanted, seen)?;
        plan.limits.bake_s = 0;
        plan.waves = vec![wave(&plan.old)];
        Ok(plan)
    }

    /// Whether it goes back, without a judge.
    pub fn goes_back(&self) -> bool {
        self.canary.is_none()
    }

    fn bare(wanted: &Wanted, seen: &Observation) -> Result<Self, PlanError> {
        for name in [&wanted.service, &wanted.release] {
            named(name)?;
        }
        let serving: Vec<_> = seen.instances.iter().filter(|seen| seen.phase == Phase::Serving).collect();
        let Some(first) = serving.first() else { return Err(PlanError::Nothing(wanted.service.clone())) };
        let mut releases: Vec<&str> = serving.iter().map(|seen| seen.release.as_str()).collect();
        releases.sort_unstable();
        releases.dedup();
        if releases.len() > 1 {
            return Err(PlanError::Mixed {
                service: wanted.service.clone(),
                releases: releases.join(" and "),
            });
        }
        if first.release == wanted.release {
            return Err(PlanError::Same { service: wanted.service.clone(), release: wanted.release.clone() });
        }
        if serving.len() > MOST_INSTANCES {
            return Err(PlanError::Many(serving.len()));
        }
        let floor = wanted.limits.floor.unwrap_or(serving.len());
        if floor > serving.len() {
            return Err(PlanError::Floor { floor, serving: serving.len() });
        }
        let mut old: Vec<_> = serving.iter().map(|seen| (seen.name.clone(), seen.host.clone())).collect();
        old.sort();
        Ok(Self {
            service: wanted.service.clone(),
            generation: wanted.generation,
            from: first.release.clone(),
            to: wanted.release.clone(),
            floor,
            old,
            canary: None,
            waves: Vec::new(),
            limits: wanted.limits.clone(),
            rules: wanted.rules,
        })
    }
}

fn wave(old: &[(String, String)]) -> Wave {
    let (park, start) = old.iter().cloned().unzip();
    Wave { start, park }
}

fn named(name: &str) -> Result<(), PlanError> {
    let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || ".-_".contains(c);
    if (1..=MOST_NAME).contains(&name.len()) && name.chars().all(fits) {
        return Ok(());
    }
    Err(PlanError::Name(name.chars().take(MOST_NAME).flat_map(char::escape_default).collect()))
}

impl fmt::Display for Plan {
    /// A numbered list, for people.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { service, from, to, floor, limits, .. } = self;
        writeln!(f, "{service} from {from} to {to} (rollout {}), never fewer than {floor}", self.generation)?;
        let mut number = 0;
        let mut line = |f: &mut fmt::Formatter<'_>, words: String| {
            number += 1;
            writeln!(f, "{number:>3}. {words}")
        };
        if let Some(host) = &self.canary {
            line(f, format!("migrate the database to {to}, in at most {} s", limits.migrate_s))?;
            line(f, format!("start a canary of {to} and a control of {from} on {host}"))?;
            line(f, format!("let both take traffic, and judge for at most {} s", self.rules.longest_s))?;
        }
        for wave in &self.waves {
            if !wave.start.is_empty() {
                line(f, format!("start {} of {to} on {}", wave.start.len(), wave.start.join(", ")))?;
            }
            line(f, format!("let them take traffic, park {}", wave.park.join(", ")))?;
            if self.canary.is_some() {
                line(f, format!("judge {} more windows", limits.wave_windows))?;
            }
        }
        if limits.bake_s > 0 {
            line(f, format!("keep {} of {from} warm for {} s", self.old.len(), limits.bake_s))?;
        }
        line(f, format!("stop what runs {from}, after at most {} s of finishing", limits.drain_s))?;
        writeln!(f, "Undo at any step: what runs {from} takes the traffic, what runs {to} is stopped.")
    }
}
