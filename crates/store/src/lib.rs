//! The only SQL. Functions by concern, never a pool: SQLite here, written so that PostgreSQL can join.
//!
//! Statements use `$1`, text ids, integer microseconds and JSON as text. What must happen together is a [`Tx`], whose
//! methods are the functions; reading and single steps are methods of [`Store`].

mod assets;
mod audit;
mod catalogue;
mod db;
mod editions;
mod error;
mod health;
mod jobs;
mod migrate;
mod outbox;
mod pictures;
mod positions;
mod profiles;
mod rollouts;
mod sqlite;

use std::{path::Path, sync::Arc, time::Duration};

use tokio::sync::Notify;

pub use assets::{Asset, AssetState, NewAsset, Track};
pub use audit::AuditRow;
pub use catalogue::{Document, Imported, Revision, Staged};
pub use editions::EditionRow;
pub use error::EngineError;
pub use error::StoreError;
pub use health::Health;
pub use jobs::{Claim, Counts, Failure, Job, JobState, Lease, MOST_DEATHS, NewJob};
pub use migrate::{Migrated, SCHEMA};
pub use outbox::Promise;
pub use pictures::PictureRow;
pub use positions::{Position, PositionWrite};
pub use rollouts::{NewRollout, RolloutLease, RolloutRow, RolloutState};

use db::{Connection, Db};

/// Bounds of a store.
#[derive(Debug, Clone)]
pub struct Options {
    /// How long to wait for another process's transaction; ours take less than 20 ms.
    pub patience: Duration,
    /// Connections that read at once: pages read none, so a few are enough.
    pub readers: u32,
}

impl Default for Options {
    fn default() -> Self {
        Self { patience: Duration::from_secs(5), readers: 4 }
    }
}

/// The database of one installation. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Store {
    db: Arc<Db>,
    /// Told when a transaction that enqueued jobs was committed in this process.
    new_jobs: Arc<Notify>,
}

/// What happens together or not at all. Dropped without [`Tx::commit`], it never happened.
#[derive(Debug)]
pub struct Tx {
    connection: Connection,
    enqueued: bool,
    new_jobs: Arc<Notify>,
}

impl Store {
    /// Opens the SQLite file, makes it when it is missing, and brings it to this version's schema.
    ///
    /// # Errors
    /// Says why not and what to do: no database, another program's, a newer version's, locked, read-only.
    pub async fn open(path: &Path) -> Result<Self, StoreError> {
        Self::open_with(path, &Options::default()).await
    }

    /// As [`Store::open`], with other bounds.
    pub async fn open_with(path: &Path, options: &Options) -> Result<Self, StoreError> {
        let store = Self::open_as_it_is(path, options).await?;
        store.migrate().await?;
        Ok(store)
    }

    /// As [`Store::open`], and leaves the tables as they are: for looking at a database before [`Store::migrate`].
    pub async fn open_as_it_is(path: &Path, options: &Options) -> Result<Self, StoreError> {
        let db = sqlite::open(path, options).await?;
        Ok(Self { db: Arc::new(Db::Sqlite(db)), new_jobs: Arc::default() })
    }

    /// Begins a transaction that may write. Writers wait for each other: keep it short, and await nothing else inside.
    pub async fn begin(&self) -> Result<Tx, StoreError> {
        let connection = self.db.begin().await?;
        Ok(Tx { connection, enqueued: false, new_jobs: self.new_jobs.clone() })
    }

    /// Waits until a transaction of this process may have enqueued a job. Other processes' jobs are found by asking.
    /// Counts from the call, not from the first poll: what comes in between is not missed.
    pub fn new_jobs(&self) -> impl Future<Output = ()> + '_ {
        self.new_jobs.notified()
    }

    /// Writes out what is pending and closes every connection; later calls fail with [`StoreError::Closed`].
    pub async fn close(&self) {
        self.db.close().await;
    }

    /// Every statement, for the contract suite, which prepares each on the engine.
    pub fn statements() -> Vec<&'static str> {
        [
            assets::STATEMENTS,
            audit::STATEMENTS,
            &catalogue::STATEMENTS.concat(),
            editions::STATEMENTS,
            &jobs::STATEMENTS.concat(),
            migrate::STATEMENTS,
            outbox::STATEMENTS,
            pictures::STATEMENTS,
            positions::STATEMENTS,
            profiles::STATEMENTS,
            rollouts::STATEMENTS,
        ]
        .concat()
    }

    /// Asks the engine to prepare a statement, without running it.
    pub async fn prepare(&self, sql: &'static str) -> Result<(), StoreError> {
        self.db.prepare(sql).await
    }
}

impl Tx {
    /// Makes it all happen; it is on disk when this returns.
    pub async fn commit(self) -> Result<(), StoreError> {
        self.connection.commit().await?;
        if self.enqueued {
            self.new_jobs.notify_waiters();
            self.new_jobs.notify_one();
        }
        Ok(())
    }
}
