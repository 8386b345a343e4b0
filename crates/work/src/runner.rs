use std::{any::Any, panic::AssertUnwindSafe, sync::Arc, time::Duration};

use domain::{Clock, Rng};
use futures_util::FutureExt;
use store::{Claim, Failure, Lease, Store, StoreError};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::{JobContext, JobError, Outcome, Progress, Registry};

/// The bounds of a runner, each with its reason.
#[derive(Debug, Clone)]
pub struct RunnerLimits {
    /// Jobs at a time.
    pub slots: usize,
    /// How long a job is held without a heartbeat: so long does a killed worker's job wait.
    pub lease: Duration,
    /// From heartbeat to heartbeat: several fit into a lease.
    pub heartbeat: Duration,
    /// How often to ask for jobs that other processes enqueued.
    pub poll: Duration,
    /// First pause after a failure; doubled with each attempt.
    pub backoff: Duration,
    /// Longest pause after a failure.
    pub longest_backoff: Duration,
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
        }
    }
}

/// Takes jobs and has them done.
#[derive(Clone)]
pub struct Runner {
    store: Store,
    registry: Registry,
    limits: RunnerLimits,
    clock: Arc<dyn Clock>,
    owner: String,
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
        Self { store, registry, limits, clock, owner }
    }

    /// Works until `stop`; then running jobs are dropped and given back, to be taken by another at once.
    pub async fn run(self, stop: CancellationToken) {
        let tasks = TaskTracker::new();
        for _ in 0..self.limits.slots.max(1) {
            tasks.spawn(self.clone().slot(stop.clone()));
        }
        tasks.close();
        tasks.wait().await;
    }

    async fn slot(self, stop: CancellationToken) {
        let kinds = self.registry.kinds();
        while !stop.is_cancelled() {
            // Asked for before looking, so that a job that comes in between wakes us.
            let new_jobs = self.store.new_jobs();
            match self.store.take_job(&self.owner, &kinds, self.limits.lease, self.clock.now()).await {
                Ok(Some(lease)) => self.one(lease, &stop).await,
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

    /// Does one job, and says how it ended. Never fails: what goes wrong is told to the database or, failing that, the log.
    async fn one(&self, lease: Lease, stop: &CancellationToken) {
        let Lease { claim, kind, payload, attempt, most_attempts } = lease;
        let progress = Progress::default();
        let cancel = stop.child_token();
        let context = JobContext {
            claim: claim.clone(),
            attempt,
            last_attempt: attempt >= most_attempts,
            progress: progress.clone(),
            cancel: cancel.clone(),
        };
        let ended = match self.registry.get(&kind).map(|handler| handler(&payload, context)) {
            Some(Ok(run)) => tokio::select! {
                ended = AssertUnwindSafe(run).catch_unwind() => {
                    ended.unwrap_or_else(|panic| Err(JobError::retry(words(&*panic))))
                }
                () = self.heartbeats(&claim, &progress) => {
                    cancel.cancel();
                    tracing::warn!(job = claim.job, "the lease was lost; another worker has the job");
                    return;
                }
                () = stop.cancelled() => {
                    self.told(&claim, self.store.release_job(&claim, self.clock.now()).await);
                    return;
                }
            },
            Some(Err(error)) => Err(JobError::give_up(format!("its payload cannot be read: {error}"))),
            None => Err(JobError::retry("no handler for jobs of this kind")),
        };
        cancel.cancel();
        let now = self.clock.now();
        let told = match ended {
            Ok(Outcome::Completed) => Ok(()),
            Ok(Outcome::Done) => self.store.complete(&claim, now).await,
            Err(error) => {
                let words = error.chain();
                tracing::warn!(job = claim.job, attempt, "job failed: {words}");
                self.store.fail_job(&claim, &words, self.then(&error, attempt), now).await
            }
        };
        self.told(&claim, told);
    }

    /// Keeps the lease; returns when it is lost.
    async fn heartbeats(&self, claim: &Claim, progress: &Progress) {
        loop {
            tokio::time::sleep(self.limits.heartbeat).await;
            let (fraction, note) = progress.get();
            let beat =
                self.store.heartbeat(claim, self.limits.lease, (fraction, &note), self.clock.now()).await;
            match beat {
                Err(StoreError::LeaseLost(_)) => return,
                // The lease outlives several missed beats; if it does not, the next one says so.
                Err(error) => tracing::warn!(job = claim.job, %error, "heartbeat failed"),
                Ok(()) => {}
            }
        }
    }

    fn then(&self, error: &JobError, attempt: u32) -> Failure {
        let doubled = self.limits.backoff.saturating_mul(1 << attempt.saturating_sub(1).min(16));
        let pause = doubled.min(self.limits.longest_backoff);
        match error {
            JobError::GiveUp(_) => Failure::GiveUp,
            JobError::Retry(_) => Failure::Retry(pause),
            JobError::Wait(_) => Failure::Wait(pause),
        }
    }

    fn told(&self, claim: &Claim, told: Result<(), StoreError>) {
        if let Err(error) = told {
            // Not told, not done: the lease runs out and the job is taken again.
            tracing::warn!(job = claim.job, %error, "the end of a job could not be written");
        }
    }
}

fn words(panic: &(dyn Any + Send)) -> String {
    let text =
        panic.downcast_ref::<&str>().copied().or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    format!("its handler panicked: {}", text.unwrap_or("no words"))
}
