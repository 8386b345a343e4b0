//! The engines. Everything that differs between them is in this module; everything else is written once.

mod row;
pub(crate) mod sqlite;
mod value;

use sqlx::{Sqlite, SqliteConnection, Transaction, pool::PoolConnection};

pub(crate) use row::Row;
pub(crate) use value::{Value, args};

use crate::StoreError;

/// Which engine holds the rows.
#[derive(Debug)]
pub(crate) enum Db {
    Sqlite(sqlite::SqliteDb),
}

/// A connection for reading.
pub(crate) enum Reader {
    Sqlite(PoolConnection<Sqlite>),
}

/// A transaction on the writing connection; dropped without a commit, it is rolled back.
pub(crate) enum Writer {
    Sqlite(Transaction<'static, Sqlite>),
}

/// A connection to run statements on, inside a transaction or not.
pub(crate) enum Conn<'c> {
    Sqlite(&'c mut SqliteConnection),
}

impl Db {
    pub async fn reader(&self) -> Result<Reader, StoreError> {
        match self {
            Db::Sqlite(db) => db.reader().await.map(Reader::Sqlite),
        }
    }

    pub async fn writer(&self) -> Result<Writer, StoreError> {
        match self {
            Db::Sqlite(db) => db.writer().await.map(Writer::Sqlite),
        }
    }

    pub async fn close(&self) -> Result<(), StoreError> {
        match self {
            Db::Sqlite(db) => db.close().await,
        }
    }
}

impl Reader {
    pub fn conn(&mut self) -> Conn<'_> {
        match self {
            Reader::Sqlite(conn) => Conn::Sqlite(conn),
        }
    }
}

impl Writer {
    pub fn conn(&mut self) -> Conn<'_> {
        match self {
            Writer::Sqlite(tx) => Conn::Sqlite(tx),
        }
    }

    pub async fn commit(self) -> Result<(), StoreError> {
        match self {
            Writer::Sqlite(tx) => tx.commit().await.map_err(sqlite::failed("COMMIT")),
        }
    }

    pub async fn rollback(self) -> Result<(), StoreError> {
        match self {
            Writer::Sqlite(tx) => tx.rollback().await.map_err(sqlite::failed("ROLLBACK")),
        }
    }
}

impl Conn<'_> {
    /// Runs a statement and says how many rows it wrote.
    pub async fn execute(&mut self, sql: &'static str, args: &[Value<'_>]) -> Result<u64, StoreError> {
        match self {
            Conn::Sqlite(conn) => sqlite::execute(conn, sql, args).await,
        }
    }

    /// All rows of a query. Every query has a limit, or reads a table that is small by nature.
    pub async fn all(&mut self, sql: &'static str, args: &[Value<'_>]) -> Result<Vec<Row>, StoreError> {
        match self {
            Conn::Sqlite(conn) => sqlite::all(conn, sql, args).await,
        }
    }

    /// The only row, or none.
    pub async fn optional(&mut self, sql: &'static str, args: &[Value<'_>]) -> Result<Option<Row>, StoreError> {
        Ok(self.all(sql, args).await?.into_iter().next())
    }

    /// Runs a file of statements.
    pub async fn script(&mut self, sql: &'static str) -> Result<(), StoreError> {
        match self {
            Conn::Sqlite(conn) => sqlite::script(conn, sql).await,
        }
    }

    /// Has the engine parse a statement and resolve its names, and runs nothing.
    pub async fn prepare(&mut self, sql: &'static str) -> Result<(), StoreError> {
        match self {
            Conn::Sqlite(conn) => sqlite::prepare(conn, sql).await,
        }
    }
}
