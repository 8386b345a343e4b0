use domain::Timestamp;

use super::{Counts, Job, JobState, small};
use crate::{
    Store, StoreError,
    db::{Row, args},
};

pub(super) const STATEMENTS: &[&str] = &[COUNTS, IN_STATE, ONE, PRUNE];

const COUNTS: &str = "SELECT state, COUNT(*) FROM jobs GROUP BY state";
const IN_STATE: &str = "SELECT id, kind, dedup, state, progress, note, error, leases, owner, updated_at FROM jobs \
    WHERE state = $1 ORDER BY priority, created_at, id LIMIT $2";
const ONE: &str =
    "SELECT id, kind, dedup, state, progress, note, error, leases, owner, updated_at FROM jobs WHERE id = $1";
const PRUNE: &str = "DELETE FROM jobs WHERE state = 'done' AND updated_at < $1";

fn job(row: &Row) -> Result<Job, StoreError> {
    Ok(Job {
        id: row.text(0)?,
        kind: row.text(1)?,
        dedup: row.text(2)?,
        state: row.parsed(3, "a job's state")?,
        progress: row.int(4)? as f64 / 1e6,
        note: row.text(5)?,
        error: row.text(6)?,
        attempts: small(row.int(7)?),
        owner: row.opt_text(8)?,
        updated_at: Timestamp(row.int(9)?),
    })
}

impl Store {
    /// How many jobs stand where.
    pub async fn job_counts(&self) -> Result<Counts, StoreError> {
        let mut counts = Counts::default();
        for row in self.db.rows(COUNTS, &[]).await? {
            let number = u64::try_from(row.int(1)?).unwrap_or(0);
            match row.parsed(0, "a job's state")? {
                JobState::Queued => counts.queued = number,
                JobState::Running => counts.running = number,
                JobState::Done => counts.done = number,
                JobState::Dead => counts.dead = number,
            }
        }
        Ok(counts)
    }

    /// Jobs in a state, in the order in which they are taken.
    pub async fn jobs(&self, state: JobState, most: u32) -> Result<Vec<Job>, StoreError> {
        self.db.rows(IN_STATE, args![state.as_str(), i64::from(most)]).await?.iter().map(job).collect()
    }

    /// One job.
    pub async fn job(&self, kind: &str, dedup: &str) -> Result<Option<Job>, StoreError> {
        let id = format!("{kind}/{dedup}");
        self.db.row(ONE, args![&id]).await?.as_ref().map(job).transpose()
    }

    /// Forgets jobs that were done before an instant.
    pub async fn prune_jobs(&self, before: Timestamp) -> Result<u64, StoreError> {
        let mut tx = self.begin().await?;
        let gone = tx.connection.execute(PRUNE, args![before]).await?;
        tx.commit().await?;
        Ok(gone)
    }
}
