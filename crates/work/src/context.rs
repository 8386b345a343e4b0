use std::{
    fmt,
    sync::{Arc, Mutex, PoisonError},
};

use domain::{Clock, Timestamp};
use store::{Claim, Store, StoreError, Tx};
use tokio_util::sync::CancellationToken;

use crate::Outcome;

/// What a handler knows of its run.
#[derive(Clone)]
pub struct JobContext {
    /// The right to finish the job: for [`store::Tx::complete`] in the transaction that holds what it did.
    pub claim: Claim,
    /// Counted from 1.
    pub attempt: u32,
    /// True on the last attempt: what fails now is given up.
    pub last_attempt: bool,
    /// Where it says how far it is.
    pub progress: Progress,
    /// Cancelled when the lease was lost or the runner stops: what goes on then is for nothing. The handler's future is also
    /// dropped, so that only work outside of it needs to listen.
    pub cancel: CancellationToken,
    pub(crate) store: Store,
    pub(crate) clock: Arc<dyn Clock>,
}

impl JobContext {
    /// Now.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Begins a transaction that has proved that the job is still ours, and keeps it ours until it ends. Keep it short.
    ///
    /// # Errors
    /// [`StoreError::LeaseLost`] when it is not: stop, and write nothing.
    pub async fn begin(&self) -> Result<Tx, StoreError> {
        let mut tx = self.store.begin().await?;
        tx.hold(&self.claim, self.now()).await?;
        Ok(tx)
    }

    /// Commits what the job did and, with it, that it is done. The handler ends with what this returns.
    pub async fn complete(&self, mut tx: Tx) -> Result<Outcome, StoreError> {
        tx.complete(&self.claim, self.now()).await?;
        tx.commit().await?;
        Ok(Outcome::Completed)
    }
}

impl fmt::Debug for JobContext {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("JobContext").field("claim", &self.claim).field("attempt", &self.attempt).finish()
    }
}

/// How far a job is. Setting it is cheap; the next heartbeat writes it.
#[derive(Debug, Clone, Default)]
pub struct Progress(Arc<Mutex<(f64, String)>>);

impl Progress {
    /// From 0 to 1.
    pub fn set(&self, fraction: f64) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).0 = fraction.clamp(0.0, 1.0);
    }

    /// What is being done, for people.
    pub fn note(&self, note: impl Into<String>) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).1 = note.into();
    }

    pub(crate) fn get(&self) -> (f64, String) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}
