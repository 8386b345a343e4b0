use domain::Timestamp;

use super::NewJob;
use crate::{StoreError, Tx, db::args};

pub(super) const STATEMENTS: &[&str] = &[ENQUEUE, AGAIN, SOONER, DROP];

/// A new row, or the row of a job that was finished, queued again. `fence` stays: it only grows.
const ENQUEUE: &str = "INSERT INTO jobs (id, kind, dedup, payload, priority, state, run_after, most, fence, created_at, updated_at) \
    VALUES ($1, $2, $3, $4, $5, 'queued', $6, $7, $8, $8, $8) \
    ON CONFLICT (id) DO UPDATE SET payload = excluded.payload, priority = excluded.priority, state = 'queued', again = 0, \
    run_after = excluded.run_after, most = excluded.most, failures = 0, leases = 0, owner = NULL, lease_until = NULL, \
    progress = 0, note = '', error = '', created_at = excluded.created_at, updated_at = excluded.updated_at \
    WHERE jobs.state IN ('done', 'dead')";
const AGAIN: &str = "UPDATE jobs SET again = 1 WHERE id = $1 AND state = 'running'";
const SOONER: &str = "UPDATE jobs SET priority = $2 WHERE id = $1 AND state = 'queued' AND priority > $2";
const DROP: &str = "UPDATE jobs SET state = 'dead', again = 0, fence = fence + 1, error = $2, updated_at = $3 \
    WHERE id = $1 AND state IN ('queued', 'running')";

impl Tx {
    /// Adds a job; false when one of that kind and name is unfinished. That one is taken as early as the new one would have
    /// been.
    pub async fn enqueue(&mut self, new: &NewJob, now: Timestamp) -> Result<bool, StoreError> {
        let id = format!("{}/{}", new.kind, new.dedup);
        let NewJob { kind, dedup, payload, priority, run_after, most_attempts } = new;
        let args = args![&id, *kind, dedup, payload, *priority, *run_after, i64::from(*most_attempts), now];
        let added = self.connection.execute(ENQUEUE, args).await? == 1;
        if !added {
            self.connection.execute(SOONER, args![&id, *priority]).await?;
        }
        self.enqueued |= added;
        Ok(added)
    }

    /// As [`Tx::enqueue`]; and when the job is running, it will run once more: for a job that looks at what others change while
    /// it runs. False only when it is queued, and so will see this transaction's changes anyhow.
    pub async fn enqueue_again(&mut self, new: &NewJob, now: Timestamp) -> Result<bool, StoreError> {
        if self.enqueue(new, now).await? {
            return Ok(true);
        }
        let id = format!("{}/{}", new.kind, new.dedup);
        Ok(self.connection.execute(AGAIN, args![&id]).await? == 1)
    }

    /// Gives up an unfinished job; whoever runs it loses the lease at the next heartbeat. False when there is none.
    pub async fn drop_job(
        &mut self,
        kind: &str,
        dedup: &str,
        why: &str,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let id = format!("{kind}/{dedup}");
        Ok(self.connection.execute(DROP, args![&id, why, now]).await? == 1)
    }
}
