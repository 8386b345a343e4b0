//! The engines behind one face: statements with arguments in, rows out. The dialects meet here and nowhere else.

use std::path::PathBuf;

use sqlx::{Row as _, Sqlite, SqlitePool, Transaction, TypeInfo, ValueRef, sqlite::SqliteRow};

use crate::{StoreError, sqlite};

/// The engine that an installation uses.
#[derive(Debug)]
pub(crate) enum Db {
    Sqlite(Pools),
}

/// SQLite has one writer; readers do not wait for it (WAL).
#[derive(Debug)]
pub(crate) struct Pools {
    pub write: SqlitePool,
    pub read: SqlitePool,
    pub path: PathBuf,
}

/// A transaction that may write.
#[derive(Debug)]
pub(crate) struct Connection {
    engine: Engine,
    /// A statement failed. SQLite may have ended the transaction by itself then (a full disk): what came after would be written
    /// at once and alone. So nothing comes after, as on every other engine.
    broken: bool,
}

#[derive(Debug)]
enum Engine {
    Sqlite(Transaction<'static, Sqlite>),
}

/// An argument of a statement; `None` is the NULL of its type.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Arg<'a> {
    Text(Option<&'a str>),
    Int(Option<i64>),
}

impl<'a> From<&'a str> for Arg<'a> {
    fn from(text: &'a str) -> Self {
        Arg::Text(Some(text))
    }
}
impl<'a> From<&'a String> for Arg<'a> {
    fn from(text: &'a String) -> Self {
        Arg::Text(Some(text))
    }
}
impl<'a> From<Option<&'a str>> for Arg<'a> {
    fn from(text: Option<&'a str>) -> Self {
        Arg::Text(text)
    }
}
impl From<i64> for Arg<'_> {
    fn from(number: i64) -> Self {
        Arg::Int(Some(number))
    }
}
impl From<domain::Timestamp> for Arg<'_> {
    fn from(at: domain::Timestamp) -> Self {
        Arg::Int(Some(at.0))
    }
}

/// Shorthand for a statement's arguments.
macro_rules! args {
    ($($arg:expr),* $(,)?) => { &[$($crate::db::Arg::from($arg)),*] };
}
pub(crate) use args;

#[derive(Debug)]
enum Cell {
    Null,
    Int(i64),
    Text(String),
}

/// A row, by the position of its columns.
#[derive(Debug)]
pub(crate) struct Row(Vec<Cell>);

impl Row {
    pub fn text(&self, at: usize) -> Result<String, StoreError> {
        self.opt_text(at)?.ok_or_else(|| wrong(at, "nothing, where text should be"))
    }

    pub fn opt_text(&self, at: usize) -> Result<Option<String>, StoreError> {
        match self.0.get(at) {
            Some(Cell::Text(text)) => Ok(Some(text.clone())),
            Some(Cell::Null) => Ok(None),
            _ => Err(wrong(at, "no text, where text should be")),
        }
    }

    pub fn int(&self, at: usize) -> Result<i64, StoreError> {
        self.opt_int(at)?.ok_or_else(|| wrong(at, "nothing, where a number should be"))
    }

    pub fn opt_int(&self, at: usize) -> Result<Option<i64>, StoreError> {
        match self.0.get(at) {
            Some(Cell::Int(number)) => Ok(Some(*number)),
            Some(Cell::Null) => Ok(None),
            _ => Err(wrong(at, "no number, where a number should be")),
        }
    }

    /// A column that is parsed: an id, a state.
    pub fn parsed<T: std::str::FromStr>(&self, at: usize, what: &str) -> Result<T, StoreError> {
        let text = self.text(at)?;
        text.parse().map_err(|_| StoreError::Unreadable { what: format!("`{text}` as {what}") })
    }
}

fn wrong(at: usize, what: &str) -> StoreError {
    StoreError::Unreadable { what: format!("{what} (column {at})") }
}

fn decode(row: &SqliteRow) -> Result<Row, sqlx::Error> {
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

/// A statement with its arguments bound.
macro_rules! bound {
    ($sql:expr, $args:expr) => {{
        let mut query = sqlx::query($sql);
        for arg in $args {
            query = match *arg {
                Arg::Text(text) => query.bind(text.map(str::to_owned)),
                Arg::Int(number) => query.bind(number),
            };
        }
        query
    }};
}

impl Db {
    /// Rows of a statement that only reads.
    pub async fn rows(&self, sql: &'static str, args: &[Arg<'_>]) -> Result<Vec<Row>, StoreError> {
        let Db::Sqlite(pools) = self;
        let rows = bound!(sql, args).fetch_all(&pools.read).await?;
        Ok(rows.iter().map(decode).collect::<Result<_, _>>()?)
    }

    /// The first row of a statement that only reads.
    pub async fn row(&self, sql: &'static str, args: &[Arg<'_>]) -> Result<Option<Row>, StoreError> {
        Ok(self.rows(sql, args).await?.into_iter().next())
    }

    pub async fn begin(&self) -> Result<Connection, StoreError> {
        let Db::Sqlite(pools) = self;
        // IMMEDIATE: waits for its turn here, rather than failing in the middle when another process writes.
        let tx = pools.write.begin_with("BEGIN IMMEDIATE").await?;
        Ok(Connection { engine: Engine::Sqlite(tx), broken: false })
    }

    pub async fn prepare(&self, sql: &'static str) -> Result<(), StoreError> {
        use sqlx::{Executor, SqlStr};
        let Db::Sqlite(pools) = self;
        pools.read.prepare(SqlStr::from_static(sql)).await?;
        Ok(())
    }

    /// The engine and its version, what is broken, and its size in bytes.
    pub async fn health(&self) -> Result<(String, Vec<String>, u64), StoreError> {
        let Db::Sqlite(pools) = self;
        let version: String = sqlx::query_scalar("SELECT sqlite_version()").fetch_one(&pools.read).await?;
        Ok((format!("SQLite {version}"), sqlite::damage(&pools.read).await?, sqlite::size(&pools.path)))
    }

    pub async fn close(&self) {
        let Db::Sqlite(pools) = self;
        pools.read.close().await;
        if let Err(error) = sqlite::fold(&pools.write).await
            && !matches!(error, sqlx::Error::PoolClosed)
        {
            // Nothing is lost: the log is read at the next start.
            tracing::warn!(%error, "the database's log could not be folded into its file");
        }
        pools.write.close().await;
    }
}

impl Connection {
    /// Rows that the statement reads or returns.
    pub async fn rows(&mut self, sql: &'static str, args: &[Arg<'_>]) -> Result<Vec<Row>, StoreError> {
        self.unbroken()?;
        let Engine::Sqlite(tx) = &mut self.engine;
        let rows = bound!(sql, args).fetch_all(&mut **tx).await;
        let rows = self.told(rows)?;
        Ok(rows.iter().map(decode).collect::<Result<_, _>>()?)
    }

    /// The first row that the statement reads or returns.
    pub async fn row(&mut self, sql: &'static str, args: &[Arg<'_>]) -> Result<Option<Row>, StoreError> {
        Ok(self.rows(sql, args).await?.into_iter().next())
    }

    /// How many rows the statement changed.
    pub async fn execute(&mut self, sql: &'static str, args: &[Arg<'_>]) -> Result<u64, StoreError> {
        self.unbroken()?;
        let Engine::Sqlite(tx) = &mut self.engine;
        let done = bound!(sql, args).execute(&mut **tx).await;
        Ok(self.told(done)?.rows_affected())
    }

    /// Runs a file of statements.
    pub async fn script(&mut self, sql: &'static str) -> Result<(), StoreError> {
        self.unbroken()?;
        let Engine::Sqlite(tx) = &mut self.engine;
        let done = sqlx::raw_sql(sql).execute(&mut **tx).await;
        self.told(done).map(drop)
    }

    /// It is on disk when this returns.
    pub async fn commit(self) -> Result<(), StoreError> {
        self.unbroken()?;
        let Engine::Sqlite(tx) = self.engine;
        Ok(tx.commit().await?)
    }

    /// Lets nothing follow, and nothing be committed.
    pub fn spoil(&mut self) {
        self.broken = true;
    }

    fn unbroken(&self) -> Result<(), StoreError> {
        if self.broken { Err(StoreError::Broken) } else { Ok(()) }
    }

    fn told<T>(&mut self, outcome: Result<T, sqlx::Error>) -> Result<T, StoreError> {
        self.broken |= outcome.is_err();
        Ok(outcome?)
    }
}
