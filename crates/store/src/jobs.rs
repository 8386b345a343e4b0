//! Jobs: enqueued in the transaction that needs them, taken under a lease, finished under a fencing token.

use std::{str::FromStr, time::Duration};

use domain::Timestamp;

use crate::{
    Store, StoreError, Tx,
    db::{Row, args},
};

/// A thing to do.
#[derive(Debug, Clone)]
pub struct NewJob {
    /// Which handler does it.
    pub kind: &'static str,
    /// Names the thing to do: while a job of this kind and name is unfinished, no other is added.
    pub dedup: String,
    /// JSON, readable by the version before.
    pub payload: String,
    /// Lower goes first.
    pub priority: i64,
    /// Not before this instant.
    pub run_after: Timestamp,
    /// Attempts before it is given up.
    pub most_attempts: u32,
}

/// Where a job stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum JobState {
    /// Waiting for a worker, or for its time.
    Queued,
    /// Under a lease.
    Running,
    /// Done.
    Done,
    /// Given up: the error says why.
    Dead,
}

impl JobState {
    /// As it is stored.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Running => "running",
            Self::Done => "done",
            Self::Dead => "dead",
        }
    }
}

impl FromStr for JobState {
    type Err = ();
    fn from_str(text: &str) -> Result<Self, ()> {
        [Self::Queued, Self::Running, Self::Done, Self::Dead]
            .into_iter()
            .find(|s| s.as_str() == text)
            .ok_or(())
    }
}

/// The right to finish a job: lost when another worker took it over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    /// The job.
    pub job: String,
    /// The fencing token: grows with every lease of the job.
    pub fence: i64,
}

/// A job that was taken.
#[derive(Debug, Clone)]
pub struct Lease {
    /// The right to finish it.
    pub claim: Claim,
    /// Which handler does it.
    pub kind: String,
    /// JSON.
    pub payload: String,
    /// Counted from 1.
    pub attempt: u32,
    /// Attempts before it is given up.
    pub most_attempts: u32,
}

/// A job as people see it.
#[derive(Debug, Clone)]
pub struct Job {
    /// Its id.
    pub id: String,
    /// Which handler does it.
    pub kind: String,
    /// Names the thing to do.
    pub dedup: String,
    /// Where it stands.
    pub state: JobState,
    /// From 0 to 1.
    pub progress: f64,
    /// What its handler says it is doing.
    pub note: String,
    /// Why it failed last.
    pub error: String,
    /// How often it was tried.
    pub attempts: u32,
    /// When anything last changed.
    pub updated_at: Timestamp,
}

/// How many jobs stand where.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// Waiting.
    pub queued: u64,
    /// Under a lease.
    pub running: u64,
    /// Done.
    pub done: u64,
    /// Given up.
    pub dead: u64,
}

/// What becomes of a job that failed.
#[derive(Debug, Clone, Copy)]
pub enum Failure {
    /// Tried again after this long, unless its attempts are used up.
    Retry(Duration),
    /// Tried again after this long, however often: it failed for no reason of its own (a full disk).
    Wait(Duration),
    /// Given up at once.
    GiveUp,
}

pub(crate) const STATEMENTS: &[&str] =
    &[ENQUEUE, TAKE, HEARTBEAT, COMPLETE, RETRY, WAIT, GIVE_UP, RELEASE, COUNTS, IN_STATE, PRUNE];

const ENQUEUE: &str = "INSERT INTO jobs (id, kind, dedup, payload, priority, state, run_after, most, created_at, updated_at) \
    VALUES ($1, $2, $3, $4, $5, 'queued', $6, $7, $8, $8) \
    ON CONFLICT (kind, dedup) WHERE state IN ('queued', 'running') DO NOTHING";
/// The best job that is due, or whose lease has run out. The outer condition is asked again, so that of two takers one finds none.
const TAKE: &str = "UPDATE jobs SET state = 'running', owner = $1, lease_until = $2, fence = fence + 1, attempts = attempts + 1, \
    progress = 0, updated_at = $3 \
    WHERE id = (SELECT id FROM jobs WHERE ((state = 'queued' AND run_after <= $3) OR (state = 'running' AND lease_until < $3)) \
        AND $4 LIKE '%|' || kind || '|%' ORDER BY priority, created_at, id LIMIT 1) \
    AND ((state = 'queued' AND run_after <= $3) OR (state = 'running' AND lease_until < $3)) \
    RETURNING id, fence, kind, payload, attempts, most";
const HEARTBEAT: &str = "UPDATE jobs SET lease_until = $3, progress = $4, note = $5, updated_at = $6 \
    WHERE id = $1 AND fence = $2 AND state = 'running'";
const COMPLETE: &str = "UPDATE jobs SET state = 'done', progress = 1000000, error = '', updated_at = $3 \
    WHERE id = $1 AND fence = $2 AND state = 'running'";
const RETRY: &str = "UPDATE jobs SET state = CASE WHEN attempts >= most THEN 'dead' ELSE 'queued' END, run_after = $3, error = $4, \
    updated_at = $5 WHERE id = $1 AND fence = $2 AND state = 'running'";
const WAIT: &str = "UPDATE jobs SET state = 'queued', attempts = attempts - 1, run_after = $3, error = $4, updated_at = $5 \
    WHERE id = $1 AND fence = $2 AND state = 'running'";
const GIVE_UP: &str = "UPDATE jobs SET state = 'dead', run_after = $3, error = $4, updated_at = $5 \
    WHERE id = $1 AND fence = $2 AND state = 'running'";
const RELEASE: &str = "UPDATE jobs SET state = 'queued', attempts = attempts - 1, updated_at = $3 \
    WHERE id = $1 AND fence = $2 AND state = 'running'";
const COUNTS: &str = "SELECT state, COUNT(*) FROM jobs GROUP BY state";
const IN_STATE: &str = "SELECT id, kind, dedup, state, progress, note, error, attempts, updated_at FROM jobs \
    WHERE state = $1 ORDER BY priority, created_at, id LIMIT $2";
const PRUNE: &str = "DELETE FROM jobs WHERE state = 'done' AND updated_at < $1";

fn whole(duration: Duration) -> Duration {
    duration.min(Duration::from_secs(366 * 86_400))
}

fn small(number: i64) -> u32 {
    u32::try_from(number).unwrap_or(0)
}

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
        updated_at: Timestamp(row.int(8)?),
    })
}

impl Tx {
    /// Adds a job; false when one of that kind and name is unfinished.
    pub async fn enqueue(&mut self, new: &NewJob, now: Timestamp) -> Result<bool, StoreError> {
        let id = format!("{}/{}/{}", new.kind, new.dedup, now.0);
        let NewJob { kind, dedup, payload, priority, run_after, most_attempts } = new;
        let args = args![&id, *kind, dedup, payload, *priority, *run_after, i64::from(*most_attempts), now];
        let added = self.connection.execute(ENQUEUE, args).await? == 1;
        self.enqueued |= added;
        Ok(added)
    }

    /// Marks a job done, in the transaction that holds what it did.
    ///
    /// # Errors
    /// [`StoreError::LeaseLost`] when another worker took it over: then nothing of this transaction may be committed.
    pub async fn complete(&mut self, claim: &Claim, now: Timestamp) -> Result<(), StoreError> {
        let changed = self.connection.execute(COMPLETE, args![&claim.job, claim.fence, now]).await?;
        held(changed, claim)
    }
}

fn held(changed: u64, claim: &Claim) -> Result<(), StoreError> {
    if changed == 1 { Ok(()) } else { Err(StoreError::LeaseLost(claim.job.clone())) }
}

impl Store {
    /// Takes the best job of these kinds that is due, for as long as `lease`; `None` when there is none.
    pub async fn take_job(
        &self,
        owner: &str,
        kinds: &[&str],
        lease: Duration,
        now: Timestamp,
    ) -> Result<Option<Lease>, StoreError> {
        let kinds = format!("|{}|", kinds.join("|"));
        let mut tx = self.begin().await?;
        let row = tx.connection.row(TAKE, args![owner, now.plus(lease), now, &kinds]).await?;
        tx.commit().await?;
        row.map(|row| {
            Ok(Lease {
                claim: Claim { job: row.text(0)?, fence: row.int(1)? },
                kind: row.text(2)?,
                payload: row.text(3)?,
                attempt: small(row.int(4)?),
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
        self.guarded(HEARTBEAT, claim, args![&claim.job, claim.fence, now.plus(lease), millionths, note, now])
            .await
    }

    /// Marks a job done.
    pub async fn complete(&self, claim: &Claim, now: Timestamp) -> Result<(), StoreError> {
        self.guarded(COMPLETE, claim, args![&claim.job, claim.fence, now]).await
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
        let after = now.plus(whole(after));
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
        tx.commit().await?;
        held(changed, claim)
    }

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

    /// Forgets jobs that were done before an instant.
    pub async fn prune_jobs(&self, before: Timestamp) -> Result<u64, StoreError> {
        let mut tx = self.begin().await?;
        let gone = tx.connection.execute(PRUNE, args![before]).await?;
        tx.commit().await?;
        Ok(gone)
    }
}
