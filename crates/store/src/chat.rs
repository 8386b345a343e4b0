//! Chat: which requests were seen, which plans wait for a yes, and how far the channel was told what happened.

use std::time::Duration;

use domain::Timestamp;

use crate::{Store, StoreError, Tx, clock::ALIKE, db::args};

pub(crate) const STATEMENTS: &[&str] =
    &[SEE, FORGET, OPEN_PLANS, ADD_PLAN, DECIDE, TELLER, TAKE, TOLD, LET_GO];

const SEE: &str = "INSERT INTO chat_seen (id, at) VALUES ($1, $2) ON CONFLICT (id) DO NOTHING";
const FORGET: &str = "DELETE FROM chat_seen WHERE at < $1";
const OPEN_PLANS: &str =
    "SELECT body FROM chat_plans WHERE state = 'open' AND at >= $1 ORDER BY at DESC, hash LIMIT $2";
const ADD_PLAN: &str = "INSERT INTO chat_plans (hash, body, state, at) VALUES ($1, $2, 'open', $3)";
/// Of two who decide at once, one does.
const DECIDE: &str =
    "UPDATE chat_plans SET state = $2, decided_by = $3, decided_at = $4 WHERE hash = $1 AND state = 'open'";
/// A channel that is new is told what happens from now on.
const TELLER: &str = "INSERT INTO chat_told (channel, seq) SELECT $1, COALESCE(MAX(seq), 0) FROM audit WHERE seq > 0 ON CONFLICT (channel) DO NOTHING";
/// One that ends later than any can was written by a clock that has been set back since (on SQLite the machine's), and is waited for by
/// nobody.
const TAKE: &str = "UPDATE chat_told SET owner = $2, lease_until = $3 \
    WHERE channel = $1 AND (lease_until IS NULL OR lease_until < $4 OR lease_until > $5 OR owner = $2) RETURNING seq";
const TOLD: &str = "UPDATE chat_told SET seq = $3 WHERE channel = $1 AND owner = $2 AND seq < $3";
const LET_GO: &str = "UPDATE chat_told SET lease_until = NULL WHERE channel = $1 AND owner = $2";

/// What becomes of a plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decided {
    /// Somebody said yes.
    Approved,
    /// Somebody said no, or it could not happen any more.
    Cancelled,
}

impl Store {
    /// Writes down that a signed request was seen; false when it was seen before: a replay. What is older than `before` is
    /// forgotten: its signature is too old to be believed.
    pub async fn see_request(&self, id: &str, now: Timestamp, before: Timestamp) -> Result<bool, StoreError> {
        let mut tx = self.begin().await?;
        let new = tx.connection.execute(SEE, args![id, now]).await? == 1;
        tx.connection.execute(FORGET, args![before]).await?;
        tx.commit().await?;
        Ok(new)
    }

    /// Plans that nobody decided on and that were made at `since` or later (JSON), newest first.
    pub async fn open_plans(&self, since: Timestamp, most: u32) -> Result<Vec<String>, StoreError> {
        let rows = self.db.rows(OPEN_PLANS, args![since, i64::from(most)]).await?;
        rows.iter().map(|row| row.text(0)).collect()
    }

    /// Takes, or keeps, the right to tell a channel what happens: up to which line of the audit log it was told. `None`: somebody
    /// else has the right. A new channel begins at the log's end.
    pub async fn lease_channel(
        &self,
        channel: &str,
        owner: &str,
        lease: Duration,
        now: Timestamp,
    ) -> Result<Option<i64>, StoreError> {
        let mut tx = self.begin().await?;
        tx.connection.execute(TELLER, args![channel]).await?;
        let until = now.plus(lease);
        let row = tx.connection.row(TAKE, args![channel, owner, until, now, until.plus(ALIKE)]).await?;
        tx.commit().await?;
        row.map(|row| row.int(0)).transpose()
    }

    /// Writes down that a channel was told up to this line.
    pub async fn told_channel(&self, channel: &str, owner: &str, seq: i64) -> Result<(), StoreError> {
        let mut tx = self.begin().await?;
        tx.connection.execute(TOLD, args![channel, owner, seq]).await?;
        tx.commit().await
    }

    /// Gives the right to tell back.
    pub async fn release_channel(&self, channel: &str, owner: &str) -> Result<(), StoreError> {
        let mut tx = self.begin().await?;
        tx.connection.execute(LET_GO, args![channel, owner]).await?;
        tx.commit().await
    }
}

impl Tx {
    /// Adds a plan that waits for a yes.
    pub async fn add_plan(&mut self, hash: &str, body: &str, now: Timestamp) -> Result<(), StoreError> {
        self.connection.execute(ADD_PLAN, args![hash, body, now]).await.map(drop)
    }

    /// Decides on a plan.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] when somebody else did: nothing of this transaction is written.
    pub async fn decide_plan(
        &mut self,
        hash: &str,
        decided: Decided,
        by: &str,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let state = match decided {
            Decided::Approved => "approved",
            Decided::Cancelled => "cancelled",
        };
        if self.connection.execute(DECIDE, args![hash, state, by, now]).await? == 1 {
            return Ok(());
        }
        self.connection.spoil();
        Err(StoreError::Conflict("the plan"))
    }
}
