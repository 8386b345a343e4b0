//! The load of each minute of a service, and the plan that was made of it.

use std::time::Duration;

use domain::Timestamp;

use crate::{
    Store, StoreError, Tx,
    clock::ALIKE,
    db::{Row, args},
};

/// A minute of a service.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FleetMinute {
    /// Counted from the epoch.
    pub minute: i64,
    /// Requests that came, and how many of them were turned away; `None`: nobody measured it.
    pub load: Option<(i64, i64)>,
}

/// The newest plan of a service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FleetPlan {
    /// JSON.
    pub plan: String,
    /// When it was made.
    pub made_at: Timestamp,
    /// Who made it.
    pub owner: String,
}

pub(crate) const STATEMENTS: &[&str] = &[MINUTES, ADD, PRUNE, LEASE, RELEASE, PUT, PLAN];

const MINUTES: &str =
    "SELECT minute, offered, shed FROM fleet_minutes WHERE service = $1 AND minute >= $2 ORDER BY minute";
const ADD: &str = "INSERT INTO fleet_minutes (service, minute, offered, shed) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING";
const PRUNE: &str = "DELETE FROM fleet_minutes WHERE service = $1 AND minute < $2";
/// The fence grows only when the lease changes hands. One that ends later than any can was written by a clock that is not the database's
/// (a version before this one went by its machine's), and is waited for by nobody.
const LEASE: &str = "INSERT INTO fleet_plans (service, owner, fence, lease_until) VALUES ($1, $2, 1, $3) \
    ON CONFLICT (service) DO UPDATE SET owner = $2, lease_until = $3, \
    fence = CASE WHEN fleet_plans.owner = $2 AND fleet_plans.lease_until >= $4 THEN fleet_plans.fence \
    ELSE fleet_plans.fence + 1 END WHERE fleet_plans.lease_until < $4 OR fleet_plans.lease_until > $5 \
    OR fleet_plans.owner = $2 RETURNING fence";
const RELEASE: &str = "UPDATE fleet_plans SET lease_until = 0 WHERE service = $1 AND owner = $2";
const PUT: &str =
    "UPDATE fleet_plans SET plan = $4, made_at = $5 WHERE service = $1 AND owner = $2 AND fence = $3";
const PLAN: &str = "SELECT plan, made_at, owner FROM fleet_plans WHERE service = $1 AND plan IS NOT NULL";

fn minute(row: &Row) -> Result<FleetMinute, StoreError> {
    Ok(FleetMinute { minute: row.int(0)?, load: row.opt_int(1)?.zip(row.opt_int(2)?) })
}

impl Store {
    /// The minutes of a service from `since` on, oldest first.
    pub async fn fleet_minutes(&self, service: &str, since: i64) -> Result<Vec<FleetMinute>, StoreError> {
        self.db.rows(MINUTES, args![service, since]).await?.iter().map(minute).collect()
    }

    /// Takes, or keeps, the right to plan for a service; its fence, or `None` when somebody else has it. `now` is the database's
    /// ([`SharedClock`](crate::SharedClock)).
    pub async fn lease_fleet(
        &self,
        service: &str,
        owner: &str,
        lease: Duration,
        now: Timestamp,
    ) -> Result<Option<i64>, StoreError> {
        let mut tx = self.begin().await?;
        let until = now.plus(lease);
        let row = tx.connection.row(LEASE, args![service, owner, until, now, until.plus(ALIKE)]).await?;
        tx.commit().await?;
        row.map(|row| row.int(0)).transpose()
    }

    /// Gives the right back, so that nobody waits for it to run out.
    pub async fn release_fleet(&self, service: &str, owner: &str) -> Result<(), StoreError> {
        let mut tx = self.begin().await?;
        tx.connection.execute(RELEASE, args![service, owner]).await?;
        tx.commit().await
    }

    /// The newest plan of a service.
    pub async fn fleet_plan(&self, service: &str) -> Result<Option<FleetPlan>, StoreError> {
        let row = self.db.row(PLAN, args![service]).await?;
        row.map(|row| {
            Ok(FleetPlan { plan: row.text(0)?, made_at: Timestamp(row.int(1)?), owner: row.text(2)? })
        })
        .transpose()
    }
}

impl Tx {
    /// Adds a minute, once and for all, and forgets those before `oldest`.
    pub async fn add_fleet_minute(
        &mut self,
        service: &str,
        minute: FleetMinute,
        oldest: i64,
    ) -> Result<(), StoreError> {
        let (offered, shed) = minute.load.unzip();
        self.connection.execute(ADD, args![service, minute.minute, offered, shed]).await?;
        self.connection.execute(PRUNE, args![service, oldest]).await.map(drop)
    }

    /// Makes this the plan.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] when the right to plan has passed on: nothing of this transaction is written.
    pub async fn put_fleet_plan(
        &mut self,
        service: &str,
        (owner, fence): (&str, i64),
        plan: &str,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        if self.connection.execute(PUT, args![service, owner, fence, plan, now]).await? == 1 {
            return Ok(());
        }
        self.connection.spoil();
        Err(StoreError::Conflict("the right to plan"))
    }
}
