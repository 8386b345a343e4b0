//! A store that is not there, for a process that serves viewers without a database.

use std::sync::Arc;

use sqlx::sqlite::{SqliteConnectOptions, SqlitePoolOptions};

use crate::{Store, db::Db, db::Pools};

impl Store {
    /// Every call fails with [`crate::StoreError::Closed`], at once and without touching a file.
    pub async fn absent() -> Self {
        let pool = || SqlitePoolOptions::new().connect_lazy_with(SqliteConnectOptions::new());
        let store = Self {
            db: Arc::new(Db::Sqlite(Pools { write: pool(), read: pool() })),
            new_jobs: Arc::default(),
        };
        store.close().await;
        store
    }
}
