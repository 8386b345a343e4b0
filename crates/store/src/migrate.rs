//! Bringing the tables to this version's schema. See `migrations/README.md`: expand, then contract.

use std::time::Duration;

use crate::{Store, StoreError, db::args};

struct Migration {
    version: i64,
    name: &'static str,
    sql: &'static str,
    /// The least version that a program must know to use the database after this migration.
    least: i64,
}

const MIGRATIONS: &[Migration] = &[
    Migration { version: 1, name: "first", sql: include_str!("../migrations/0001_first.sql"), least: 1 },
    Migration {
        version: 2,
        name: "rollouts",
        sql: include_str!("../migrations/0002_rollouts.sql"),
        least: 1,
    },
    Migration {
        version: 3,
        name: "takedowns and chat",
        sql: include_str!("../migrations/0003_takedowns_and_chat.sql"),
        least: 1,
    },
    Migration { version: 4, name: "hosts", sql: include_str!("../migrations/0004_hosts.sql"), least: 1 },
    Migration { version: 5, name: "fleet", sql: include_str!("../migrations/0005_fleet.sql"), least: 1 },
    Migration { version: 6, name: "work", sql: include_str!("../migrations/0006_work.sql"), least: 1 },
];

/// The longest that migrations keep others waiting, unless somebody chose the hour: shorter than a viewer's write waits for a
/// connection, so that each is answered.
pub const WITHIN: Duration = Duration::from_secs(2);

/// The newest schema that this program knows.
pub const SCHEMA: i64 = MIGRATIONS[MIGRATIONS.len() - 1].version;

// One row for each migration that was run. `least` is kept in the database, so that programs that are older than a migration
// know what it means for them.
const TABLE: &str = "CREATE TABLE IF NOT EXISTS migrations (version BIGINT NOT NULL PRIMARY KEY, name TEXT NOT NULL, \
    least BIGINT NOT NULL)";
const RECORD: &str = "INSERT INTO migrations (version, name, least) VALUES ($1, $2, $3)";
const STATE: &str = "SELECT COALESCE(MAX(version), 0), COALESCE(MAX(least), 0) FROM migrations";

pub(crate) const STATEMENTS: &[&str] = &[TABLE, RECORD, STATE];

/// What [`Store::migrate`] did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Migrated {
    /// The schema before; 0 when there was none.
    pub from: i64,
    /// The schema now.
    pub to: i64,
}

impl Store {
    /// Brings the tables to this version's schema; nothing to do when they are there, or beyond it in a way that this program
    /// can live with. Programs that do this at the same time wait for each other.
    ///
    /// # Errors
    /// [`StoreError::Migrate`] when a newer program has changed the tables in a way that this one does not understand;
    /// [`StoreError::Unmigrated`] when it took longer than [`WITHIN`].
    pub async fn migrate(&self) -> Result<Migrated, StoreError> {
        self.migrate_within(WITHIN).await
    }

    /// As [`Store::migrate`]; `within`: from the first migration's beginning, waiting for tables included, which is never more
    /// than [`WITHIN`] for one. A database that is new has nobody who waits: it may take any time.
    pub async fn migrate_within(&self, within: Duration) -> Result<Migrated, StoreError> {
        let mut tx = self.begin().await?;
        tx.connection.lock_schema().await?;
        tx.connection.execute(TABLE, args![]).await?;
        let row = tx.connection.row(STATE, args![]).await?;
        let (from, least) = row.map_or(Ok((0, 0)), |row| Ok::<_, StoreError>((row.int(0)?, row.int(1)?)))?;
        if least > SCHEMA {
            return Err(StoreError::Migrate(format!(
                "a newer version of Primetime has been here (schema {from}, and this program knows {SCHEMA}): start that \
                 version, or restore a backup from before it ran"
            )));
        }
        if (1..SCHEMA).contains(&from) {
            tx.connection.limit(within).await?;
        }
        for migration in MIGRATIONS.iter().filter(|migration| migration.version > from) {
            let Migration { version, name, sql, least } = migration;
            tx.connection.script(sql).await.map_err(|error| match error {
                StoreError::Busy(source) if from > 0 => {
                    StoreError::Unmigrated { version: *version, name, within, source }
                }
                error => error,
            })?;
            tx.connection.execute(RECORD, args![*version, *name, *least]).await?;
            tracing::info!(version, name, "the database was migrated");
        }
        tx.commit().await?;
        Ok(Migrated { from, to: from.max(SCHEMA) })
    }

    /// The newest migration that was run. One row of a small table: also a sign of life.
    pub async fn schema(&self) -> Result<i64, StoreError> {
        let row = self.db.row(STATE, args![]).await?;
        row.map_or(Ok(0), |row| row.int(0))
    }
}
