//! Rollouts: one at a time for each service, carried on by who holds the lease, changed by who read the newest version.

use std::{str::FromStr, time::Duration};

use domain::Timestamp;

use crate::{
    Store, StoreError, Tx,
    clock::ALIKE,
    db::{Row, args},
};

/// Where a rollout stands, as far as the database cares.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RolloutState {
    /// Under way.
    Running,
    /// Ended, with the new release.
    Done,
    /// Ended, with the old one.
    Undone,
}

impl RolloutState {
    /// As it is stored.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Done => "done",
            Self::Undone => "undone",
        }
    }
}

impl FromStr for RolloutState {
    type Err = ();
    fn from_str(text: &str) -> Result<Self, ()> {
        [Self::Running, Self::Done, Self::Undone].into_iter().find(|state| state.as_str() == text).ok_or(())
    }
}

/// A rollout that begins.
#[derive(Debug, Clone)]
pub struct NewRollout {
    /// Which instances.
    pub service: String,
    /// One more than that of the service's last rollout.
    pub generation: i64,
    /// JSON, readable by the version before.
    pub body: String,
}

/// A rollout as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RolloutRow {
    /// Which instances.
    pub service: String,
    /// Its number.
    pub generation: i64,
    /// Where it stands.
    pub state: RolloutState,
    /// JSON.
    pub body: String,
    /// Grows with every change.
    pub version: i64,
    /// Who carries it on, or did.
    pub owner: Option<String>,
    /// When it began.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}

/// The right to carry a rollout on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RolloutLease {
    /// The rollout as it was when the lease was taken.
    pub row: RolloutRow,
    /// Grows when the lease changes hands: who acts with a smaller one has been replaced.
    pub fence: i64,
}

pub(crate) const STATEMENTS: &[&str] =
    &[BEGIN, NEWEST, LAST, THAT_COUNT, TAKE, SAVE, SAVE_LEASED, RELEASE, SEEN, PUT_SEEN, SERVICES];

/// Fences grow over all rollouts of a service: who acted in an earlier one is older.
const BEGIN: &str = "INSERT INTO rollouts (service, generation, state, body, version, fence, created_at, updated_at) \
    SELECT $1, $2, 'running', $3, 1, COALESCE((SELECT MAX(fence) FROM rollouts WHERE service = $1), 0), \
    CAST($4 AS BIGINT), CAST($4 AS BIGINT) \
    WHERE NOT EXISTS (SELECT 1 FROM rollouts WHERE service = $1 AND (generation >= $2 OR state = 'running')) \
    ON CONFLICT DO NOTHING";
const NEWEST: &str = "SELECT service, generation, state, body, version, owner, created_at, updated_at FROM rollouts \
    WHERE service = $1 ORDER BY generation DESC LIMIT $2";
const THAT_COUNT: &str = "SELECT service, generation, state, body, version, owner, created_at, updated_at FROM rollouts AS one \
    WHERE state = 'running' OR generation IN (\
    (SELECT MAX(generation) FROM rollouts WHERE service = one.service), \
    (SELECT MAX(generation) FROM rollouts WHERE service = one.service AND state = 'done')) \
    ORDER BY service, generation";
const LAST: &str = "SELECT service, generation, state, body, version, owner, created_at, updated_at FROM rollouts \
    WHERE service = $1 AND state = $2 ORDER BY generation DESC LIMIT 1";
/// The fence grows only when the lease changes hands, so that its holder may ask again. One that ends later than any can was written by
/// a clock that is not the database's (a version before this one went by its machine's), and is waited for by nobody.
const TAKE: &str = "UPDATE rollouts SET owner = $2, lease_until = $3, \
    fence = CASE WHEN owner = $2 AND lease_until >= $4 THEN fence ELSE fence + 1 END \
    WHERE service = $1 AND state = 'running' AND (lease_until IS NULL OR lease_until < $4 OR lease_until > $5 OR owner = $2) \
    RETURNING service, generation, state, body, version, owner, created_at, updated_at, fence";
const SAVE: &str = "UPDATE rollouts SET body = $4, version = version + 1, updated_at = $5 \
    WHERE service = $1 AND generation = $2 AND version = $3 AND state = 'running'";
const SAVE_LEASED: &str = "UPDATE rollouts SET body = $4, version = version + 1, updated_at = $5, state = $6 \
    WHERE service = $1 AND generation = $2 AND version = $3 AND state = 'running' AND fence = $7";
const RELEASE: &str =
    "UPDATE rollouts SET lease_until = NULL WHERE service = $1 AND owner = $2 AND state = 'running'";
const SEEN: &str = "SELECT seen, at FROM fleets WHERE service = $1";
const SERVICES: &str = "SELECT service FROM fleets ORDER BY service";
const PUT_SEEN: &str = "INSERT INTO fleets (service, seen, at) VALUES ($1, $2, $3) \
    ON CONFLICT (service) DO UPDATE SET seen = excluded.seen, at = excluded.at WHERE excluded.at >= fleets.at OR fleets.at > $4";

fn rollout(row: &Row) -> Result<RolloutRow, StoreError> {
    Ok(RolloutRow {
        service: row.text(0)?,
        generation: row.int(1)?,
        state: row.parsed(2, "a rollout's state")?,
        body: row.text(3)?,
        version: row.int(4)?,
        owner: row.opt_text(5)?,
        created_at: Timestamp(row.int(6)?),
        updated_at: Timestamp(row.int(7)?),
    })
}

impl Tx {
    /// Begins a rollout.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] when one is under way, or its number is taken: somebody else was quicker.
    pub async fn begin_rollout(&mut self, new: &NewRollout, now: Timestamp) -> Result<(), StoreError> {
        let args = args![&new.service, new.generation, &new.body, now];
        if self.connection.execute(BEGIN, args).await? == 1 {
            return Ok(());
        }
        self.connection.spoil();
        Err(StoreError::Conflict("the rollout of this service"))
    }

    /// Changes a rollout that was read as `row`, from outside: an order.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] when it has changed since: nothing of this transaction is written.
    pub async fn change_rollout(
        &mut self,
        row: &RolloutRow,
        body: &str,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let args = args![&row.service, row.generation, row.version, body, now];
        let changed = self.connection.execute(SAVE, args).await?;
        self.unchanged_since(changed)
    }

    /// Changes a rollout as the one who carries it on; what is not running any more has ended.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] when it has changed since it was read as `lease`, or the lease changed hands.
    pub async fn carry_rollout(
        &mut self,
        lease: &RolloutLease,
        (state, body): (RolloutState, &str),
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let RolloutLease { row, fence } = lease;
        let args = args![&row.service, row.generation, row.version, body, now, state.as_str(), *fence];
        let changed = self.connection.execute(SAVE_LEASED, args).await?;
        self.unchanged_since(changed)
    }

    fn unchanged_since(&mut self, changed: u64) -> Result<(), StoreError> {
        if changed == 1 {
            return Ok(());
        }
        self.connection.spoil();
        Err(StoreError::Conflict("the rollout"))
    }
}

impl Store {
    /// A service's rollouts, newest first.
    pub async fn rollouts(&self, service: &str, most: u32) -> Result<Vec<RolloutRow>, StoreError> {
        self.db.rows(NEWEST, args![service, i64::from(most)]).await?.iter().map(rollout).collect()
    }

    /// The rollouts by which every service is where it is, oldest first: those under way, the newest, and the newest that was done.
    pub async fn rollouts_that_count(&self) -> Result<Vec<RolloutRow>, StoreError> {
        self.db.rows(THAT_COUNT, args![]).await?.iter().map(rollout).collect()
    }

    /// The newest of a service's rollouts that stand so.
    pub async fn last_rollout(
        &self,
        service: &str,
        state: RolloutState,
    ) -> Result<Option<RolloutRow>, StoreError> {
        self.db.row(LAST, args![service, state.as_str()]).await?.as_ref().map(rollout).transpose()
    }

    /// Takes, or keeps, the lease of a service's rollout for as long as `lease`; `None` when none is under way, or somebody
    /// else has it. `now` is the database's ([`SharedClock`](crate::SharedClock)).
    pub async fn lease_rollout(
        &self,
        service: &str,
        owner: &str,
        lease: Duration,
        now: Timestamp,
    ) -> Result<Option<RolloutLease>, StoreError> {
        let mut tx = self.begin().await?;
        let until = now.plus(lease);
        let row = tx.connection.row(TAKE, args![service, owner, until, now, until.plus(ALIKE)]).await?;
        tx.commit().await?;
        row.map(|row| Ok(RolloutLease { row: rollout(&row)?, fence: row.int(8)? })).transpose()
    }

    /// Gives a lease back, so that nobody waits for it to run out.
    pub async fn release_rollout(&self, service: &str, owner: &str) -> Result<(), StoreError> {
        let mut tx = self.begin().await?;
        tx.connection.execute(RELEASE, args![service, owner]).await?;
        tx.commit().await
    }

    /// What was last seen of a service's instances (JSON), and when.
    pub async fn fleet_seen(&self, service: &str) -> Result<Option<(String, Timestamp)>, StoreError> {
        let row = self.db.row(SEEN, args![service]).await?;
        row.map(|row| Ok((row.text(0)?, Timestamp(row.int(1)?)))).transpose()
    }

    /// The services whose instances were ever seen, by name.
    pub async fn services_seen(&self) -> Result<Vec<String>, StoreError> {
        self.db.rows(SERVICES, args![]).await?.iter().map(|row| row.text(0)).collect()
    }

    /// Keeps what is seen of a service's instances, unless something newer is known: from the future nothing is.
    pub async fn put_fleet_seen(&self, service: &str, seen: &str, now: Timestamp) -> Result<(), StoreError> {
        let mut tx = self.begin().await?;
        tx.connection.execute(PUT_SEEN, args![service, seen, now, now.plus(ALIKE)]).await?;
        tx.commit().await
    }
}
