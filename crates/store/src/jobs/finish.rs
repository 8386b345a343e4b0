use std::time::Duration;

use domain::Timestamp;

use super::{Claim, Failure};
use crate::{Store, StoreError, Tx, db::args};

pub(super) const STATEMENTS: &[&str] = &[HOLD, COMPLETE, RETRY, WAIT, GIVE_UP, RELEASE];

/// The longest that a failed job is put off.
const LONGEST: Duration = Duration::from_secs(366 * 86_400);

// Every statement asks for the fence: who lost the lease changes nothing.
const HOLD: &str = "UPDATE jobs SET updated_at = $3 WHERE id = $1 AND fence = $2 AND state = 'running'";
const COMPLETE: &str = "UPDATE jobs SET state = CASE WHEN again = 1 THEN 'queued' ELSE 'done' END, again = 0, \
    took = $3 - began_at, progress = 1000000, failures = 0, leases = 0, lease_until = NULL, run_after = $3, error = '', updated_at = $3 \
    WHERE id = $1 AND fence = $2 AND state = 'running' RETURNING state";
const RETRY: &str = "UPDATE jobs SET state = CASE WHEN failures + 1 >= most THEN 'dead' ELSE 'queued' END, \
    failures = failures + 1, lease_until = NULL, run_after = $3, error = $4, updated_at = $5 \
    WHERE id = $1 AND fence = $2 AND state = 'running'";
const WAIT: &str = "UPDATE jobs SET state = 'queued', leases = leases - 1, lease_until = NULL, run_after = $3, error = $4, \
    updated_at = $5 WHERE id = $1 AND fence = $2 AND state = 'running'";
const GIVE_UP: &str = "UPDATE jobs SET state = 'dead', failures = failures + 1, lease_until = NULL, run_after = $3, error = $4, \
    updated_at = $5 WHERE id = $1 AND fence = $2 AND state = 'running'";
const RELEASE: &str = "UPDATE jobs SET state = 'queued', leases = leases - 1, lease_until = NULL, progress = 0, updated_at = $3 \
    WHERE id = $1 AND fence = $2 AND state = 'running'";

impl Tx {
    /// Makes sure, before this transaction writes anything that belongs to a job, that the job is still ours. Nobody can take
    /// it over before the transaction ends.
    ///
    /// # Errors
    /// [`StoreError::LeaseLost`]: nothing of this transaction will be written, whatever the caller does.
    pub async fn hold(&mut self, claim: &Claim, now: Timestamp) -> Result<(), StoreError> {
        let changed = self.connection.execute(HOLD, args![&claim.job, claim.fence, now]).await?;
        self.held(changed == 1, claim)
    }

    fn held(&mut self, is_ours: bool, claim: &Claim) -> Result<(), StoreError> {
        if !is_ours {
            self.connection.spoil();
        }
        held(is_ours.into(), claim)
    }

    /// Marks a job done, in the transaction that holds what it did. One that was enqueued again while it ran is queued.
    ///
    /// # Errors
    /// [`StoreError::LeaseLost`] when another worker took it over: nothing of this transaction will be written.
    pub async fn complete(&mut self, claim: &Claim, now: Timestamp) -> Result<(), StoreError> {
        let row = self.connection.row(COMPLETE, args![&claim.job, claim.fence, now]).await?;
        let state = row.map(|row| row.text(0)).transpose()?;
        self.enqueued |= state.as_deref() == Some("queued");
        self.held(state.is_some(), claim)
    }
}

impl Store {
    /// Marks a job done.
    pub async fn complete(&self, claim: &Claim, now: Timestamp) -> Result<(), StoreError> {
        let mut tx = self.begin().await?;
        tx.complete(claim, now).await?;
        tx.commit().await
    }

    /// Says that a job failed, why, and what becomes of it.
    pub async fn fail_job(
        &self,
        claim: &Claim,
        why: &str,
        then: Failure,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let (sql, after) = match then {
            Failure::Retry(after) => (RETRY, after),
            Failure::Wait(after) => (WAIT, after),
            Failure::GiveUp => (GIVE_UP, Duration::ZERO),
        };
        let after = now.plus(after.min(LONGEST));
        self.guarded(sql, claim, args![&claim.job, claim.fence, after, why, now]).await
    }

    /// Gives a job back unfinished, as if it had not been taken: the worker stops.
    pub async fn release_job(&self, claim: &Claim, now: Timestamp) -> Result<(), StoreError> {
        self.guarded(RELEASE, claim, args![&claim.job, claim.fence, now]).await
    }

    async fn guarded(
        &self,
        sql: &'static str,
        claim: &Claim,
        args: &[crate::db::Arg<'_>],
    ) -> Result<(), StoreError> {
        let mut tx = self.begin().await?;
        let changed = tx.connection.execute(sql, args).await?;
        // What is queued again may be due at once: another worker may be waiting for it.
        tx.enqueued |= changed == 1;
        tx.commit().await?;
        held(changed, claim)
    }
}

pub(super) fn held(changed: u64, claim: &Claim) -> Result<(), StoreError> {
    if changed == 1 { Ok(()) } else { Err(StoreError::LeaseLost(claim.job.clone())) }
}
