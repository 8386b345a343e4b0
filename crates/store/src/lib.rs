//! The only SQL. Functions by concern, never a pool: on SQLite, or on PostgreSQL 15 and later.
//!
//! Statements use `$1`, text ids, integer microseconds and JSON as text. What must happen together is a [`Tx`], whose
//! methods are the functions; reading and single steps are methods of [`Store`].

mod assets;
mod audit;
mod catalogue;
mod chat;
mod clock;
mod copy;
mod db;
mod editions;
mod error;
mod fleet;
mod health;
mod hosts;
mod installation;
mod jobs;
mod migrate;
mod outbox;
mod pictures;
mod positions;
mod postgres;
mod profiles;
mod rollouts;
mod sqlite;
mod tables;
mod takedowns;
mod tally;
mod url;
mod wanted;

use std::{path::Path, sync::Arc, time::Duration};

use tokio::sync::Notify;

pub use assets::{Asset, AssetState, NewAsset, Track};
pub use audit::{APPROVED_BY, AuditRow, AuditWanted, IN_CHAT};
pub use catalogue::{Document, Imported, Revision, Staged};
pub use chat::Decided;
pub use clock::{Off, SharedClock};
pub use copy::{CopyError, Tallies};
pub use editions::EditionRow;
pub use error::EngineError;
pub use error::StoreError;
pub use fleet::{FleetMinute, FleetPlan};
pub use health::Health;
pub use hosts::{HostOrder, HostReport};
pub use installation::installation_of_dump;
pub use jobs::{
    Claim, Counts, Failure, FinishedJob, Job, JobState, Lease, MOST_DEATHS, NewJob, OpenJob, OpenJobs,
    Workers,
};
pub use migrate::{Migrated, SCHEMA, WITHIN as MIGRATED_WITHIN};
pub use outbox::Promise;
pub use pictures::PictureRow;
pub use positions::{Position, PositionWrite};
pub use rollouts::{NewRollout, RolloutLease, RolloutRow, RolloutState};
pub use takedowns::{Lifted, Takedown};
pub use tally::Tally;
pub use url::{Location, LocationError, PostgresUrl, mask};
pub use wanted::WantedInstances;

use db::{Connection, Db};

/// Bounds of a store.
#[derive(Debug, Clone)]
pub struct Options {
    /// How long to wait for another process's transaction; ours take less than 20 ms.
    pub patience: Duration,
    /// Connections that read at once on SQLite: pages read none, so a few are enough.
    pub readers: u32,
    /// Connections to PostgreSQL, which read and write: a process's group commit, its jobs and its studio need a few.
    pub connections: u32,
}

impl Default for Options {
    fn default() -> Self {
        Self { patience: Duration::from_secs(5), readers: 4, connections: 8 }
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

    /// As [`Store::open`], on either engine. A database of PostgreSQL must be there, empty or ours.
    pub async fn open_at(location: &Location, options: &Options) -> Result<Self, StoreError> {
        let store = Self::open_at_as_it_is(location, options).await?;
        store.migrate().await?;
        Ok(store)
    }

    /// As [`Store::open_at`], and leaves the tables as they are.
    pub async fn open_at_as_it_is(location: &Location, options: &Options) -> Result<Self, StoreError> {
        let db = match location {
            Location::Sqlite(path) => Db::Sqlite(sqlite::open(path, options).await?),
            Location::Postgres(url) => Db::Postgres(postgres::open(url, options).await?),
        };
        Ok(Self { db: Arc::new(db), new_jobs: Arc::default() })
    }

    /// May several processes serve from this database at the same time?
    pub fn is_shared(&self) -> bool {
        matches!(&*self.db, Db::Postgres(_))
    }

    /// As [`Store::open`], with other bounds.
    pub async fn open_with(path: &Path, options: &Options) -> Result<Self, StoreError> {
        let store = Self::open_as_it_is(path, options).await?;
        store.migrate().await?;
        Ok(store)
    }

    /// As [`Store::open`], and leaves the tables as they are: for looking at a database before [`Store::migrate`].
    pub async fn open_as_it_is(path: &Path, options: &Options) -> Result<Self, StoreError> {
        Self::open_at_as_it_is(&Location::Sqlite(path.to_owned()), options).await
    }

    /// Begins a transaction that may write. Writers wait for each other, on SQLite for
    /// all others: keep it short, and await nothing else inside.
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
    pub fn statements(&self) -> Vec<&'static str> {
        let mut statements = [
            assets::STATEMENTS,
            audit::STATEMENTS,
            &catalogue::STATEMENTS.concat(),
            chat::STATEMENTS,
            editions::STATEMENTS,
            fleet::STATEMENTS,
            hosts::STATEMENTS,
            installation::STATEMENTS,
            &jobs::STATEMENTS.concat(),
            migrate::STATEMENTS,
            outbox::STATEMENTS,
            pictures::STATEMENTS,
            positions::STATEMENTS,
            profiles::STATEMENTS,
            rollouts::STATEMENTS,
            takedowns::STATEMENTS,
            wanted::STATEMENTS,
        ]
        .concat();
        let different = jobs::DIFFERENT.iter().chain(installation::DIFFERENT);
        statements.extend(different.map(|sql| self.db.text(*sql)));
        statements
    }

    /// What a setting of the server is, inside a transaction of ours; for those who want to know what durability hangs on.
    ///
    /// # Errors
    /// On SQLite, which has none of these.
    pub async fn setting(&self, name: &str) -> Result<String, StoreError> {
        let mut tx = self.begin().await?;
        let row = tx.connection.row("SELECT current_setting($1)", db::args![name]).await?;
        row.map_or(Ok(String::new()), |row| row.text(0))
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
