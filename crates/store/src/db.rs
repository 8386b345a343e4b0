//! The engines behind one face: statements with arguments in, rows out. The dialects meet here and nowhere else.

use std::time::Duration;

use futures_util::{StreamExt, stream::BoxStream};
use sqlx::{Postgres, Sqlite, Transaction};

use crate::{
    StoreError,
    postgres::{self, Server},
    sqlite::{self, Alarm, Pools},
};

/// The engine that an installation uses.
#[derive(Debug)]
pub(crate) enum Db {
    Sqlite(Pools),
    Postgres(Server),
}

/// A transaction that may write.
#[derive(Debug)]
pub(crate) struct Connection {
    engine: Engine,
    /// A statement failed. SQLite may have ended the transaction by itself then (a full disk): what came after would be written
    /// at once and alone. So nothing comes after, as on every other engine.
    broken: bool,
    limit: Option<Limit>,
}

#[derive(Debug)]
enum Engine {
    Sqlite(Transaction<'static, Sqlite>),
    Postgres(Transaction<'static, Postgres>),
}

/// How long a transaction that changes tables may keep everybody else waiting.
#[derive(Debug)]
enum Limit {
    /// Ends the statement that runs.
    Sqlite(#[expect(dead_code, reason = "it rings until it is dropped")] Alarm),
    /// Milliseconds of the server's clock.
    Postgres(i64),
}

/// A statement: one text for all engines, or one for each where they differ.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Sql {
    Same(&'static str),
    Each { sqlite: &'static str, postgres: &'static str },
}

impl From<&'static str> for Sql {
    fn from(sql: &'static str) -> Self {
        Sql::Same(sql)
    }
}

impl Sql {
    fn sqlite(self) -> &'static str {
        match self {
            Sql::Same(sql) | Sql::Each { sqlite: sql, .. } => sql,
        }
    }

    fn postgres(self) -> &'static str {
        match self {
            Sql::Same(sql) | Sql::Each { postgres: sql, .. } => sql,
        }
    }
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
impl From<Option<i64>> for Arg<'_> {
    fn from(number: Option<i64>) -> Self {
        Arg::Int(number)
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

/// A value of a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Cell {
    Null,
    Int(i64),
    Text(String),
}

/// A row, by the position of its columns.
#[derive(Debug)]
pub(crate) struct Row(pub Vec<Cell>);

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
    /// The statement in this engine's words.
    pub fn text(&self, sql: Sql) -> &'static str {
        match self {
            Db::Sqlite(_) => sql.sqlite(),
            Db::Postgres(_) => sql.postgres(),
        }
    }

    /// Rows of a statement that only reads.
    pub async fn rows(&self, sql: impl Into<Sql>, args: &[Arg<'_>]) -> Result<Vec<Row>, StoreError> {
        let sql = sql.into();
        match self {
            Db::Sqlite(pools) => {
                let rows = bound!(sql.sqlite(), args).fetch_all(&pools.read).await?;
                Ok(rows.iter().map(sqlite::decode).collect::<Result<_, _>>()?)
            }
            Db::Postgres(server) => {
                let rows =
                    bound!(sql.postgres(), args).fetch_all(&server.pool).await.map_err(postgres::failed)?;
                Ok(rows.iter().map(postgres::decode).collect::<Result<_, _>>()?)
            }
        }
    }

    /// The first row of a statement that only reads.
    pub async fn row(&self, sql: impl Into<Sql>, args: &[Arg<'_>]) -> Result<Option<Row>, StoreError> {
        Ok(self.rows(sql, args).await?.into_iter().next())
    }

    pub async fn begin(&self) -> Result<Connection, StoreError> {
        let engine = match self {
            // IMMEDIATE: waits for its turn here, rather than failing in the middle when another process writes.
            Db::Sqlite(pools) => Engine::Sqlite(pools.write.begin_with("BEGIN IMMEDIATE").await?),
            // Said in full: the server's own defaults are somebody else's to change.
            Db::Postgres(server) => {
                let begin = "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE";
                Engine::Postgres(server.pool.begin_with(begin).await.map_err(postgres::failed)?)
            }
        };
        Ok(Connection { engine, broken: false, limit: None })
    }

    /// A transaction that reads all tables as they are at its beginning, whatever is written meanwhile.
    pub async fn begin_snapshot(&self) -> Result<Connection, StoreError> {
        let engine = match self {
            // The first read takes the snapshot (sqlite.org/isolation.html), so one is made here.
            Db::Sqlite(pools) => {
                let mut tx = pools.read.begin_with("BEGIN DEFERRED").await?;
                sqlx::query("SELECT COUNT(*) FROM sqlite_master").fetch_one(&mut *tx).await?;
                Engine::Sqlite(tx)
            }
            Db::Postgres(server) => {
                let begin = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";
                let mut tx = server.pool.begin_with(begin).await.map_err(postgres::failed)?;
                postgres::take_any_time(&mut tx).await?;
                Engine::Postgres(tx)
            }
        };
        Ok(Connection { engine, broken: false, limit: None })
    }

    pub async fn prepare(&self, sql: impl Into<Sql>) -> Result<(), StoreError> {
        use sqlx::{Executor, SqlStr};
        let sql = sql.into();
        match self {
            Db::Sqlite(pools) => drop(pools.read.prepare(SqlStr::from_static(sql.sqlite())).await?),
            Db::Postgres(server) => drop(server.pool.prepare(SqlStr::from_static(sql.postgres())).await?),
        }
        Ok(())
    }

    /// The engine and its version, what is broken, and its size in bytes.
    pub async fn health(&self) -> Result<(String, Vec<String>, u64), StoreError> {
        match self {
            Db::Sqlite(pools) => Ok(sqlite::health(pools).await?),
            Db::Postgres(server) => postgres::health(server).await.map_err(postgres::failed),
        }
    }

    pub async fn close(&self) {
        match self {
            Db::Sqlite(pools) => sqlite::close(pools).await,
            Db::Postgres(server) => server.pool.close().await,
        }
    }
}

impl Connection {
    /// Rows that the statement reads or returns.
    pub async fn rows(&mut self, sql: impl Into<Sql>, args: &[Arg<'_>]) -> Result<Vec<Row>, StoreError> {
        self.unbroken()?;
        let sql = sql.into();
        let rows = match &mut self.engine {
            Engine::Sqlite(tx) => bound!(sql.sqlite(), args)
                .fetch_all(&mut **tx)
                .await
                .and_then(|rows| rows.iter().map(sqlite::decode).collect()),
            Engine::Postgres(tx) => bound!(sql.postgres(), args)
                .fetch_all(&mut **tx)
                .await
                .and_then(|rows| rows.iter().map(postgres::decode).collect()),
        };
        self.told(rows)
    }

    /// The first row that the statement reads or returns.
    pub async fn row(&mut self, sql: impl Into<Sql>, args: &[Arg<'_>]) -> Result<Option<Row>, StoreError> {
        Ok(self.rows(sql, args).await?.into_iter().next())
    }

    /// How many rows the statement changed.
    pub async fn execute(&mut self, sql: impl Into<Sql>, args: &[Arg<'_>]) -> Result<u64, StoreError> {
        self.unbroken()?;
        let sql = sql.into();
        let done = match &mut self.engine {
            Engine::Sqlite(tx) => {
                bound!(sql.sqlite(), args).execute(&mut **tx).await.map(|done| done.rows_affected())
            }
            Engine::Postgres(tx) => {
                bound!(sql.postgres(), args).execute(&mut **tx).await.map(|done| done.rows_affected())
            }
        };
        self.told(done)
    }

    /// How many rows a statement changed that was put together here, out of our own words.
    pub async fn execute_made(&mut self, sql: &str, args: &[Arg<'_>]) -> Result<u64, StoreError> {
        self.unbroken()?;
        let sql = sqlx::AssertSqlSafe(sql.to_owned());
        let done = match &mut self.engine {
            Engine::Sqlite(tx) => bound!(sql, args).execute(&mut **tx).await.map(|done| done.rows_affected()),
            Engine::Postgres(tx) => {
                bound!(sql, args).execute(&mut **tx).await.map(|done| done.rows_affected())
            }
        };
        self.told(done)
    }

    /// The rows of a statement that was put together here, one after the other: a table may be larger than memory.
    pub fn stream<'c>(&'c mut self, sql: &str) -> BoxStream<'c, Result<Row, StoreError>> {
        let sql = sqlx::AssertSqlSafe(sql.to_owned());
        match &mut self.engine {
            Engine::Sqlite(tx) => {
                let rows = sqlx::query(sql).fetch(&mut **tx);
                rows.map(|row| Ok(sqlite::decode(&row?)?)).boxed()
            }
            Engine::Postgres(tx) => {
                let rows = sqlx::query(sql).fetch(&mut **tx);
                rows.map(|row| Ok(postgres::decode(&row?)?)).boxed()
            }
        }
    }

    /// Runs a file of statements.
    pub async fn script(&mut self, sql: &'static str) -> Result<(), StoreError> {
        self.unbroken()?;
        let done = match (&mut self.engine, &self.limit) {
            (Engine::Postgres(tx), Some(Limit::Postgres(until))) => postgres::script(tx, sql, *until).await,
            (Engine::Postgres(tx), _) => sqlx::raw_sql(sql).execute(&mut **tx).await.map(drop),
            (Engine::Sqlite(tx), _) => sqlx::raw_sql(sql).execute(&mut **tx).await.map(drop),
        };
        self.told(done)
    }

    /// From now on, scripts of this transaction are given up when this time is over.
    pub async fn limit(&mut self, within: Duration) -> Result<(), StoreError> {
        self.unbroken()?;
        let limit = match &mut self.engine {
            Engine::Sqlite(tx) => Alarm::set(tx, within).await.map(Limit::Sqlite),
            Engine::Postgres(tx) => postgres::limit(tx, within).await.map(Limit::Postgres),
        };
        self.limit = Some(self.told(limit)?);
        Ok(())
    }

    /// Waits until no other process is changing the tables, and keeps others from it until this transaction ends.
    pub async fn lock_schema(&mut self) -> Result<(), StoreError> {
        match &mut self.engine {
            // Who may write is alone already.
            Engine::Sqlite(_) => Ok(()),
            Engine::Postgres(tx) => {
                let locked = postgres::lock_schema(tx).await;
                self.told(locked)
            }
        }
    }

    /// From now on a statement of this transaction may take any time, and so may whatever is done between two.
    pub async fn take_any_time(&mut self) -> Result<(), StoreError> {
        match &mut self.engine {
            Engine::Sqlite(_) => Ok(()),
            Engine::Postgres(tx) => {
                let set = postgres::take_any_time(tx).await;
                self.told(set)
            }
        }
    }

    /// It is on disk when this returns.
    pub async fn commit(self) -> Result<(), StoreError> {
        self.unbroken()?;
        match self.engine {
            Engine::Sqlite(tx) => Ok(tx.commit().await?),
            Engine::Postgres(tx) => Ok(tx.commit().await?),
        }
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
