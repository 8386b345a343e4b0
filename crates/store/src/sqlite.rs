//! Opening SQLite so that what is acknowledged is on disk, and telling what went wrong.

use std::{fs::File, path::Path, time::Duration};

use sqlx::{
    Sqlite, SqlitePool,
    pool::PoolOptions,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous},
};

use crate::{StoreError, db::Pools};

/// How long a writer waits for another process's transaction; ours take less than 20 ms.
const BUSY: Duration = Duration::from_secs(5);
/// How long a call waits for one of our own connections.
const TURN: Duration = Duration::from_secs(10);
/// Connections that read at once: pages read none, so a few are enough.
const READERS: u32 = 4;
/// How often opening is tried while another process makes or recovers the same file, which the busy timeout does not cover.
const OPEN_ATTEMPTS: u32 = 50;
const OPEN_PAUSE: Duration = Duration::from_millis(40);
/// "Prim": marks the file as ours, so that no other program's database is changed by mistake.
const APPLICATION_ID: i64 = 0x5072_696d;

pub(crate) async fn open(path: &Path) -> Result<Pools, StoreError> {
    let new = !path.exists();
    let options = SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        // FULL: the log is synced at every commit, so that an acknowledged write survives power loss.
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        .busy_timeout(BUSY)
        .thread_name(|n| format!("sqlite-{n}"));
    let pool = |connections: u32| {
        PoolOptions::<Sqlite>::new()
            .max_connections(connections)
            .idle_timeout(None)
            .max_lifetime(None)
            .test_before_acquire(false)
            .acquire_timeout(TURN)
    };
    let write = pool(1).connect_lazy_with(options.clone());
    first_contact(&write, path).await?;
    if new {
        // SQLite syncs the folder for its log; the entry of the file itself is ours to sync.
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        File::open(folder)
            .and_then(|folder| folder.sync_all())
            .map_err(|error| refused(path, error.into()))?;
    }
    // Readers are connected by the first call that needs one.
    let read = pool(READERS).connect_lazy_with(options.create_if_missing(false));
    Ok(Pools { write, read })
}

/// Makes the file if need be, switches it to the log, and sees whether it is ours.
async fn first_contact(write: &SqlitePool, path: &Path) -> Result<(), StoreError> {
    let mut attempt = 1;
    let mut conn = loop {
        match write.acquire().await {
            Ok(conn) => break conn,
            Err(error) if matches!(code(&error), Some(5 | 6)) && attempt < OPEN_ATTEMPTS => {
                attempt += 1;
                tokio::time::sleep(OPEN_PAUSE).await;
            }
            Err(error) => return Err(refused(path, error)),
        }
    };
    let refused = |error| refused(path, error);
    let owner: i64 =
        sqlx::query_scalar("PRAGMA application_id").fetch_one(&mut *conn).await.map_err(refused)?;
    let tables: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM sqlite_master")
        .fetch_one(&mut *conn)
        .await
        .map_err(refused)?;
    match (owner, tables) {
        (APPLICATION_ID, _) => Ok(()),
        // Ours, as far as anybody can tell: empty. 1349675373 is the application's id.
        (0, 0) => {
            sqlx::query("PRAGMA application_id = 1349675373").execute(&mut *conn).await.map_err(refused)?;
            Ok(())
        }
        _ => Err(StoreError::Open {
            path: path.display().to_string(),
            reason: "it is the database of another program: choose another path".into(),
            source: None,
        }),
    }
}

fn refused(path: &Path, error: sqlx::Error) -> StoreError {
    StoreError::Open {
        path: path.display().to_string(),
        reason: reason(path, &error),
        source: Some(error.into()),
    }
}

fn reason(path: &Path, error: &sqlx::Error) -> String {
    match code(error) {
        Some(26) => "it is no SQLite database: choose another path, or restore it from a backup".into(),
        Some(11) => "it is damaged: restore it from a backup".into(),
        Some(13) => "the disk is full: free some space".into(),
        Some(8) => "it is read-only: give this user the right to write to the file and its folder".into(),
        Some(14) if path.is_dir() => "it is a folder: name a file".into(),
        Some(14) => "the folder is missing, or this user may not write to it".into(),
        Some(5 | 6) => "another process keeps it locked: stop that process".into(),
        _ => error.to_string(),
    }
}

/// The primary code of what SQLite said: extended codes hold it in their low byte (sqlite.org/rescode.html).
pub(crate) fn code(error: &sqlx::Error) -> Option<u32> {
    error.as_database_error().and_then(|error| error.code()?.parse::<u32>().ok()).map(|code| code & 0xff)
}
