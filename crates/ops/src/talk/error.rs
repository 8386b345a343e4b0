use ::chat::{CommandError, approval::ApprovalError};
use store::StoreError;

use super::May;
use crate::OpsError;

/// Why a request came to nothing.
#[derive(Debug, thiserror::Error)]
pub enum TalkError {
    /// It was answered before.
    #[error("this very request was answered before")]
    Replay,
    /// Somebody who is not in the list.
    #[error("nobody listens to {0} here: whoever runs this adds you to the list of people")]
    Stranger(String),
    /// Somebody who may do less.
    #[error("you may not {0} here")]
    MayNot(May),
    /// No command.
    #[error(transparent)]
    Command(#[from] CommandError),
    /// No approval.
    #[error(transparent)]
    Approval(#[from] ApprovalError),
    /// What would happen now is something else than was read.
    #[error("the plan has changed since it was made, and is cancelled: ask for a new one")]
    Changed,
    /// Too many wait already.
    #[error("too many plans wait for a yes: decide on some, or wait a quarter of an hour")]
    TooMany,
    /// Somebody else decided at the same time.
    #[error("somebody else decided on this plan just now")]
    Decided,
    /// It cannot be done.
    #[error(transparent)]
    Ops(#[from] OpsError),
    /// The database did not answer.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// What is stored is not what this version writes.
    #[error("the database holds a plan that this version cannot read: {0}")]
    Unreadable(#[from] serde_json::Error),
}

impl TalkError {
    /// For who asked; `None` when it is about us, and no business of theirs.
    pub fn said(&self) -> Option<String> {
        match self {
            Self::Store(_) | Self::Unreadable(_) => None,
            Self::Ops(OpsError::Store(StoreError::Conflict(what))) => {
                Some(format!("{what} changed in the meantime: look again"))
            }
            Self::Ops(OpsError::Store(_) | OpsError::Unreadable(_) | OpsError::Interrupted) => None,
            // The names of objects and their places are for the log.
            Self::Ops(OpsError::Announce(_)) => {
                Some("it is decided and written down, and announced as soon as that is possible".into())
            }
            error => Some(error.to_string()),
        }
    }
}
