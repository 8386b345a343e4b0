//! Opening SQLite so that what is acknowledged is on disk, and telling what went wrong.

use std::{
    fs::{File, OpenOptions},
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicU8, Ordering::Relaxed},
    },
    time::Duration,
};

use sqlx::{
    Connection as _, Row as _, Sqlite, SqliteConnection, SqlitePool, Transaction, TypeInfo, ValueRef,
    pool::PoolOptions,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteRow, SqliteSynchronous},
};

use crate::{
    Options, StoreError,
    db::{Cell, Row},
};

/// SQLite has one writer; readers do not wait for it (WAL).
#[derive(Debug)]
pub(crate) struct Pools {
    pub write: SqlitePool,
    pub read: SqlitePool,
    pub path: PathBuf,
}

/// Between two tries to open a file that another process is making or recovering, which SQLite's own timeout does not cover.
const OPEN_PAUSE: Duration = Duration::from_millis(20);
/// "Prim": marks the file as ours, so that no other program's database is changed by mistake.
const APPLICATION_ID: i64 = 0x5072_696d;

/// How many of its machine's instructions SQLite runs between two looks at an alarm: some microseconds.
const LOOK_EVERY: i32 = 10_000;
const SET: u8 = 0;
const RANG: u8 = 1;
const OFF: u8 = 2;

/// Ends what a connection does when its time is over: SQLite has no timeout of its own. Dropped, it never rings, also not into the
/// transaction that the same connection has next.
#[derive(Debug)]
pub(crate) struct Alarm {
    state: Arc<AtomicU8>,
    bell: tokio::task::JoinHandle<()>,
}

impl Alarm {
    pub async fn set(tx: &mut Transaction<'static, Sqlite>, within: Duration) -> Result<Self, sqlx::Error> {
        let state = Arc::new(AtomicU8::new(SET));
        let (seen, rung) = (state.clone(), state.clone());
        tx.lock_handle().await?.set_progress_handler(LOOK_EVERY, move || seen.load(Relaxed) != RANG);
        let bell = tokio::spawn(async move {
            tokio::time::sleep(within).await;
            // Not when it is off by now.
            let _off = rung.compare_exchange(SET, RANG, Relaxed, Relaxed);
        });
        Ok(Self { state, bell })
    }
}

impl Drop for Alarm {
    fn drop(&mut self) {
        self.state.store(OFF, Relaxed);
        self.bell.abort();
    }
}

pub(crate) async fn open(path: &Path, options: &Options) -> Result<Pools, StoreError> {
    let Options { patience, readers, .. } = *options;
    let new = make(path);
    let options = SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        // FULL: the log is synced at every commit, so that an acknowledged write survives power loss.
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        .busy_timeout(patience)
        .thread_name(|n| format!("sqlite-{n}"));
    let pool = |connections: u32| {
        PoolOptions::<Sqlite>::new()
            .max_connections(connections)
            .idle_timeout(None)
            .after_release(|conn, _| Box::pin(left_clean(conn)))
            .max_lifetime(None)
            .test_before_acquire(false)
            // Our own connections: a turn comes after those before it have had theirs.
            .acquire_timeout(patience * 2)
    };
    let write = pool(1).connect_lazy_with(options.clone());
    first_contact(&write, path, patience).await?;
    if new {
        // SQLite syncs the folder for its log; the entry of the file itself is ours to sync.
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        File::open(folder)
            .and_then(|folder| folder.sync_all())
            .map_err(|error| refused(path, error.into()))?;
    }
    // Readers are connected by the first call that needs one.
    let read = pool(readers).connect_lazy_with(options.create_if_missing(false));
    Ok(Pools { write, read, path: path.to_owned() })
}

/// Makes a file that is missing, for its owner alone: there are viewers' data in it, and SQLite gives its log the rights of the file.
/// True when it is new.
fn make(path: &Path) -> bool {
    // Whatever else is wrong with it, SQLite finds too, and has words for.
    OpenOptions::new().write(true).create_new(true).mode(0o600).open(path).is_ok()
}

/// May the connection be used again? When a disk is full or fails, SQLite ends the transaction by itself; sqlx's own ROLLBACK
/// then finds none, and the connection would count as inside a transaction for ever: it is closed, and a new one is made.
async fn left_clean(conn: &mut SqliteConnection) -> Result<bool, sqlx::Error> {
    if conn.is_in_transaction() {
        // The rollback of a dropped transaction is queued: this comes after it.
        conn.ping().await?;
    }
    Ok(!conn.is_in_transaction())
}

/// Makes the file if need be, switches it to the log, and sees whether it is ours.
async fn first_contact(write: &SqlitePool, path: &Path, patience: Duration) -> Result<(), StoreError> {
    let connect = async {
        loop {
            match write.acquire().await {
                Err(error) if matches!(code(&error), Some(5 | 6)) => tokio::time::sleep(OPEN_PAUSE).await,
                other => return other,
            }
        }
    };
    let locked = |_| sqlx::Error::PoolTimedOut;
    let connected = tokio::time::timeout(patience, connect).await.map_err(locked).flatten();
    let mut conn = connected.map_err(|error| refused(path, error))?;
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
    if matches!(error, sqlx::Error::PoolTimedOut) {
        return "another process keeps it locked: stop that process".into();
    }
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

/// A row as it was read.
pub(crate) fn decode(row: &SqliteRow) -> Result<Row, sqlx::Error> {
    let cell = |at: usize| {
        let raw = row.try_get_raw(at)?;
        let kind = raw.type_info().name().to_owned();
        Ok(match kind.as_str() {
            _ if raw.is_null() => Cell::Null,
            "INTEGER" | "BIGINT" | "BOOLEAN" => Cell::Int(row.try_get_unchecked(at)?),
            _ => Cell::Text(row.try_get_unchecked(at)?),
        })
    };
    (0..row.columns().len()).map(cell).collect::<Result<_, sqlx::Error>>().map(Row)
}

/// Name and version, what is broken, bytes.
pub(crate) async fn health(pools: &Pools) -> Result<(String, Vec<String>, u64), sqlx::Error> {
    let version: String = sqlx::query_scalar("SELECT sqlite_version()").fetch_one(&pools.read).await?;
    Ok((format!("SQLite {version}"), damage(&pools.read).await?, size(&pools.path)))
}

pub(crate) async fn close(pools: &Pools) {
    pools.read.close().await;
    if let Err(error) = fold(&pools.write).await
        && !matches!(error, sqlx::Error::PoolClosed)
    {
        // Nothing is lost: the log is read at the next start.
        tracing::warn!(%error, "the database's log could not be folded into its file");
    }
    pools.write.close().await;
}

/// Folds the log into the file, as far as other processes let us.
async fn fold(write: &SqlitePool) -> Result<(), sqlx::Error> {
    let mut conn = write.acquire().await?;
    sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)").fetch_all(&mut *conn).await?;
    Ok(())
}

/// What a look over the whole file finds; empty when it is sound.
async fn damage(read: &SqlitePool) -> Result<Vec<String>, sqlx::Error> {
    let mut found: Vec<String> = sqlx::query_scalar("PRAGMA quick_check(20)").fetch_all(read).await?;
    found.retain(|line| line != "ok");
    let orphans: Vec<(String, Option<i64>, String, i64)> =
        sqlx::query_as("PRAGMA foreign_key_check").fetch_all(read).await?;
    let orphans = orphans.iter().take(20);
    found.extend(
        orphans.map(|(table, _, parent, _)| format!("a row of {table} names one of {parent} that is gone")),
    );
    Ok(found)
}

/// Bytes of the file and its log.
fn size(path: &Path) -> u64 {
    let mut log = path.as_os_str().to_owned();
    log.push("-wal");
    [path, Path::new(&log)].iter().map(|path| path.metadata().map_or(0, |meta| meta.len())).sum()
}

#[cfg(test)]
mod tests {
    use domain::Timestamp;
    use sqlx::Row as _;

    use crate::{NewJob, Store, StoreError, db::Db};

    fn job(n: u32) -> NewJob {
        NewJob {
            kind: "probe",
            dedup: n.to_string(),
            payload: "x".repeat(10),
            priority: 0,
            run_after: Timestamp(0),
            most_attempts: 1,
        }
    }

    async fn fill(store: &Store, rows: std::ops::Range<u32>) -> Result<(), StoreError> {
        for n in rows {
            let mut tx = store.begin().await?;
            tx.enqueue(&NewJob { payload: "x".repeat(10_000), ..job(n) }, Timestamp(0)).await?;
            tx.commit().await?;
        }
        Ok(())
    }

    /// No test can cut the power. This is what SQLite's own promise hangs on.
    #[tokio::test]
    async fn every_commit_is_synced() {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(&dir.path().join("test.db")).await.unwrap();
        let Db::Sqlite(pools) = &*store.db else { panic!("it is SQLite") };
        for (sql, expected) in
            [("PRAGMA synchronous", "2"), ("PRAGMA journal_mode", "wal"), ("PRAGMA foreign_keys", "1")]
        {
            let row = sqlx::query(sql).fetch_one(&pools.write).await.unwrap();
            let value: String = row.try_get_unchecked(0).unwrap();
            assert_eq!(value, expected, "{sql}");
        }
    }

    #[tokio::test]
    async fn a_full_disk_loses_nothing_and_passes() {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(&dir.path().join("test.db")).await.unwrap();
        fill(&store, 0..5).await.unwrap();
        let Db::Sqlite(pools) = &*store.db else { panic!("it is SQLite") };
        // SQLite says the same when its file may not grow as when the disk is full.
        let limit = |sql: &'static str| sqlx::query(sql).fetch_all(&pools.write);
        limit("PRAGMA max_page_count = 100").await.unwrap();
        let error = fill(&store, 5..1000).await.unwrap_err();
        assert!(matches!(error, StoreError::Full(_)) && error.is_transient(), "{error:?}");
        assert!(error.to_string().contains("no space left"));
        // SQLite has ended this transaction by itself: nothing of it may be written, though somebody goes on.
        limit("PRAGMA max_page_count = 100").await.unwrap();
        let mut tx = store.begin().await.unwrap();
        let big = |n: u32| NewJob { payload: "x".repeat(1_000_000), ..job(n) };
        tx.enqueue(&job(2_000), Timestamp(0)).await.unwrap();
        assert!(matches!(tx.enqueue(&big(2_001), Timestamp(0)).await, Err(StoreError::Full(_))));
        assert!(matches!(tx.enqueue(&job(2_002), Timestamp(0)).await, Err(StoreError::Broken)));
        assert!(matches!(tx.commit().await, Err(StoreError::Broken)));
        assert!(store.job("probe", "2000").await.unwrap().is_none());
        let kept = store.job_counts().await.unwrap().queued;
        assert!((5..100).contains(&kept), "{kept}");
        // The limit was the connection's: it has been replaced by now, and there is room again.
        fill(&store, 1000..1010).await.unwrap();
        assert_eq!(store.job_counts().await.unwrap().queued, kept + 10);
        assert!(store.health().await.unwrap().broken.is_empty());
    }
}
