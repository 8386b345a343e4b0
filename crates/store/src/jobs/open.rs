//! What is left to do, as the fleet needs to know it: how much of which kind, for which asset, and how long such jobs took.

use std::time::Duration;

use domain::{AssetId, Timestamp};

use super::JobState;
use crate::{
    Store, StoreError, Tx,
    db::{Row, args},
};

/// Unfinished jobs of one kind that make the same track, together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenJobs {
    /// Their kind.
    pub kind: String,
    /// The track that they make; empty for jobs that make none, or are about no asset.
    pub track: String,
    /// How many.
    pub jobs: u32,
    /// How many of them are about something whose running time nobody knows.
    pub unknown: u32,
    /// Of the others, the running time that is left to work through.
    pub left: Duration,
}

/// One unfinished job of an asset.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenJob {
    /// Its id.
    pub id: String,
    /// Its kind.
    pub kind: String,
    /// The track that it makes, or nothing.
    pub track: String,
    /// Waiting or running.
    pub state: JobState,
    /// Lower is taken first.
    pub priority: i64,
    /// The running time that is left to work through; `None`: nobody knows.
    pub left: Option<Duration>,
}

/// A job that is done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FinishedJob {
    /// Its kind.
    pub kind: String,
    /// The track that it made, or nothing.
    pub track: String,
    /// From its last lease to its end.
    pub took: Duration,
    /// The running time of what it worked on, where that is known.
    pub length: Option<Duration>,
}

/// Who is at work.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Workers {
    /// Workers that hold a lease.
    pub busy: u32,
    /// Jobs that they do.
    pub running: u32,
    /// Unfinished jobs that have failed for so long that nothing is planned for them.
    pub failing: u32,
}

pub(super) const STATEMENTS: &[&str] = &[OPEN, OF_ASSET, FINISHED, BUSY, FAILING, PRESSED, PRESS];

/// Jobs are named `{asset}` or `{asset}/{track}`: what stands before the slash. The index `jobs_open` has the same text.
macro_rules! subject {
    () => {
        "COALESCE(NULLIF(RTRIM(RTRIM(dedup, REPLACE(dedup, '/', '')), '/'), ''), dedup)"
    };
}
/// The track of a job of the asset `a`.
macro_rules! track {
    () => {
        "CASE WHEN a.id IS NULL THEN '' ELSE SUBSTR(dedup, LENGTH(a.id) + 2) END"
    };
}
/// A running time that can be: more than a day is none.
macro_rules! length {
    () => {
        "CASE WHEN a.length BETWEEN 1 AND 86400000000 THEN a.length END"
    };
}
/// What of it is left, in microseconds. What a job had done before it failed is done again.
macro_rules! left {
    () => {
        concat!(
            "(",
            length!(),
            ") / 1000000 * (1000000 - CASE j.state WHEN 'running' THEN progress ELSE 0 END)"
        )
    };
}
/// Unfinished, to be begun before `$2`, and not failing since before `$1`.
macro_rules! open {
    () => {
        "j.state IN ('queued', 'running') AND run_after < $2 AND (error = '' OR j.created_at >= $1)"
    };
}

/// Kinds and tracks are few, whatever the queue; more than so many are not told apart by anybody.
const OPEN: &str = concat!(
    "SELECT kind, ",
    track!(),
    " AS track, COUNT(*), COUNT(",
    length!(),
    "), CAST(COALESCE(SUM(",
    left!(),
    "), 0) AS BIGINT) FROM jobs j LEFT JOIN assets a ON a.id = ",
    subject!(),
    " WHERE ",
    open!(),
    " GROUP BY 1, 2 ORDER BY 3 DESC LIMIT 1000"
);
const OF_ASSET: &str = concat!(
    "SELECT j.id, kind, ",
    track!(),
    ", j.state, priority, ",
    left!(),
    " FROM jobs j JOIN assets a ON a.id = $3 WHERE ",
    subject!(),
    " = $3 AND ",
    open!(),
    " ORDER BY priority, j.created_at, j.id LIMIT 100"
);
const FINISHED: &str = concat!(
    "SELECT kind, ",
    track!(),
    ", took, ",
    length!(),
    " FROM jobs j LEFT JOIN assets a ON a.id = ",
    subject!(),
    " WHERE j.state = 'done' AND took > 0 ORDER BY j.updated_at DESC LIMIT $1"
);
const BUSY: &str =
    "SELECT COUNT(DISTINCT owner), COUNT(*) FROM jobs WHERE state = 'running' AND lease_until >= $1";
const FAILING: &str =
    "SELECT COUNT(*) FROM jobs WHERE state IN ('queued', 'running') AND error <> '' AND created_at < $1";
/// Nobody enqueues with less than nothing: these were pressed.
const PRESSED: &str =
    "SELECT id, priority FROM jobs WHERE state = 'queued' AND priority < 0 ORDER BY priority LIMIT $1";
const PRESS: &str = "UPDATE jobs SET priority = $2 WHERE id = $1 AND state = 'queued'";

fn length(row: &Row, at: usize) -> Result<Option<Duration>, StoreError> {
    Ok(row.opt_int(at)?.and_then(|micros| u64::try_from(micros).ok()).map(Duration::from_micros))
}

fn count(number: i64) -> u32 {
    u32::try_from(number).unwrap_or(if number < 0 { 0 } else { u32::MAX })
}

impl Store {
    /// All unfinished jobs that may be begun before `until`, by kind and track; without those that were enqueued before `failing` and
    /// have failed.
    pub async fn open_jobs(&self, failing: Timestamp, until: Timestamp) -> Result<Vec<OpenJobs>, StoreError> {
        let of = |row: &Row| {
            let (jobs, known) = (count(row.int(2)?), count(row.int(3)?));
            Ok(OpenJobs {
                kind: row.text(0)?,
                track: row.text(1)?,
                jobs,
                unknown: jobs.saturating_sub(known),
                left: length(row, 4)?.unwrap_or_default(),
            })
        };
        self.db.rows(OPEN, args![failing, until]).await?.iter().map(of).collect()
    }

    /// Those of one asset, in the order in which they are taken.
    pub async fn open_jobs_of(
        &self,
        asset: &AssetId,
        failing: Timestamp,
        until: Timestamp,
    ) -> Result<Vec<OpenJob>, StoreError> {
        let of = |row: &Row| {
            Ok(OpenJob {
                id: row.text(0)?,
                kind: row.text(1)?,
                track: row.text(2)?,
                state: row.parsed(3, "a job's state")?,
                priority: row.int(4)?,
                left: length(row, 5)?,
            })
        };
        self.db.rows(OF_ASSET, args![failing, until, asset.as_str()]).await?.iter().map(of).collect()
    }

    /// The last jobs that were done, newest first.
    pub async fn finished_jobs(&self, most: u32) -> Result<Vec<FinishedJob>, StoreError> {
        let of = |row: &Row| {
            Ok(FinishedJob {
                kind: row.text(0)?,
                track: row.text(1)?,
                took: length(row, 2)?.unwrap_or_default(),
                length: length(row, 3)?,
            })
        };
        self.db.rows(FINISHED, args![i64::from(most)]).await?.iter().map(of).collect()
    }

    /// Who is at work now, and how many jobs that were enqueued before `failing` have failed and are not given up.
    pub async fn workers(&self, failing: Timestamp, now: Timestamp) -> Result<Workers, StoreError> {
        let mut workers = Workers::default();
        if let Some(row) = self.db.row(BUSY, args![now]).await? {
            (workers.busy, workers.running) = (count(row.int(0)?), count(row.int(1)?));
        }
        if let Some(row) = self.db.row(FAILING, args![failing]).await? {
            workers.failing = count(row.int(0)?);
        }
        Ok(workers)
    }

    /// Waiting jobs that [`Tx::press_job`] put before all others, and where they stand.
    pub async fn pressed_jobs(&self, most: u32) -> Result<Vec<(String, i64)>, StoreError> {
        let of = |row: &Row| Ok((row.text(0)?, row.int(1)?));
        self.db.rows(PRESSED, args![i64::from(most)]).await?.iter().map(of).collect()
    }
}

impl Tx {
    /// Gives a waiting job another place: below zero is before everything that was enqueued.
    pub async fn press_job(&mut self, job: &str, priority: i64) -> Result<(), StoreError> {
        self.connection.execute(PRESS, args![job, priority]).await.map(drop)
    }
}
