//! Several hosts of one service, seen and acted on through the database: each tells what it has and looks for what it is told.
//! Nothing listens for orders, so there is nothing that could be asked by somebody else.

mod name;
mod names;
mod post;

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use domain::{Clock, Timestamp};
use fleet::{
    judge::Sample,
    rollout::{Action, Counts, Driver, DriverError, Migrating, Migration, Observation, Seen, Totals},
};
use serde::{Deserialize, Serialize};
use store::{HostOrder, HostReport, Store};

pub use name::Claimed;
pub use post::Post;

/// A host whose reports have stood still for this long does not answer. It reports at least every [`post::TELLS_EVERY`].
pub const ANSWERS_WITHIN: Duration = Duration::from_secs(6);
/// The subject of orders about the database's schema.
const MIGRATION: &str = "migration";

/// What a host tells.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
struct Report {
    /// Its instances, by the names that all hosts know them by.
    instances: Vec<Seen>,
    /// The last migration that it was asked for.
    migration: Migrating,
    /// What came to each of its instances since they started.
    #[serde(default)]
    loads: BTreeMap<String, Totals>,
    /// How many instances it has at most when nothing is rolled.
    #[serde(default)]
    most: Option<usize>,
    /// What each of its instances lacks to be ready, in the instance's words.
    #[serde(default)]
    lacks: BTreeMap<String, String>,
    /// What its instances have counted since they started, for the judge; empty while no rollout is under way.
    counted: BTreeMap<String, Sample>,
    /// Which machine and folder told it, in a word; a version before this one did not say.
    #[serde(default)]
    by: Option<String>,
}

/// What a host's instances run, as it told.
pub(crate) fn releases_of(told: &HostReport) -> Result<BTreeSet<String>, DriverError> {
    Ok(read(&told.host, &told.report)?.instances.into_iter().map(|seen| seen.release).collect())
}

fn read(host: &str, report: &str) -> Result<Report, DriverError> {
    serde_json::from_str(report)
        .map_err(|error| DriverError::new(format!("host {host} tells what cannot be read: {error}")))
}

/// All hosts of a service.
pub struct Hosts {
    store: Store,
    clock: Arc<dyn Clock>,
    began: Timestamp,
    heard: Mutex<BTreeMap<String, Heard>>,
}

/// A host's last report, and since when nothing newer has come by this process's clock: the hosts' clocks are not asked.
struct Heard {
    number: i64,
    since: Timestamp,
    /// Whether a report came while we listened: the first one found may be of a host that is long gone.
    answers: bool,
    report: Report,
}

impl Hosts {
    /// Listens from now on.
    pub fn new(store: Store, clock: Arc<dyn Clock>) -> Self {
        let began = clock.now();
        Self { store, clock, began, heard: Mutex::default() }
    }

    /// The hosts that answer, as of the last look.
    pub fn answering(&self) -> BTreeSet<String> {
        let now = self.clock.now();
        let heard = self.heard.lock().unwrap_or_else(PoisonError::into_inner);
        heard.iter().filter(|(_, heard)| heard.is_there(now)).map(|(host, _)| host.clone()).collect()
    }

    /// What came to each instance of the hosts that answer, as of the last look.
    pub fn loads(&self) -> Vec<(String, Totals)> {
        let now = self.clock.now();
        let heard = self.heard.lock().unwrap_or_else(PoisonError::into_inner);
        let there = heard.values().filter(|heard| heard.is_there(now));
        there
            .flat_map(|heard| heard.report.loads.iter().map(|(name, totals)| (name.clone(), *totals)))
            .collect()
    }

    fn listen(&self, reports: Vec<HostReport>) -> Result<(), DriverError> {
        let now = self.clock.now();
        let mut heard = self.heard.lock().unwrap_or_else(PoisonError::into_inner);
        heard.retain(|host, _| reports.iter().any(|report| report.host == *host));
        for HostReport { host, number, report } in reports {
            let before = heard.get(&host).map(|before| before.number);
            if before == Some(number) {
                continue;
            }
            let report = read(&host, &report)?;
            heard.insert(host, Heard { number, since: now, answers: before.is_some(), report });
        }
        // Whoever has just begun to listen does not know yet who is gone.
        if now.since(self.began) < ANSWERS_WITHIN && heard.values().any(|heard| !heard.answers) {
            return Err(DriverError::new("it has just begun to listen to the hosts"));
        }
        Ok(())
    }

    /// The hosts that an action is for, each with the report that it answers.
    fn whose(&self, action: &Action) -> Vec<(String, i64)> {
        let now = self.clock.now();
        let heard = self.heard.lock().unwrap_or_else(PoisonError::into_inner);
        let there = || heard.iter().filter(|(_, heard)| heard.is_there(now));
        let has = |name: &str| {
            there().find(|(_, heard)| heard.report.instances.iter().any(|seen| seen.name == name))
        };
        let found: Vec<_> = match action {
            Action::Start { host, .. } => there().filter(|(name, _)| *name == host).collect(),
            Action::Admit { name } | Action::Park { name } | Action::Stop { name, .. } => {
                has(name).into_iter().collect()
            }
            // One is enough, and the same one again as long as it answers.
            Action::Migrate { generation, .. } => {
                let begun = there().find(|(_, heard)| heard.report.migration.generation == *generation);
                begun.or_else(|| there().next()).into_iter().collect()
            }
            Action::StopMigration => there().collect(),
        };
        found.into_iter().map(|(host, heard)| (host.clone(), heard.number)).collect()
    }
}

impl Heard {
    fn is_there(&self, now: Timestamp) -> bool {
        self.answers && now.since(self.since) < ANSWERS_WITHIN
    }
}

impl Driver for Hosts {
    async fn observe(&self, service: &str) -> Result<Observation, DriverError> {
        self.listen(self.store.host_reports(service).await.map_err(unreachable)?)?;
        let now = self.clock.now();
        let heard = self.heard.lock().unwrap_or_else(PoisonError::into_inner);
        let mut seen = Observation::default();
        for (host, heard) in heard.iter().filter(|(_, heard)| heard.is_there(now)) {
            seen.hosts.insert(host.clone());
            seen.instances.extend(heard.report.instances.iter().cloned());
            seen.lacks.extend(heard.report.lacks.clone());
            // A host that does not say has room for what it has.
            let most = heard.report.most.unwrap_or(heard.report.instances.len());
            seen.most = Some(seen.most.unwrap_or(0).saturating_add(most));
            let migration = &heard.report.migration;
            // Of the same rollout: one that another host has begun counts more than one that was never asked for.
            if migration.generation > seen.migration.generation || seen.migration.state == Migration::Open {
                seen.migration = migration.clone();
            }
        }
        Ok(seen)
    }

    async fn counted(&self, _service: &str, names: &[&str]) -> BTreeMap<String, Counts> {
        let now = self.clock.now();
        let heard = self.heard.lock().unwrap_or_else(PoisonError::into_inner);
        let there = || heard.values().filter(|heard| heard.is_there(now)).map(|heard| &heard.report);
        let counts = |name: &str| Counts {
            sample: there().find_map(|report| report.counted.get(name).cloned()),
            totals: there().find_map(|report| report.loads.get(name).copied()),
        };
        names.iter().map(|name| ((*name).to_owned(), counts(name))).collect()
    }

    async fn act(&self, service: &str, fence: i64, action: &Action) -> Result<(), DriverError> {
        let subject = match action {
            Action::Migrate { .. } | Action::StopMigration => MIGRATION,
            Action::Start { name, .. }
            | Action::Admit { name }
            | Action::Park { name }
            | Action::Stop { name, .. } => name,
        };
        let whose = self.whose(action);
        if whose.is_empty() {
            return Err(DriverError::new(format!("no host that answers has {subject}")));
        }
        let body = serde_json::to_string(action).map_err(|error| DriverError::new(error.to_string()))?;
        for (host, number) in whose {
            let order = HostOrder { subject: subject.to_owned(), fence, number, body: body.clone() };
            let left = self.store.order_host(service, &host, &order, self.clock.now()).await;
            if let Err(newest) = left.map_err(unreachable)? {
                return Err(DriverError::Fenced { fence, newest });
            }
        }
        Ok(())
    }
}

fn unreachable(error: store::StoreError) -> DriverError {
    DriverError::Failed {
        what: "the hosts cannot be reached through the database".into(),
        source: Some(Box::new(error)),
    }
}
