//! SQLite: bundled, write-ahead log, synced at every commit, one writing connection.

use std::{
    fs::File,
    path::{Path, PathBuf},
    time::Duration,
};

use sqlx::{
    AssertSqlSafe, Executor, Sqlite, SqliteConnection, SqlitePool, Transaction,
    pool::{PoolConnection, PoolOptions},
    query::Query,
    sqlite::{SqliteArguments, SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous},
};

use super::{Row, Value};
use crate::{Options, StoreError, error::EngineError};

/// "Prim": marks the file as ours, so that no other program's database is migrated by mistake.
const APPLICATION_ID: i64 = 0x5072_696d;

/// How often opening is tried while another process is making or recovering the same file, which no busy timeout covers.
const OPEN_ATTEMPTS: u32 = 50;
const OPEN_PAUSE: Duration = Duration::from_millis(40);

#[derive(Debug)]
pub(crate) struct SqliteDb {
    path: PathBuf,
    writer: SqlitePool,
    readers: SqlitePool,
}

impl SqliteDb {
    pub async fn open(path: &Path, options: &Options) -> Result<Self, StoreError> {
        let new = !path.exists();
        let connect = SqliteConnectOptions::new()
            .filename(path)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .busy_timeout(options.patience)
            .thread_name(|n| format!("sqlite-{n}"));
        let pool = |connections: u32| {
            PoolOptions::<Sqlite>::new()
                .max_connections(connections)
                .acquire_timeout(options.patience)
                .test_before_acquire(false)
                .max_lifetime(None)
                .idle_timeout(None)
        };
        let writer = pool(1).connect_lazy_with(connect.clone());
        let readers = pool(options.readers).connect_lazy_with(connect.read_only(true).create_if_missing(false));
        let db = Self { path: path.to_owned(), writer, readers };
        db.first_contact().await?;
        if new {
            // The log's own folder entry is synced by SQLite; the file's is ours to sync.
            let folder = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
            let synced = File::open(folder).and_then(|folder| folder.sync_all());
            synced.map_err(|error| db.cannot_open(failed("syncing the folder")(error.into())))?;
        }
        Ok(db)
    }

    /// Makes the file if need be, switches it to the log, and sees whether it is ours.
    async fn first_contact(&self) -> Result<(), StoreError> {
        let mut attempt = 1;
        let mut conn = loop {
            match self.writer.acquire().await.map_err(failed("opening")) {
                Ok(conn) => break conn,
                Err(error) if error.is_transient() && attempt < OPEN_ATTEMPTS => {
                    attempt += 1;
                    tokio::time::sleep(OPEN_PAUSE).await;
                }
                Err(error) => return Err(self.cannot_open(error)),
            }
        };
        let owner: i64 = pragma(&mut conn, "PRAGMA application_id").await.map_err(|e| self.cannot_open(e))?;
        let tables: i64 = pragma(&mut conn, "SELECT COUNT(*) FROM sqlite_master").await?;
        match (owner, tables) {
            (APPLICATION_ID, _) => Ok(()),
            (0, 0) => script(&mut conn, "PRAGMA application_id = 1349675373").await,
            _ => Err(StoreError::OtherProgram(self.path.clone())),
        }
    }

    fn cannot_open(&self, error: StoreError) -> StoreError {
        let path = self.path.clone();
        match error {
            StoreError::Damaged(_) => StoreError::NotADatabase(path),
            StoreError::Engine(source) | StoreError::ReadOnly(source) => {
                let folder = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
                let hint = if path.is_dir() {
                    "it is a folder: name a file in it".to_owned()
                } else if !folder.is_dir() {
                    format!("there is no folder {}: make it first", folder.display())
                } else {
                    format!("make {} and the file writable for this user", folder.display())
                };
                StoreError::CannotOpen { path, hint, source: Some(source) }
            }
            other => other,
        }
    }

    pub async fn reader(&self) -> Result<PoolConnection<Sqlite>, StoreError> {
        self.readers.acquire().await.map_err(failed("a reading connection"))
    }

    pub async fn writer(&self) -> Result<Transaction<'static, Sqlite>, StoreError> {
        // Immediate: the lock is taken now, so that no read in this transaction is made stale by another's write.
        self.writer.begin_with("BEGIN IMMEDIATE").await.map_err(failed("BEGIN IMMEDIATE"))
    }

    pub async fn close(&self) -> Result<(), StoreError> {
        self.readers.close().await;
        let folded = match self.writer.acquire().await {
            Ok(mut conn) => script(&mut conn, "PRAGMA wal_checkpoint(TRUNCATE)").await,
            Err(error) => Err(failed("closing")(error)),
        };
        self.writer.close().await;
        folded
    }

    /// What a look over the whole file finds; empty when it is sound.
    pub async fn damage(&self) -> Result<Vec<String>, StoreError> {
        let mut conn = self.reader().await?;
        let mut found = Vec::new();
        for row in all(&mut conn, "PRAGMA quick_check(20)", &[]).await? {
            let line = row.text("quick_check")?;
            if line != "ok" {
                found.push(line);
            }
        }
        for row in all(&mut conn, "PRAGMA foreign_key_check", &[]).await?.iter().take(20) {
            found.push(format!("table {} names a row of {} that is missing", row.text("table")?, row.text("parent")?));
        }
        Ok(found)
    }

    /// Bytes of the file and of its log.
    pub fn sizes(&self) -> (u64, u64) {
        let bytes = |path: &Path| path.metadata().map_or(0, |meta| meta.len());
        let mut log = self.path.as_os_str().to_owned();
        log.push("-wal");
        (bytes(&self.path), bytes(Path::new(&log)))
    }
}

/// For `map_err`: names the statement, and tells the errors apart that somebody can do something about.
pub(crate) fn failed(statement: &'static str) -> impl FnOnce(sqlx::Error) -> StoreError {
    move |error| {
        let code: Option<i32> =
            error.as_database_error().and_then(|e| e.code()).and_then(|code| code.parse().ok());
        let waited = matches!(error, sqlx::Error::PoolTimedOut);
        let source = EngineError { statement, said: error.into() };
        // Extended codes hold the primary one in their low byte (sqlite.org/rescode.html).
        match code.map(|code| code & 0xff) {
            _ if waited => StoreError::Busy(source),
            Some(5 | 6) => StoreError::Busy(source),
            Some(8) => StoreError::ReadOnly(source),
            Some(11 | 26) => StoreError::Damaged(source),
            Some(13) => StoreError::Full(source),
            _ => StoreError::Engine(source),
        }
    }
}

fn bound<'q>(sql: &'static str, args: &[Value<'_>]) -> Query<'q, Sqlite, SqliteArguments> {
    args.iter().fold(sqlx::query(sql), |query, value| match *value {
        Value::Text(text) => query.bind(text.map(str::to_owned)),
        Value::Int(number) => query.bind(number),
        Value::Real(number) => query.bind(number),
    })
}

pub(crate) async fn execute(
    conn: &mut SqliteConnection,
    sql: &'static str,
    args: &[Value<'_>],
) -> Result<u64, StoreError> {
    let done = bound(sql, args).execute(conn).await.map_err(failed(sql))?;
    Ok(done.rows_affected())
}

pub(crate) async fn all(
    conn: &mut SqliteConnection,
    sql: &'static str,
    args: &[Value<'_>],
) -> Result<Vec<Row>, StoreError> {
    let rows = bound(sql, args).fetch_all(conn).await.map_err(failed(sql))?;
    Ok(rows.into_iter().map(Row::Sqlite).collect())
}

pub(crate) async fn script(conn: &mut SqliteConnection, sql: &'static str) -> Result<(), StoreError> {
    sqlx::raw_sql(AssertSqlSafe(sql)).execute(conn).await.map_err(failed(sql))?;
    Ok(())
}

pub(crate) async fn prepare(conn: &mut SqliteConnection, sql: &'static str) -> Result<(), StoreError> {
    conn.prepare(AssertSqlSafe(sql).into_sql()).await.map_err(failed(sql))?;
    Ok(())
}

async fn pragma(conn: &mut SqliteConnection, sql: &'static str) -> Result<i64, StoreError> {
    sqlx::query_scalar(sql).fetch_one(conn).await.map_err(failed(sql))
}
