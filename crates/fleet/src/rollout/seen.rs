//! What is seen of the fleet, and what can be done to it: what a driver must be able to do.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::{
    judge::{Sample, Window},
    load::Answers,
    metrics::Counted,
};

/// Where an instance stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// Started, and not ready yet.
    Starting,
    /// Ready, and takes no new connections: warm.
    Ready,
    /// Ready, and takes its share.
    Serving,
    /// Finishes what it has, then ends.
    Stopping,
    /// Ended by itself; why, in words.
    Failed(String),
}

/// One instance, as its host tells.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seen {
    /// Unique for ever: names are not used again.
    pub name: String,
    /// What it runs.
    pub release: String,
    /// Where.
    pub host: String,
    /// Where it stands.
    pub phase: Phase,
}

/// What has come to an instance since it started.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Totals {
    /// Requests, those turned away among them.
    pub offered: u64,
    /// Requests turned away for load.
    pub shed: u64,
    /// Bytes of media and pictures sent, of one that is an origin and tells.
    #[serde(default)]
    pub bytes: Option<u64>,
    /// How quickly it answered, if it tells.
    #[serde(default)]
    pub answers: Option<Answers>,
    /// The same of its origin alone, if it is one.
    #[serde(default)]
    pub origin: Option<Answers>,
}

impl From<&Counted> for Totals {
    fn from(counted: &Counted) -> Self {
        Self {
            offered: counted.offered,
            shed: counted.shed,
            bytes: counted.bytes,
            answers: Answers::of(counted, None),
            origin: Answers::of(counted, Some("origin")),
        }
    }
}

/// What an instance has counted since it started.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Counts {
    /// For the judge; none if it counts what cannot be judged.
    pub sample: Option<Sample>,
    /// For whoever plans; none if nobody counts.
    pub totals: Option<Totals>,
}

/// How far the database's migration to the new release is.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Migration {
    /// Not begun.
    #[default]
    Open,
    /// Runs.
    Running,
    /// Done, or there was nothing to do.
    Done,
    /// Failed and changed nothing; why.
    Failed(String),
}

/// A migration, and the rollout that it was asked for: what was done for another one says nothing of this one.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Migrating {
    /// The rollout's number.
    pub generation: u64,
    /// How far it is.
    pub state: Migration,
}

/// What there is now.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Observation {
    /// Every instance of the service on a host that answers.
    pub instances: Vec<Seen>,
    /// Hosts that answer.
    pub hosts: BTreeSet<String>,
    /// The last migration that was asked for.
    pub migration: Migrating,
    /// How many instances the hosts that answer may have together when nothing is rolled; none: they do not say.
    #[serde(default)]
    pub most: Option<usize>,
    /// What canary and control did since the last observation; none if no window has ended.
    pub window: Option<Window>,
    /// What each instance lacks to be ready, in its own words, by the instance's name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub lacks: BTreeMap<String, String>,
}

impl Observation {
    /// The instance of this name.
    pub fn instance(&self, name: &str) -> Option<&Seen> {
        self.instances.iter().find(|seen| seen.name == name)
    }

    /// How far the migration of the rollout with this number is.
    pub fn migration(&self, generation: u64) -> &Migration {
        if self.migration.generation == generation { &self.migration.state } else { &Migration::Open }
    }

    /// How many take traffic.
    pub fn serving(&self) -> usize {
        self.instances.iter().filter(|seen| seen.phase == Phase::Serving).count()
    }
}

/// What a driver does. Each may come again: what is so already is left so.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "snake_case")]
pub enum Action {
    /// Bring the database to the release's schema (expand only), with a limit in seconds.
    Migrate {
        /// For which rollout.
        generation: u64,
        /// Whose schema.
        release: String,
        /// Given up, and everything as before, after this long.
        limit_s: u64,
    },
    /// Give the migration up; it must leave everything as before.
    StopMigration,
    /// Start an instance that takes no traffic yet. Not if there ever was one of this name.
    Start {
        /// Its name.
        name: String,
        /// What it runs.
        release: String,
        /// Where.
        host: String,
    },
    /// Let a ready instance take its share.
    Admit {
        /// Which.
        name: String,
    },
    /// Let an instance take nothing new; it stays warm, and finishes what it has.
    Park {
        /// Which.
        name: String,
    },
    /// Let an instance finish what it has, for at most so many seconds, and end it.
    Stop {
        /// Which.
        name: String,
        /// After this long it is cut.
        drain_s: u64,
    },
}
