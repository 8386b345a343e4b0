//! Jobs: enqueued in the transaction that needs them, taken under a lease, finished under a fencing token.

mod enqueue;
mod finish;
mod lease;
mod list;
mod open;

use std::{str::FromStr, time::Duration};

use domain::Timestamp;

pub(crate) const STATEMENTS: &[&[&str]] =
    &[enqueue::STATEMENTS, lease::STATEMENTS, finish::STATEMENTS, list::STATEMENTS, open::STATEMENTS];

pub use open::{FinishedJob, OpenJob, OpenJobs, Workers};

/// What has a text for each engine.
pub(crate) const DIFFERENT: &[crate::db::Sql] = lease::DIFFERENT;

/// How often a job may be begun and neither finished nor fail, because its worker died each time, before it is given up: it
/// may be what kills them.
pub const MOST_DEATHS: u32 = 20;

/// A thing to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewJob {
    /// Which handler does it: `a-z`, `0-9` and `-`.
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
    /// The job: `kind/dedup`.
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
    /// Counted from 1: one more than it has failed.
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
    /// How often it was begun.
    pub attempts: u32,
    /// Who has, or had, its lease.
    pub owner: Option<String>,
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
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Failure {
    /// Tried again after this long, unless its attempts are used up.
    Retry(Duration),
    /// Tried again after this long, however often: it failed for no reason of its own (a full disk).
    Wait(Duration),
    /// Given up at once.
    GiveUp,
}

fn small(number: i64) -> u32 {
    u32::try_from(number).unwrap_or(0)
}
