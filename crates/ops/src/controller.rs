//! Carries rollouts out: looks, decides, stores, acts, and again. Whatever kills it, the next one goes on.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use domain::{Clock, Timestamp};
use fleet::rollout::{Action, Driver, DriverError, Duty, Observation, Rollout, Stage, Step};
use store::{RolloutLease, RolloutState, Store, StoreError};
use tokio::sync::Mutex;

use crate::{
    OpsError,
    audit::{self, Deed, Part, Who},
    fleet::known,
    windows::Windows,
};

/// How long a controller may be silent before another takes over. Undo must not wait for long, and a controller that is alive
/// looks every second.
const LEASE: Duration = Duration::from_secs(10);
/// How often what is seen is written down when it stays the same.
const SEEN_EVERY: Duration = Duration::from_secs(10);
/// How often a step is decided anew because somebody gave an order in between.
const MOST_TRIES: usize = 5;
/// As whom it writes into the audit log.
const WHO: Who<'_> = Who::Part(Part::Controller);

/// The controller of one process.
pub struct Controller<D> {
    store: Store,
    driver: D,
    clock: Arc<dyn Clock>,
    /// Unique among all that may act at the same time: leases are its own.
    owner: String,
    memory: Mutex<BTreeMap<String, Memory>>,
}

/// What it knows of a service beyond what is stored; losing it costs a window.
#[derive(Default)]
struct Memory {
    windows: Windows,
    seen: Option<(String, Timestamp)>,
}

/// What one look came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ticked {
    /// No rollout is under way, or another controller carries it on.
    Idle,
    /// A step of a rollout, which is now at this stage. What could not be done is done, or decided anew, at the next look.
    Stepped {
        /// How far it is.
        stage: Stage,
        /// What was decided.
        step: Step,
    },
    /// A newer controller has taken over.
    Replaced,
}

impl<D: Driver> Controller<D> {
    /// A controller that does nothing until it is asked to look.
    pub fn new(store: Store, driver: D, clock: Arc<dyn Clock>, owner: impl Into<String>) -> Self {
        Self { store, driver, clock, owner: owner.into(), memory: Mutex::default() }
    }

    /// Its hands and eyes.
    pub fn driver(&self) -> &D {
        &self.driver
    }

    /// Gives the lease of a service's rollout back, so that the next controller need not wait for its end.
    pub async fn leave(&self, service: &str) -> Result<(), OpsError> {
        Ok(self.store.release_rollout(service, &self.owner).await?)
    }

    /// One look at a service, and one step of its rollout if there is one.
    ///
    /// # Errors
    /// Nothing was done then: the fleet could not be seen, or the database did not answer.
    pub async fn tick(&self, service: &str) -> Result<Ticked, OpsError> {
        let now = self.clock.now();
        let mut seen = self.driver.observe(service).await?;
        self.write_down(service, &seen, now).await?;
        let Some(lease) = self.store.lease_rollout(service, &self.owner, LEASE, now).await? else {
            return Ok(Ticked::Idle);
        };
        let rollout: Rollout = serde_json::from_str(&lease.row.body)?;
        if rollout.judging.is_some() {
            seen.window = self.window(service, &rollout).await;
        }
        let floor = self.floor(service, &seen, now).await?;
        let Some((fence, stage, step)) = self.decide(lease, rollout, (&seen, floor), now).await? else {
            return Ok(Ticked::Replaced);
        };
        for action in &step.actions {
            match self.driver.act(service, fence, action).await {
                Ok(()) => {}
                Err(DriverError::Fenced { .. }) => return Ok(Ticked::Replaced),
                // What was not done is seen at the next look.
                Err(error) => {
                    let error = &error as &dyn std::error::Error;
                    tracing::warn!(service, ?action, error, "an action failed");
                }
            }
        }
        Ok(Ticked::Stepped { stage, step })
    }

    /// What the fleet wants now, as far as the hosts have room for it.
    async fn floor(&self, service: &str, seen: &Observation, now: Timestamp) -> Result<usize, OpsError> {
        let known = match known(&self.store, service).await {
            // A plan of another version's shape is none, and no reason to stand still.
            Err(OpsError::Unreadable(_)) => None,
            known => known?,
        };
        let floor = known.and_then(|known| known.floor(now)).unwrap_or(0);
        Ok(usize::try_from(floor).unwrap_or(usize::MAX).min(seen.most.unwrap_or(0)))
    }

    /// Takes the step and stores it, with its lines in the audit log, before anything of it is done. `None`: the lease is lost.
    async fn decide(
        &self,
        mut lease: RolloutLease,
        mut rollout: Rollout,
        (seen, floor): (&Observation, usize),
        now: Timestamp,
    ) -> Result<Option<(i64, Stage, Step)>, OpsError> {
        let service = lease.row.service.clone();
        let mut tries = 0;
        loop {
            let step = rollout.step(seen, floor, now);
            let stored = self.keep(&lease, &rollout, &step, now).await;
            tries += 1;
            match stored {
                Ok(()) => return Ok(Some((lease.fence, rollout.stage, step))),
                Err(OpsError::Store(StoreError::Conflict(_))) if tries < MOST_TRIES => {
                    // An order, or another line in the log: decide anew, on what is there now and what was seen.
                    match self.store.lease_rollout(&service, &self.owner, LEASE, now).await? {
                        Some(newer) if newer.fence == lease.fence => lease = newer,
                        _ => return Ok(None),
                    }
                    rollout = serde_json::from_str(&lease.row.body)?;
                }
                Err(error) => return Err(error),
            }
        }
    }

    async fn keep(
        &self,
        lease: &RolloutLease,
        rollout: &Rollout,
        step: &Step,
        now: Timestamp,
    ) -> Result<(), OpsError> {
        let state = match rollout.stage {
            Stage::Done => RolloutState::Done,
            Stage::Undone => RolloutState::Undone,
            _ => RolloutState::Running,
        };
        let body = serde_json::to_string(rollout).expect("a rollout is JSON");
        let mut tx = self.store.begin().await?;
        tx.carry_rollout(lease, (state, &body), now).await?;
        for said in &step.said {
            let body = format!("{} {}: {said}", rollout.plan.service, rollout.plan.generation);
            let deed = Deed { who: WHO, what: "rollout.step", body: &body };
            audit::append(&mut tx, &deed, now).await?;
        }
        tx.commit().await?;
        for said in &step.said {
            tracing::info!(service = rollout.plan.service, rollout = rollout.plan.generation, "{said}");
        }
        Ok(())
    }

    async fn window(&self, service: &str, rollout: &Rollout) -> Option<fleet::judge::Window> {
        let (canary, control) = (rollout.name_of(Duty::Canary)?, rollout.name_of(Duty::Control)?);
        let mut counts = self.driver.counted(service, &[canary, control]).await;
        let mut sample = |name| counts.remove(name).and_then(|counts| counts.sample);
        let (canary, control) = ((canary, sample(canary)), (control, sample(control)));
        let mut memory = self.memory.lock().await;
        let windows = &mut memory.entry(service.to_owned()).or_default().windows;
        windows.end(canary, control)
    }

    /// So that whoever plans knows what runs, wherever he is.
    async fn write_down(&self, service: &str, seen: &Observation, now: Timestamp) -> Result<(), OpsError> {
        let text = serde_json::to_string(seen)?;
        let mut memory = self.memory.lock().await;
        let last = &mut memory.entry(service.to_owned()).or_default().seen;
        if last.as_ref().is_some_and(|(before, at)| *before == text && now.since(*at) < SEEN_EVERY) {
            return Ok(());
        }
        self.store.put_fleet_seen(service, &text, now).await?;
        *last = Some((text, now));
        Ok(())
    }
}

impl Ticked {
    /// The actions of the step, if there was one.
    pub fn actions(&self) -> &[Action] {
        match self {
            Self::Stepped { step, .. } => &step.actions,
            _ => &[],
        }
    }
}
