use std::{error::Error, path::PathBuf};

/// Why the store did not do what it was asked. Whatever transaction it happened in has changed nothing.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The file cannot be opened or made.
    #[error("cannot open the database {path}: {hint}")]
    CannotOpen {
        /// Which file.
        path: PathBuf,
        /// What to do.
        hint: String,
        /// What the engine said.
        #[source]
        source: Option<EngineError>,
    },
    /// The file is something else.
    #[error("{0} is not a database: choose another file, or restore it from a backup")]
    NotADatabase(PathBuf),
    /// A database, but not ours.
    #[error("{0} is the database of another program: choose another file")]
    OtherProgram(PathBuf),
    /// A newer binary has changed the tables so that this one may not touch them.
    #[error(
        "the database is at version {version} and needs a program that knows version {least}, this one knows up to \
         {known}: start the newer program again, or restore a backup made before it ran"
    )]
    TooNew {
        /// Of the database.
        version: u32,
        /// That a program must know to use it.
        least: u32,
        /// That this program knows.
        known: u32,
    },
    /// The tables are older than this binary.
    #[error("the database is at version {version} and this program needs {known}: run `primetime migrate`")]
    NotMigrated {
        /// Of the database; 0 when it is empty.
        version: u32,
        /// That this program needs.
        known: u32,
    },
    /// Somebody else kept the database locked for longer than we wait, or every connection is taken.
    #[error("the database is busy: another program may be holding it (a backup, a shell with an open transaction)")]
    Busy(#[source] EngineError),
    /// The disk (or its quota) is full.
    #[error("no space left for the database: free some, or move the data folder; nothing was written")]
    Full(#[source] EngineError),
    /// The file or its folder may not be written.
    #[error("the database is read-only: make the file and its folder writable for this user")]
    ReadOnly(#[source] EngineError),
    /// The engine found the file damaged.
    #[error("the database file is damaged: stop the program and restore a backup")]
    Damaged(#[source] EngineError),
    /// A row holds what this version cannot read.
    #[error("table {table} holds something that cannot be read: {what}")]
    Unreadable {
        /// Which table.
        table: &'static str,
        /// What is wrong with it.
        what: String,
    },
    /// The lease is another's by now: the job was taken over, cancelled or finished. Stop, and write nothing more.
    #[error("the lease of job {0} is lost")]
    LeaseLost(crate::JobId),
    /// Somebody else published in between.
    #[error("edition {expected} was to follow {previous}, but the newest is {newest} by now")]
    EditionTaken {
        /// The number that was to be taken.
        expected: u64,
        /// The number it was built upon.
        previous: u64,
        /// The newest number.
        newest: u64,
    },
    /// Another import of this source began, or a document changed, since this one was compared.
    #[error("the catalogue of source `{0}` changed while it was being imported: import again")]
    ImportOvertaken(String),
    /// The document belongs to another source.
    #[error("{kind} `{id}` was brought in from source `{owner}`, not from this one: rename it, or remove it there")]
    OtherSource {
        /// The document's kind.
        kind: String,
        /// The document's id.
        id: String,
        /// The source that it belongs to.
        owner: String,
    },
    /// The caller passed something that no row may hold.
    #[error("{0}")]
    Refused(String),
    /// The engine failed in another way.
    #[error("the database failed")]
    Engine(#[source] EngineError),
}

impl StoreError {
    /// May the same call succeed a little later, with nobody doing anything?
    pub fn is_transient(&self) -> bool {
        matches!(self, StoreError::Busy(_))
    }

    /// Is it a lease that another has?
    pub fn is_lease_lost(&self) -> bool {
        matches!(self, StoreError::LeaseLost(_))
    }
}

/// What the engine said, and to which statement. For the log; its text is no part of the interface.
#[derive(Debug, thiserror::Error)]
#[error("{said} [{statement}]")]
pub struct EngineError {
    pub(crate) statement: &'static str,
    pub(crate) said: Box<dyn Error + Send + Sync>,
}
