//! A host as a rollout sees it: the instances of one service on one engine.

use std::{
    collections::BTreeMap,
    net::SocketAddr,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicI64, Ordering::SeqCst},
    },
    time::Duration,
};

use domain::{Clock, Timestamp};
use fleet::{
    judge::Sample,
    rollout::{Action, Counts, Driver, DriverError, Observation, Phase, Seen, Totals},
};
use tokio::{task::JoinSet, time::timeout};

use crate::{
    Engine, EngineError, Instance, Name, Spec, State, Traffic, counted, migration::Migrations,
    probe::PATIENCE,
};

/// How long one that did not answer whether it is ready is waited for when it is asked what it has counted. Both together must be
/// well below the time in which a host is to be heard of ([`Driver::counted`]).
const SILENT: Duration = Duration::from_secs(1);

/// What a program of a release is started for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// To serve.
    Serve,
    /// To bring the database to its schema, and end.
    Migrate,
}

/// Why a release cannot be started here now.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unready {
    /// It is being brought here: ask again.
    #[error("{0} is on its way to this host")]
    Coming(String),
    /// What is wrong with it.
    #[error("{0}")]
    Wrong(String),
}

/// How a release is started here. Answers at once: it is asked at every look.
pub type Programs = Arc<dyn Fn(&str, Purpose) -> Result<Spec, Unready> + Send + Sync>;

/// Why an instance of which release could not be started.
struct NotStarted {
    release: String,
    why: String,
}

/// An instance at the last look.
struct Looked {
    ops: Option<SocketAddr>,
    started: Timestamp,
    state: State,
}

/// One host of a service.
pub struct Host<E> {
    service: String,
    name: String,
    engine: Arc<E>,
    clock: Arc<dyn Clock>,
    programs: Programs,
    migrations: Migrations,
    /// At the last look, by name.
    looked: Mutex<BTreeMap<String, Looked>>,
    /// Shown as instances that failed, until somebody stops asking for them.
    not_started: Mutex<BTreeMap<String, NotStarted>>,
    /// The greatest that somebody acted with. In memory: an engine is driven by one process at a time.
    fence: AtomicI64,
}

impl<E: Engine + 'static> Host<E> {
    /// `name`: what the host is called in plans.
    pub fn new(
        service: impl Into<String>,
        name: impl Into<String>,
        engine: Arc<E>,
        clock: Arc<dyn Clock>,
        programs: Programs,
    ) -> Self {
        Self {
            service: service.into(),
            name: name.into(),
            engine,
            clock,
            programs,
            migrations: Migrations::default(),
            looked: Mutex::default(),
            not_started: Mutex::default(),
            fence: AtomicI64::new(0),
        }
    }

    /// How a release is started here to serve.
    pub fn program(&self, release: &str) -> Result<Spec, Unready> {
        (self.programs)(release, Purpose::Serve)
    }

    fn looked(&self) -> MutexGuard<'_, BTreeMap<String, Looked>> {
        self.looked.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn is_ours(&self, service: &str) -> Result<(), DriverError> {
        if service == self.service {
            return Ok(());
        }
        Err(DriverError::new(format!("this host runs {}, not {service}", self.service)))
    }

    /// Whether the engine has an instance by this name, or may have.
    async fn is_there(&self, name: &str) -> bool {
        let instances = self.engine.list().await;
        instances.map_or(true, |all| all.iter().any(|instance| instance.name.to_string() == name))
    }

    /// Remembers an instance that could not be started.
    fn not_started(&self, name: &str, release: &str, why: String) -> DriverError {
        let failed = NotStarted { release: release.to_owned(), why: why.clone() };
        self.not_started.lock().unwrap_or_else(PoisonError::into_inner).insert(name.to_owned(), failed);
        DriverError::new(why)
    }

    fn seen(&self, instance: &Instance) -> Seen {
        let phase = match &instance.state {
            State::NotReady(_) => Phase::Starting,
            State::Warm => Phase::Ready,
            State::Ready => Phase::Serving,
            State::Draining => Phase::Stopping,
            State::Ended(end) => Phase::Failed(end.how.clone()),
        };
        let (name, release) = (instance.name.to_string(), instance.release.clone());
        Seen { name, release, host: self.name.clone(), phase }
    }
}

impl<E: Engine + 'static> Driver for Host<E> {
    async fn observe(&self, service: &str) -> Result<Observation, DriverError> {
        self.is_ours(service)?;
        let (mut instances, mut lacks) = (Vec::new(), BTreeMap::new());
        let all = self.engine.list().await?;
        let looked = |Instance { name, ops, started, state, .. }: &Instance| {
            (name.to_string(), Looked { ops: *ops, started: *started, state: state.clone() })
        };
        *self.looked() = all.iter().map(looked).collect();
        for instance in all {
            if let State::NotReady(missing) = &instance.state {
                lacks.insert(instance.name.to_string(), missing.clone());
            }
            match &instance.state {
                // It is gone, as it was told: nobody asks for it any more.
                State::Ended(end) if end.asked => self.engine.stop(&instance.name).await?,
                _ => instances.push(self.seen(&instance)),
            }
        }
        let not_started = self.not_started.lock().unwrap_or_else(PoisonError::into_inner);
        instances.extend(not_started.iter().map(|(name, NotStarted { release, why })| Seen {
            name: name.clone(),
            release: release.clone(),
            host: self.name.clone(),
            phase: Phase::Failed(why.clone()),
        }));
        let hosts = [self.name.clone()].into();
        let migration = self.migrations.last();
        Ok(Observation { instances, hosts, migration, lacks, ..Observation::default() })
    }

    async fn counted(&self, _service: &str, names: &[&str]) -> BTreeMap<String, Counts> {
        let mut asked = JoinSet::new();
        for (name, looked) in self.looked().iter().filter(|(name, _)| names.contains(&name.as_str())) {
            let (Some(ops), started) = (looked.ops, looked.started) else { continue };
            let patience = match looked.state {
                State::Ended(_) => continue,
                State::NotReady(_) => SILENT,
                State::Warm | State::Ready | State::Draining => PATIENCE,
            };
            let (name, now) = (name.clone(), self.clock.now());
            asked.spawn(async move {
                let counted = timeout(patience, counted(ops, now)).await.ok()?.ok()?;
                let sample = Sample::of(&counted, counted.at.since(started).as_secs());
                Some((name, Counts { sample, totals: Some(Totals::from(&counted)) }))
            });
        }
        asked.join_all().await.into_iter().flatten().collect()
    }

    async fn act(&self, service: &str, fence: i64, action: &Action) -> Result<(), DriverError> {
        self.is_ours(service)?;
        let newest = self.fence.fetch_max(fence, SeqCst);
        if newest > fence {
            return Err(DriverError::Fenced { fence, newest });
        }
        match action {
            Action::Migrate { generation, release, limit_s } => {
                let (programs, release) = (self.programs.clone(), release.clone());
                let program = move || programs(&release, Purpose::Migrate);
                let engine = self.engine.clone();
                self.migrations.begin(engine, *generation, Duration::from_secs(*limit_s), program);
            }
            Action::StopMigration => self.migrations.stop(),
            Action::Start { name, release, .. } => {
                let spec = self.program(release).map_err(|unready| match unready {
                    // Whoever asked sees that it is not there yet, and asks again, as long as it waits for an instance.
                    Unready::Coming(_) => DriverError::new(unready.to_string()),
                    Unready::Wrong(why) => self.not_started(name, release, why),
                })?;
                match self.engine.start(&named(name)?, &spec, Traffic::WhenAdmitted).await {
                    // An image that is not here, a binary that cannot be run: asking again will not help.
                    Err(EngineError::Refused(why)) if !self.is_there(name).await => {
                        return Err(self.not_started(name, release, why));
                    }
                    started => started?,
                }
            }
            Action::Admit { name } => self.engine.admit(&named(name)?).await?,
            Action::Park { name } => self.engine.park(&named(name)?).await?,
            Action::Stop { name, drain_s } => {
                self.not_started.lock().unwrap_or_else(PoisonError::into_inner).remove(name);
                // As it was seen by whoever asks. One that has ended since is asked for again.
                let ended = matches!(self.looked().get(name), Some(Looked { state: State::Ended(_), .. }));
                let name = named(name)?;
                if ended {
                    self.engine.stop(&name).await?;
                } else {
                    self.engine.drain(&name, Duration::from_secs(*drain_s)).await?;
                }
            }
        }
        Ok(())
    }
}

fn named(name: &str) -> Result<Name, DriverError> {
    Ok(Name::new(name)?)
}

impl From<EngineError> for DriverError {
    fn from(error: EngineError) -> Self {
        let what = error.to_string();
        Self::Failed { what, source: None }
    }
}
