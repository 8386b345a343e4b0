//! What a committed transaction promised to do outside the database.

use domain::Timestamp;

use crate::{Store, StoreError, Tx, db::args};

/// A promise. Keeping it twice must do no harm.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Promise {
    /// Its id within the topic.
    pub id: String,
    /// JSON.
    pub body: String,
}

pub(crate) const STATEMENTS: &[&str] = &[ADD, OPEN, DONE];

const ADD: &str = "INSERT INTO outbox (topic, id, body, created_at) VALUES ($1, $2, $3, $4) ON CONFLICT (topic, id) DO NOTHING";
const OPEN: &str = "SELECT id, body FROM outbox WHERE topic = $1 AND done_at IS NULL ORDER BY created_at, id";
const DONE: &str = "UPDATE outbox SET done_at = $3 WHERE topic = $1 AND id = $2 AND done_at IS NULL";

impl Tx {
    /// Promises something, if this transaction commits.
    pub async fn promise(
        &mut self,
        topic: &str,
        promise: &Promise,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        self.connection.execute(ADD, args![topic, &promise.id, &promise.body, now]).await.map(drop)
    }
}

impl Store {
    /// What is promised and not yet done, oldest first.
    pub async fn promises(&self, topic: &str) -> Result<Vec<Promise>, StoreError> {
        let rows = self.db.rows(OPEN, args![topic]).await?;
        rows.iter().map(|row| Ok(Promise { id: row.text(0)?, body: row.text(1)? })).collect()
    }

    /// Says that a promise was kept.
    pub async fn kept(&self, topic: &str, id: &str, now: Timestamp) -> Result<(), StoreError> {
        let mut tx = self.begin().await?;
        tx.connection.execute(DONE, args![topic, id, now]).await?;
        tx.commit().await
    }
}
