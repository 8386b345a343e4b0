//! Which installation a database is of: a number that is drawn once, and goes wherever its rows go. Two that have the same are one
//! installation, or one was restored from the other.

use std::{
    io::{BufRead, ErrorKind},
    path::Path,
};

use crate::{
    CopyError, Location, Options, Store, StoreError,
    db::{Sql, args},
};

pub(crate) const STATEMENTS: &[&str] = &[READ, WRITE];
pub(crate) const DIFFERENT: &[Sql] = &[HAS_TABLES];

// A row among the counters: older versions carry it along, in copies and backups too, and need no other schema for it.
const READ: &str = "SELECT value FROM counters WHERE name = 'installation'";
const WRITE: &str = "INSERT INTO counters (name, value) VALUES ('installation', $1) ON CONFLICT DO NOTHING";
const HAS_TABLES: Sql = Sql::Each {
    sqlite: "SELECT COUNT(*) FROM sqlite_master WHERE type = 'table' AND name = 'migrations'",
    postgres: "SELECT COUNT(*) FROM pg_tables WHERE schemaname = current_schema() AND tablename = 'migrations'",
};

impl Store {
    /// As [`Store::open_at_as_it_is`], where there is a database of ours; `None` where there is none: nothing is made.
    pub async fn open_found_at(location: &Location, options: &Options) -> Result<Option<Self>, StoreError> {
        if let Location::Sqlite(path) = location
            && !is_filled(path)
        {
            return Ok(None);
        }
        let store = Self::open_at_as_it_is(location, options).await?;
        let row = store.db.row(HAS_TABLES, args![]).await?;
        let has_tables = row.map_or(Ok(0), |row| row.int(0))? > 0;
        if !has_tables {
            store.close().await;
        }
        Ok(has_tables.then_some(store))
    }

    /// The installation's number, if it was drawn already.
    pub async fn installation(&self) -> Result<Option<i64>, StoreError> {
        self.db.row(READ, args![]).await?.map(|row| row.int(0)).transpose()
    }

    /// The installation's number: `drawn`, unless it has one.
    pub async fn name_installation(&self, drawn: i64) -> Result<i64, StoreError> {
        let mut tx = self.begin().await?;
        tx.connection.execute(WRITE, args![drawn]).await?;
        let row = tx.connection.row(READ, args![]).await?;
        tx.commit().await?;
        row.map_or(Ok(drawn), |row| row.int(0))
    }
}

/// SQLite makes a file of no bytes into a new database.
fn is_filled(path: &Path) -> bool {
    path.metadata().map_or_else(|error| error.kind() != ErrorKind::NotFound, |about| about.len() > 0)
}

/// The number of the installation whose database was written there by [`Store::dump`]; `None` when it had none yet.
pub fn installation_of_dump(from: &mut (dyn BufRead + Send)) -> Result<Option<i64>, CopyError> {
    crate::copy::counter(from, "installation")
}
