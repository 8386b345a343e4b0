//! Opening SQLite so that what is acknowledged is on disk.

use std::{path::Path, time::Duration};

use sqlx::{
    migrate::{MigrateError, Migrator},
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};

use crate::{StoreError, db::Pools};

static MIGRATIONS: Migrator = sqlx::migrate!("./migrations");

/// How long a writer waits for another process's transaction; ours take less than 20 ms.
const BUSY: Duration = Duration::from_secs(5);
/// Connections that read at once: pages read none, so a few are enough.
const READERS: u32 = 4;

pub(crate) async fn open(path: &Path) -> Result<Pools, StoreError> {
    let options = SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        // FULL: the log is synced at every commit, so that an acknowledged write survives power loss.
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        .busy_timeout(BUSY);
    let failed = |source: sqlx::Error| StoreError::Open {
        path: path.display().to_string(),
        reason: reason(path, &source),
        source,
    };
    let write = SqlitePoolOptions::new()
        .max_connections(1)
        .min_connections(1)
        .idle_timeout(None)
        .max_lifetime(None)
        .acquire_timeout(Duration::from_secs(30))
        .connect_with(options.clone())
        .await
        .map_err(failed)?;
    MIGRATIONS.run(&write).await.map_err(migration)?;
    // Readers are connected by the first call that needs one.
    let read = SqlitePoolOptions::new()
        .max_connections(READERS)
        .acquire_timeout(Duration::from_secs(5))
        .connect_lazy_with(options.create_if_missing(false));
    Ok(Pools { write, read })
}

fn reason(path: &Path, error: &sqlx::Error) -> String {
    let code = error.as_database_error().and_then(|e| e.code()?.parse::<u32>().ok()).map(|code| code & 0xff);
    match code {
        Some(26) => "it is no SQLite database: choose another path, or restore it from a backup".into(),
        Some(8) => "it is read-only: give this user the right to write to the file and its folder".into(),
        Some(14) if path.is_dir() => "it is a folder: name a file".into(),
        Some(14) => "the folder is missing, or this user may not write to it".into(),
        Some(5 | 6) => "another process keeps it locked: stop that process".into(),
        _ => error.to_string(),
    }
}

fn migration(error: MigrateError) -> StoreError {
    StoreError::Migrate(match error {
        MigrateError::VersionMissing(version) => format!(
            "a newer version of Primetime has been here (migration {version}): start that version, or restore a backup"
        ),
        MigrateError::VersionMismatch(version) => {
            format!("migration {version} is not the one that was run here: this binary is no release")
        }
        other => other.to_string(),
    })
}
