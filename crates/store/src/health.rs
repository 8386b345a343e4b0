//! Is the database well? For `doctor`.

use crate::{Store, StoreError, db::args};

/// What was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Health {
    /// The engine and its version.
    pub engine: String,
    /// The newest migration that was run.
    pub schema: i64,
    /// What the engine found broken; empty when all is well.
    pub broken: Vec<String>,
}

// Dialect: how an engine is asked about itself.
const VERSION: &str = "SELECT sqlite_version()";
const CHECK: &str = "PRAGMA quick_check(20)";

impl Store {
    /// Reads the whole file and checks its structure: seconds for a large one.
    pub async fn health(&self) -> Result<Health, StoreError> {
        let version = self.db.row(VERSION, args![]).await?.map(|row| row.text(0)).transpose()?;
        let found = self.db.rows(CHECK, args![]).await?;
        let lines = found.iter().map(|row| row.text(0)).collect::<Result<Vec<_>, _>>()?;
        Ok(Health {
            engine: format!("SQLite {}", version.unwrap_or_default()),
            schema: self.schema().await?,
            broken: lines.into_iter().filter(|line| line != "ok").collect(),
        })
    }
}
