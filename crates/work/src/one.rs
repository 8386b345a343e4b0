//! One job, from its lease to its end.

use std::sync::Arc;

use store::{Claim, Lease, StoreError};
use tokio::task::JoinError;
use tokio_util::{sync::CancellationToken, task::AbortOnDropHandle};

use crate::{JobContext, JobError, Outcome, Progress, Runner, heartbeat::Heartbeat};

enum Ended {
    Handler(Result<Outcome, JobError>),
    Lost,
    CutOff,
}

impl Runner {
    /// Does one job, and says how it ended. Never fails: what goes wrong is told to the database or, failing that, the log.
    pub(crate) async fn one(&self, lease: Lease, cut_off: &CancellationToken) {
        let Lease { claim, kind, payload, attempt, most_attempts } = lease;
        let progress = Progress::default();
        let cancel = CancellationToken::new();
        let context = JobContext {
            claim: claim.clone(),
            attempt,
            last_attempt: attempt >= most_attempts,
            progress: progress.clone(),
            cancel: cancel.clone(),
            store: self.store.clone(),
            clock: Arc::clone(&self.clock),
        };
        let heartbeat = Heartbeat {
            store: &self.store,
            clock: &self.clock,
            limits: &self.limits,
            claim: &claim,
            progress: &progress,
        };
        let ended = match self.registry.get(&kind).map(|handler| handler(&payload, context)) {
            Some(Ok(run)) => {
                // A task of its own: a panic ends it and nothing else, and what it computes does not hold up the heartbeat.
                let mut task = AbortOnDropHandle::new(tokio::spawn(run));
                let ended = tokio::select! {
                    joined = &mut task => Ended::Handler(joined.unwrap_or_else(|error| Err(fallen(error)))),
                    () = heartbeat.until_lost() => Ended::Lost,
                    () = cut_off.cancelled() => Ended::CutOff,
                };
                cancel.cancel();
                if !task.is_finished() {
                    // Gone, with what it started, before another may begin.
                    task.abort();
                    let _ = (&mut task).await;
                }
                ended
            }
            Some(Err(error)) => {
                Ended::Handler(Err(JobError::give_up(format!("its payload cannot be read: {error}"))))
            }
            None => Ended::Handler(Err(JobError::retry("no handler for jobs of this kind"))),
        };
        self.end(&claim, attempt, ended).await;
    }

    async fn end(&self, claim: &Claim, attempt: u32, ended: Ended) {
        let now = self.clock.now();
        let told = match ended {
            Ended::Handler(Ok(Outcome::Completed)) => Ok(()),
            Ended::Handler(Ok(Outcome::Done)) => self.store.complete(claim, now).await,
            // The heartbeat has said so in the log.
            Ended::Lost => Ok(()),
            Ended::Handler(Err(JobError::Lost)) => Err(StoreError::LeaseLost(claim.job.clone())),
            Ended::CutOff => self.store.release_job(claim, now).await,
            Ended::Handler(Err(error)) => {
                let words = error.chain();
                tracing::warn!(job = claim.job, attempt, "job failed: {words}");
                self.store.fail_job(claim, &words, self.backoff.after(&error, attempt), now).await
            }
        };
        match told {
            Ok(()) => {}
            Err(StoreError::LeaseLost(job)) => tracing::warn!(job, "another worker has the job"),
            // Not told, not done: the lease runs out and the job is taken again.
            Err(error) => tracing::warn!(job = claim.job, %error, "the end of a job could not be written"),
        }
    }
}

fn fallen(error: JoinError) -> JobError {
    let Ok(panic) = error.try_into_panic() else { return JobError::retry("its handler was aborted") };
    let text =
        panic.downcast_ref::<&str>().copied().or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    JobError::retry(format!("its handler panicked: {}", text.unwrap_or("no words")))
}
