use std::sync::{Arc, Mutex, PoisonError};

use store::Claim;
use tokio_util::sync::CancellationToken;

/// What a handler knows of its run.
#[derive(Debug, Clone)]
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
