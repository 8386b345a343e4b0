//! From what went wrong to what becomes of the job.

use encode::{EncodeError, Fault};
use objects::ObjectError;
use work::JobError;

use crate::ingest::FileError;

/// A master's fault is given up at once; a machine's is waited for, however long; of the rest nobody knows.
pub(crate) fn encode(error: EncodeError) -> JobError {
    if let Some(log) = error.log().filter(|log| !log.is_empty()) {
        tracing::info!(log, "{error}");
    }
    match error.fault() {
        Fault::Master => JobError::give_up(error),
        Fault::Machine => JobError::wait(error),
        Fault::Unknown => JobError::retry(error),
    }
}

pub(crate) fn object(error: ObjectError) -> JobError {
    match error {
        ObjectError::Full { .. } => JobError::wait(error),
        error if error.is_away() => JobError::wait(error),
        _ => JobError::retry(error),
    }
}

pub(crate) fn file(error: FileError) -> JobError {
    match error {
        FileError::Changed(_) => JobError::give_up(error),
        FileError::Unreadable { .. } => JobError::wait(error),
    }
}

pub(crate) fn io(path: &std::path::Path) -> impl FnOnce(std::io::Error) -> JobError + '_ {
    move |error| match error.kind() {
        std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded => {
            JobError::wait("the disk is full; free some room, and the job goes on")
        }
        _ => JobError::retry(format!("{}: {error}", path.display())),
    }
}

/// What the database holds was written by us: another try finds the same.
pub(crate) fn json(error: serde_json::Error) -> JobError {
    JobError::give_up(error)
}

/// Runs what blocks.
pub(crate) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, JobError> + Send + 'static,
) -> Result<T, JobError> {
    tokio::task::spawn_blocking(work).await.unwrap_or_else(|error| Err(JobError::retry(error)))
}
