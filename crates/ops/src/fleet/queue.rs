//! What is to be encoded, and by when.

use std::{
    collections::{BTreeMap, btree_map::Entry},
    time::Duration,
};

use domain::{AssetId, Timestamp};
use fleet::plan::work::{Due, Paces, THROUGH, Took, WHENEVER, left};
use store::{JobState, OpenJobs, Store, StoreError, Workers};

/// Jobs that have failed for longer are planned for no more: they may be what nobody can do.
const FAILS_FOR: Duration = Duration::from_secs(24 * 3600);
/// Assets that are looked at one by one, those that are due first. Others are finished whenever.
const MOST_ASSETS: usize = 1000;
/// Finished jobs that are learned from.
const MOST_FINISHED: u32 = 2000;
/// What [`Queue::places`] gives in one minute.
const MOST_PLACES: usize = 200;
/// Before all that is enqueued in an order of its own.
const FIRST: i64 = -(1 << 50);
/// Places of one minute.
const A_MINUTE: i64 = 16;

/// A window in which an asset is to be seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opening {
    /// What opens, for people.
    pub name: String,
    /// When.
    pub from: Timestamp,
    /// Nobody waits for it after that.
    pub until: Option<Timestamp>,
}

/// The windows of each asset, whosever and wherever they are.
pub type Openings = BTreeMap<AssetId, Vec<Opening>>;

/// The queue at one look.
#[derive(Debug)]
pub(super) struct Queue {
    pub dues: Vec<Due>,
    pub paces: Paces,
    pub jobs: u32,
    /// Jobs that go through a film of which nobody knows how long it is.
    pub unknown: u32,
    pub workers: Workers,
    /// Jobs that are not where they should be, each with its place: what is due first is taken first.
    pub places: Vec<(String, i64)>,
}

impl Queue {
    /// Reads it. `declared`: see [`Paces::learn`]; `slots`: jobs that one instance does at a time.
    pub async fn read(
        store: &Store,
        (declared, slots): (f64, u32),
        openings: &Openings,
        now: Timestamp,
    ) -> Result<Self, StoreError> {
        let (failing, until) = (now.minus(FAILS_FOR), now.plus(minutes(WHENEVER)));
        let done = store.finished_jobs(MOST_FINISHED).await?.into_iter();
        let took = |job: store::FinishedJob| {
            let store::FinishedJob { kind, track, took, length } = job;
            Took { kind, track, took, length }
        };
        let paces = Paces::learn(declared, &done.map(took).collect::<Vec<_>>());
        let mut rest = store.open_jobs(failing, until).await?;
        let jobs = rest.iter().fold(0u32, |sum, open| sum.saturating_add(open.jobs));
        let through = rest.iter().filter(|open| THROUGH.contains(&open.kind.as_str()));
        let unknown = through.fold(0u32, |sum, open| sum.saturating_add(open.unknown));
        let due = |open: &[OpenJobs], by, name| {
            let each = |open: &OpenJobs| {
                paces.minutes((&open.kind, &open.track), open.jobs, open.unknown, open.left)
            };
            let count = open.iter().fold(0u32, |sum, open| sum.saturating_add(open.jobs));
            let minutes = open.iter().map(each).sum::<f64>() / f64::from(slots);
            Due { minutes, instances: count.div_ceil(slots), by, name }
        };
        let (mut dues, mut wanted) = (Vec::new(), BTreeMap::new());
        for (asset, opening) in nearest(openings, now) {
            let open = store.open_jobs_of(asset, failing, until).await?;
            let by = opening.from;
            for (rank, job) in (0..A_MINUTE).zip(&open) {
                if job.state == JobState::Queued
                    && left(now, Some(by)) < WHENEVER
                    && wanted.len() < MOST_PLACES
                {
                    wanted.insert(job.id.clone(), (place(now, by) + rank, job.priority));
                }
            }
            let open: Vec<OpenJobs> = open.into_iter().map(alone).collect();
            open.iter().for_each(|job| take_out(&mut rest, job));
            dues.push(due(&open, Some(by), opening.name.clone()));
        }
        dues.push(due(&rest, None, "what no premiere waits for".to_owned()));
        let places = places(wanted, store.pressed_jobs(MOST_FINISHED).await?);
        let workers = store.workers(failing, now).await?;
        Ok(Self { dues, paces, jobs, unknown, workers, places })
    }

    /// Minutes of one instance that all of it takes.
    pub fn minutes(&self) -> f64 {
        self.dues.iter().map(|due| due.minutes).sum()
    }
}

fn minutes(count: f64) -> Duration {
    Duration::from_secs_f64(count * 60.0)
}

/// What presses most of each asset's windows, and of the assets those that are due first. What has been open for long is no more pressing
/// than what nobody waits for.
fn nearest(openings: &Openings, now: Timestamp) -> Vec<(&AssetId, &Opening)> {
    let time = |opening: &Opening| left(now, Some(opening.from));
    let mut all = Vec::new();
    for (asset, windows) in openings {
        let open = windows.iter().filter(|opening| opening.until.is_none_or(|until| now < until));
        let next = open.min_by(|a, b| time(a).total_cmp(&time(b)));
        let awaited = |next: &&Opening| now <= next.from || time(next) < WHENEVER;
        all.extend(next.filter(awaited).map(|next| (asset, next)));
    }
    all.sort_by(|(_, a), (_, b)| time(a).total_cmp(&time(b)));
    all.truncate(MOST_ASSETS);
    all
}

fn place(now: Timestamp, by: Timestamp) -> i64 {
    FIRST + now.plus(minutes(left(now, Some(by)))).seconds().div_euclid(60) * A_MINUTE
}

/// Who stands elsewhere than is wanted; who was pressed for a premiere that was cancelled or moved goes back to the others.
fn places(wanted: BTreeMap<String, (i64, i64)>, pressed: Vec<(String, i64)>) -> Vec<(String, i64)> {
    let mut places: BTreeMap<String, i64> = BTreeMap::new();
    for (job, _) in pressed {
        if let (Entry::Vacant(free), false) = (places.entry(job.clone()), wanted.contains_key(&job)) {
            free.insert(0);
        }
    }
    let elsewhere = wanted.into_iter().filter(|(_, (place, stands))| place != stands);
    places.extend(elsewhere.map(|(job, (place, _))| (job, place)));
    places.into_iter().collect()
}

fn alone(job: store::OpenJob) -> OpenJobs {
    let store::OpenJob { kind, track, left, .. } = job;
    OpenJobs { kind, track, jobs: 1, unknown: u32::from(left.is_none()), left: left.unwrap_or_default() }
}

/// Jobs may have come and gone between two questions: what is not there any more is nothing, not less.
fn take_out(rest: &mut [OpenJobs], one: &OpenJobs) {
    if let Some(all) = rest.iter_mut().find(|all| all.kind == one.kind && all.track == one.track) {
        all.jobs = all.jobs.saturating_sub(one.jobs);
        all.unknown = all.unknown.saturating_sub(one.unknown);
        all.left = all.left.saturating_sub(one.left);
    }
}
