use std::{sync::Arc, time::Duration};

use domain::{Clock, Rng};
use store::{Store, StoreError};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::{Registry, backoff::Backoff};

/// The bounds of a runner, each with its reason.
#[derive(Debug, Clone)]
pub struct RunnerLimits {
    /// Jobs at a time.
    pub slots: usize,
    /// How long a job is held without a heartbeat: so long does a killed worker's job wait.
    pub lease: Duration,
    /// How often a job's progress is looked at, and written when there is news. The lease is kept in any case.
    pub heartbeat: Duration,
    /// How often to ask for jobs that other processes enqueued, or whose time has come.
    pub poll: Duration,
    /// First pause after a failure; doubled with each attempt.
    pub backoff: Duration,
    /// Longest pause after a failure.
    pub longest_backoff: Duration,
    /// How long running jobs may go on when the runner is told to stop. What is not done then is given back.
    pub drain: Duration,
}

impl Default for RunnerLimits {
    fn default() -> Self {
        Self {
            slots: 1,
            lease: Duration::from_secs(15),
            heartbeat: Duration::from_secs(1),
            poll: Duration::from_secs(1),
            backoff: Duration::from_secs(2),
            longest_backoff: Duration::from_secs(300),
            drain: Duration::from_secs(1),
        }
    }
}

/// Takes jobs and has them done.
#[derive(Clone)]
pub struct Runner {
    pub(crate) store: Store,
    pub(crate) registry: Registry,
    pub(crate) limits: RunnerLimits,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) backoff: Backoff,
    owner: String,
    alone: bool,
}

impl Runner {
    /// A runner for what `registry` can do. `rng` draws its name.
    pub fn new(
        store: Store,
        registry: Registry,
        limits: RunnerLimits,
        clock: Arc<dyn Clock>,
        rng: &dyn Rng,
    ) -> Self {
        let mut word = [0u8; 6];
        rng.fill(&mut word);
        let owner = word.iter().map(|byte| format!("{byte:02x}")).collect();
        let backoff = Backoff::new(&limits, rng);
        Self { store, registry, limits, clock, backoff, owner, alone: false }
    }

    /// Gives the runner a name that no other living one has, as a lock on the data folder makes sure: what a runner of that name
    /// held when it was killed is taken up at once, and does not wait for its leases to run out.
    #[must_use]
    pub fn the_only(mut self, owner: impl Into<String>) -> Self {
        self.owner = owner.into();
        self.alone = true;
        self
    }

    /// Works until `stop`; then running jobs may go on for a little ([`RunnerLimits::drain`]), and what is not done is dropped
    /// and given back, to be taken by another at once.
    pub async fn run(self, stop: CancellationToken) {
        if self.alone {
            match self.store.abandon_leases(&self.owner, self.clock.now()).await {
                Ok(0) => {}
                Ok(jobs) => tracing::info!(jobs, "taking up what was interrupted"),
                Err(error) => tracing::warn!(%error, "interrupted jobs wait for their leases to run out"),
            }
        }
        // Not a child of `stop`: running jobs have their patience first.
        let cut_off = CancellationToken::new();
        let tasks = TaskTracker::new();
        for _ in 0..self.limits.slots.max(1) {
            tasks.spawn(self.clone().slot(stop.clone(), cut_off.clone()));
        }
        tasks.close();
        tokio::select! {
            () = tasks.wait() => return,
            () = stop.cancelled() => {}
        }
        if tokio::time::timeout(self.limits.drain, tasks.wait()).await.is_err() {
            cut_off.cancel();
            tasks.wait().await;
        }
    }

    async fn slot(self, stop: CancellationToken, cut_off: CancellationToken) {
        let kinds = self.registry.kinds();
        while !stop.is_cancelled() {
            // Enlisted before looking, so that a job that comes in between wakes us.
            let new_jobs = self.store.new_jobs();
            match self.store.take_job(&self.owner, &kinds, self.limits.lease, self.clock.now()).await {
                Ok(Some(lease)) => self.one(lease, &cut_off).await,
                Ok(None) => tokio::select! {
                    () = stop.cancelled() => return,
                    () = new_jobs => {}
                    () = tokio::time::sleep(self.limits.poll) => {}
                },
                Err(StoreError::Closed) => return,
                Err(error) => {
                    tracing::warn!(%error, "jobs could not be asked for; trying again");
                    tokio::select! {
                        () = stop.cancelled() => return,
                        () = tokio::time::sleep(self.limits.poll) => {}
                    }
                }
            }
        }
    }
}
