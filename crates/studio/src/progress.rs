//! How far ingest is, for the terminal and the API.

use std::collections::{BTreeMap, BTreeSet};

use domain::{Timestamp, TitleId};
use store::{AssetState, Job, JobState, Store, StoreError};

/// Jobs that are listed of each kind of state: more than anybody reads.
const MOST: u32 = 200;

/// How far everything is.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ProgressReport {
    /// Jobs that wait.
    pub queued: u64,
    /// Jobs that are over: done, or given up.
    pub done: u64,
    /// Jobs under way.
    pub running: Vec<RunningJob>,
    /// Jobs that failed and are tried again: a full disk, say.
    pub waiting: Vec<FailedJob>,
    /// Jobs that were given up.
    pub given_up: Vec<FailedJob>,
    /// Movies, specials and episodes that play.
    pub playable: usize,
    /// Movies, specials and episodes that cannot be encoded.
    pub failed: Vec<FailedTitle>,
}

/// A job under way.
#[derive(Debug, Clone, PartialEq)]
pub struct RunningJob {
    /// The title, or the picture's file.
    pub subject: String,
    /// The track that is made (`v360`, `a-ko`), or what else is done (`probe`, `picture`).
    pub kind: String,
    /// From 0 to 1.
    pub fraction: f64,
}

/// A job that failed.
#[derive(Debug, Clone, PartialEq)]
pub struct FailedJob {
    /// As in [`RunningJob`].
    pub subject: String,
    /// As in [`RunningJob`].
    pub kind: String,
    /// Why.
    pub message: String,
    /// When.
    pub at: Timestamp,
}

/// A title that cannot be encoded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FailedTitle {
    /// Which.
    pub title: TitleId,
    /// Why, and what to do.
    pub message: String,
}

impl ProgressReport {
    /// All jobs that there are.
    pub fn total(&self) -> u64 {
        self.queued + self.done + self.running.len() as u64
    }

    /// Nothing is left to do.
    pub fn finished(&self) -> bool {
        self.queued == 0 && self.running.is_empty()
    }
}

/// Reads how far everything is.
///
/// # Errors
/// When the database does not answer.
pub async fn report(store: &Store) -> Result<ProgressReport, StoreError> {
    let assets = store.assets().await?;
    let titles: BTreeMap<&str, &TitleId> =
        assets.iter().map(|asset| (asset.id.as_str(), &asset.title)).collect();
    let jobs = store.jobs(JobState::Running, MOST).await?;
    let running = jobs.into_iter().map(|job| {
        let (subject, kind) = names(&job, &titles);
        RunningJob { subject, kind, fraction: job.progress }
    });
    let running: Vec<RunningJob> = running.collect();
    let failed = |job: Job| {
        let (subject, kind) = names(&job, &titles);
        FailedJob { subject, kind, message: job.error, at: job.updated_at }
    };
    let queued = store.jobs(JobState::Queued, MOST).await?;
    let waiting = queued.into_iter().filter(|job| !job.error.is_empty()).map(failed).collect();
    let given_up = store.jobs(JobState::Dead, MOST).await?.into_iter().map(failed).collect();
    let plays = |state| matches!(state, AssetState::Playable | AssetState::Complete);
    let playable: BTreeSet<&TitleId> =
        assets.iter().filter(|asset| plays(asset.state)).map(|asset| &asset.title).collect();
    let cannot = assets.iter().filter(|asset| asset.state == AssetState::Failed);
    let failed =
        cannot.map(|asset| FailedTitle { title: asset.title.clone(), message: asset.message.clone() });
    let counts = store.job_counts().await?;
    Ok(ProgressReport {
        // More may run than are listed.
        queued: counts.queued + counts.running.saturating_sub(running.len() as u64),
        done: counts.done + counts.dead,
        playable: playable.len(),
        failed: failed.collect(),
        running,
        waiting,
        given_up,
    })
}

/// What a job works on, and what it makes of it. Jobs are named `{asset}`, `{asset}/{track}` or `{picture}/{file name}`.
fn names(job: &Job, titles: &BTreeMap<&str, &TitleId>) -> (String, String) {
    let (asset, track) = job.dedup.split_once('/').unwrap_or((&job.dedup, &job.kind));
    match titles.get(asset) {
        Some(title) => (title.to_string(), track.to_owned()),
        None => (track.to_owned(), job.kind.clone()),
    }
}
