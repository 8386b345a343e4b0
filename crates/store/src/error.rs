use crate::{postgres, sqlite};

/// Why the store did not do what it was asked. Whatever transaction it happened in has changed nothing.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The file, or the server, cannot be used as our database.
    #[error("cannot open the database {path}: {reason}")]
    Open {
        /// Which: a path, or a URL without its password.
        path: String,
        /// Why, and what to do.
        reason: String,
        /// What the engine said; nothing when it was we who refused.
        source: Option<EngineError>,
    },
    /// The tables could not be brought to this version's schema, or are another version's.
    #[error("the database's tables: {0}")]
    Migrate(String),
    /// A migration would have kept everybody who writes waiting for longer than they wait, or waited itself.
    #[error(
        "the migration {version} ({name}) was not done in {} s and changed nothing: whoever writes waits meanwhile. End what keeps \
         its tables locked (a backup, a shell with an open transaction); or, when few watch, run this version's \
         `primetime migrate --within SECONDS` before anything else of it",
        within.as_secs_f64()
    )]
    Unmigrated {
        /// Its number.
        version: i64,
        /// Its name.
        name: &'static str,
        /// The time that all migrations together had.
        within: std::time::Duration,
        /// What the engine said.
        source: EngineError,
    },
    /// Somebody else held the database for longer than we wait.
    #[error(
        "the database is busy: another program keeps it locked (a backup, a shell with an open transaction)"
    )]
    Busy(#[source] EngineError),
    /// Another transaction was in the way, and the engine ended this one: begin again.
    #[error("another transaction was in the way; nothing was written: try again")]
    Contended(#[source] EngineError),
    /// The database server cannot be reached, or has no connection left. What was about to be committed may have been.
    #[error("the database server does not answer: see that it runs and can be reached")]
    Away(#[source] EngineError),
    /// The disk (or its quota) is full.
    #[error("no space left for the database: free some, or move the data folder; nothing was written")]
    Full(#[source] EngineError),
    /// The file or its folder may not be written.
    #[error(
        "the database is read-only: make its file and folder writable for this user, or name the primary server"
    )]
    ReadOnly(#[source] EngineError),
    /// The engine found the file damaged.
    #[error("the database is damaged: stop the program and restore a backup")]
    Damaged(#[source] EngineError),
    /// The engine failed in another way.
    #[error("the database failed")]
    Engine(#[source] EngineError),
    /// A statement of this transaction failed before, and nothing may follow it: begin again.
    #[error("the transaction failed before")]
    Broken,
    /// The store was closed: the process is shutting down.
    #[error("the database is closed")]
    Closed,
    /// A row holds what this version cannot read.
    #[error("the database holds {what}, which this version cannot read")]
    Unreadable {
        /// What it holds.
        what: String,
    },
    /// Somebody else changed it in between: read again, and decide again.
    #[error("{0} changed in the meantime")]
    Conflict(&'static str),
    /// The job was taken over, cancelled or finished. Stop, and commit nothing that belongs to it.
    #[error("the lease of job {0} is lost")]
    LeaseLost(String),
}

impl StoreError {
    /// May the same call succeed a little later? Not before somebody made room, when the disk is full.
    pub fn is_transient(&self) -> bool {
        matches!(
            self,
            StoreError::Busy(_) | StoreError::Full(_) | StoreError::Contended(_) | StoreError::Away(_)
        )
    }
}

/// What the engine said. For the log; it is no part of the interface.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub struct EngineError(sqlx::Error);

impl From<sqlx::Error> for EngineError {
    fn from(error: sqlx::Error) -> Self {
        Self(error)
    }
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        match error {
            sqlx::Error::PoolClosed => StoreError::Closed,
            sqlx::Error::PoolTimedOut => StoreError::Busy(error.into()),
            error if let Some(meaning) = postgres::meaning(&error) => meaning(error.into()),
            // Extended codes hold the primary one in their low byte (sqlite.org/rescode.html).
            error => match sqlite::code(&error) {
                // Locked; or ended by an alarm.
                Some(5 | 6 | 9) => StoreError::Busy(error.into()),
                Some(8) => StoreError::ReadOnly(error.into()),
                Some(11 | 26) => StoreError::Damaged(error.into()),
                Some(13) => StoreError::Full(error.into()),
                _ => StoreError::Engine(error.into()),
            },
        }
    }
}
