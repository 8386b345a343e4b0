use std::error::Error;

type Cause = Box<dyn Error + Send + Sync>;

/// Why a job was not done, and with that what becomes of it.
#[derive(Debug, thiserror::Error)]
pub enum JobError {
    /// It can never be done: a bad master. Given up at once.
    #[error("{0}")]
    GiveUp(#[source] Cause),
    /// It failed, perhaps for a reason of its own. Tried again, a bounded number of times.
    #[error("{0}")]
    Retry(#[source] Cause),
    /// It failed for no reason of its own: a full disk, a busy database. Tried again for as long as it takes.
    #[error("{0}")]
    Wait(#[source] Cause),
    /// Another worker has the job by now, or it was dropped: nothing more is written of it.
    #[error("another worker has the job")]
    Lost,
}

impl JobError {
    /// Given up at once.
    pub fn give_up(cause: impl Into<Cause>) -> Self {
        Self::GiveUp(cause.into())
    }

    /// Tried again, a bounded number of times.
    pub fn retry(cause: impl Into<Cause>) -> Self {
        Self::Retry(cause.into())
    }

    /// Tried again for as long as it takes.
    pub fn wait(cause: impl Into<Cause>) -> Self {
        Self::Wait(cause.into())
    }

    /// The whole chain in one line, for people and the log.
    pub(crate) fn chain(&self) -> String {
        let mut text = self.to_string();
        let mut next = self.source().and_then(Error::source);
        while let Some(cause) = next {
            let words = cause.to_string();
            if !text.contains(&words) {
                text = format!("{text}: {words}");
            }
            next = cause.source();
        }
        text
    }
}

impl From<store::StoreError> for JobError {
    fn from(error: store::StoreError) -> Self {
        match error {
            store::StoreError::LeaseLost(_) => Self::Lost,
            error if error.is_transient() => Self::wait(error),
            error => Self::retry(error),
        }
    }
}
