use std::time::Duration;

use domain::Timestamp;

use super::{Claim, Lease, MOST_DEATHS, finish::held, small};
use crate::{
    Store, StoreError,
    db::{Sql, args},
};

pub(super) const STATEMENTS: &[&str] = &[BURY, HEARTBEAT, ABANDON];
pub(super) const DIFFERENT: &[Sql] = &[TAKE];

/// What killed every worker that began it is not begun again.
const BURY: &str = "UPDATE jobs SET state = 'dead', fence = fence + 1, updated_at = $1, \
    error = 'every worker that began it died: it may be what killed them' \
    WHERE state = 'running' AND lease_until < $1 AND leases - failures >= $2";
/// The best job that is due, or whose lease has run out. The outer condition is asked again, so that of two takers one finds none.
macro_rules! take {
    ($lock:literal) => {
        concat!(
            "UPDATE jobs SET state = 'running', owner = $1, lease_until = $2, fence = fence + 1, leases = leases + 1, \
             progress = 0, note = '', began_at = $3, updated_at = $3 \
             WHERE id = (SELECT id FROM jobs WHERE ((state = 'queued' AND run_after <= $3) OR (state = 'running' AND lease_until < $3)) \
                 AND $4 LIKE '%|' || kind || '|%' ORDER BY priority, created_at, id LIMIT 1",
            $lock,
            ") AND ((state = 'queued' AND run_after <= $3) OR (state = 'running' AND lease_until < $3)) \
             RETURNING id, fence, kind, payload, failures, most"
        )
    };
}
/// Where many write at once, a taker passes over what another is taking, or it would find none though there are more.
const TAKE: Sql = Sql::Each { sqlite: take!(""), postgres: take!(" FOR UPDATE SKIP LOCKED") };
const HEARTBEAT: &str = "UPDATE jobs SET lease_until = $3, progress = $4, note = $5, updated_at = $6 \
    WHERE id = $1 AND fence = $2 AND state = 'running'";
const ABANDON: &str =
    "UPDATE jobs SET lease_until = 0, updated_at = $2 WHERE owner = $1 AND state = 'running'";

impl Store {
    /// Takes the best job of these kinds that is due, for as long as `lease`; `None` when there is none. A job whose lease has
    /// run out is taken over.
    pub async fn take_job(
        &self,
        owner: &str,
        kinds: &[&str],
        lease: Duration,
        now: Timestamp,
    ) -> Result<Option<Lease>, StoreError> {
        let kinds = format!("|{}|", kinds.join("|"));
        let mut tx = self.begin().await?;
        tx.connection.execute(BURY, args![now, i64::from(MOST_DEATHS)]).await?;
        let row = tx.connection.row(TAKE, args![owner, now.plus(lease), now, &kinds]).await?;
        tx.commit().await?;
        row.map(|row| {
            Ok(Lease {
                claim: Claim { job: row.text(0)?, fence: row.int(1)? },
                kind: row.text(2)?,
                payload: row.text(3)?,
                attempt: small(row.int(4)?) + 1,
                most_attempts: small(row.int(5)?),
            })
        })
        .transpose()
    }

    /// Keeps a lease, and says how far the job is: from 0 to 1, and in words.
    pub async fn heartbeat(
        &self,
        claim: &Claim,
        lease: Duration,
        (progress, note): (f64, &str),
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let millionths = (progress.clamp(0.0, 1.0) * 1e6) as i64;
        let args = args![&claim.job, claim.fence, now.plus(lease), millionths, note, now];
        let mut tx = self.begin().await?;
        let changed = tx.connection.execute(HEARTBEAT, args).await?;
        tx.commit().await?;
        held(changed, claim)
    }

    /// Ends all leases of an owner that is known to be dead, so that nobody waits for them to run out: for a process that alone
    /// may have this name, when it starts again.
    pub async fn abandon_leases(&self, owner: &str, now: Timestamp) -> Result<u64, StoreError> {
        let mut tx = self.begin().await?;
        let abandoned = tx.connection.execute(ABANDON, args![owner, now]).await?;
        tx.enqueued |= abandoned > 0;
        tx.commit().await?;
        Ok(abandoned)
    }
}
