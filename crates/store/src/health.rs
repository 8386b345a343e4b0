//! Is the database well? For `doctor`.

use crate::{Store, StoreError};

/// What was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Health {
    /// The engine and its version.
    pub engine: String,
    /// The newest migration that was run.
    pub schema: i64,
    /// What was found broken; empty when all is well.
    pub broken: Vec<String>,
    /// Bytes that it takes, its log included.
    pub bytes: u64,
}

impl Store {
    /// Checks that every statement of this version fits the tables, and what the engine can tell of its own soundness: SQLite
    /// reads the whole file, structure and references, which takes seconds for a large one.
    pub async fn health(&self) -> Result<Health, StoreError> {
        let (engine, mut broken, bytes) = self.db.health().await?;
        for sql in self.statements() {
            match self.prepare(sql).await {
                Err(StoreError::Engine(error)) => {
                    broken.push(format!("the tables do not fit this version: {error}"))
                }
                other => other?,
            }
        }
        Ok(Health { engine, schema: self.schema().await?, broken, bytes })
    }
}
