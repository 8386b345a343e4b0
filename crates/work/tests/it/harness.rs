//! A database, a clock that stands, and runners whose end can be waited for.

use std::{sync::Arc, time::Duration};

use domain::{ManualClock, SeededRng, Timestamp};
use serde::{Deserialize, Serialize};
use store::{Location, Options, Promise, Store};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio_util::sync::CancellationToken;
use work::{Job, JobContext, JobError, Outcome, Registry, Runner, RunnerLimits};

pub const START: i64 = 1_000_000;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Task {
    pub name: String,
}

impl Job for Task {
    const KIND: &'static str = "task";
    const MOST_ATTEMPTS: u32 = 2;
}

pub struct Bench {
    pub store: Store,
    pub clock: Arc<ManualClock>,
    pub dir: tempfile::TempDir,
    pub location: Location,
    /// Told by handlers: the task's name.
    pub told: UnboundedReceiver<String>,
    pub tell: UnboundedSender<String>,
}

pub fn limits() -> RunnerLimits {
    // Handlers end by themselves here, unless a test says otherwise; nothing is waited for that has not been caused.
    RunnerLimits { drain: Duration::from_secs(60), poll: Duration::from_millis(5), ..RunnerLimits::default() }
}

impl Bench {
    pub async fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let location = Location::Sqlite(dir.path().join("test.db"));
        Self::at(dir, location).await
    }

    pub async fn postgres() -> Self {
        let location = pgtest::Server::shared().database().parse().unwrap();
        Self::at(tempfile::tempdir().unwrap(), location).await
    }

    /// Another handle on the same database, as another process would have.
    pub async fn another(&self) -> Store {
        Store::open_at(&self.location, &Options::default()).await.unwrap()
    }

    async fn at(dir: tempfile::TempDir, location: Location) -> Self {
        let store = Store::open_at(&location, &Options::default()).await.unwrap();
        let (tell, told) = unbounded_channel();
        let clock = Arc::new(ManualClock::new(Timestamp::from_seconds(START)));
        Self { store, clock, dir, location, told, tell }
    }

    pub async fn enqueue(&self, name: &str, priority: i64) -> bool {
        enqueue(&self.store, name, priority).await
    }

    /// A registry with one handler of tasks.
    pub fn registry<F, R>(&self, handler: F) -> Registry
    where
        F: Fn(Task, JobContext) -> R + Send + Sync + 'static,
        R: Future<Output = Result<Outcome, JobError>> + Send + 'static,
    {
        let mut registry = Registry::default();
        registry.register(handler);
        registry
    }

    pub fn runner(&self, store: &Store, registry: Registry, limits: RunnerLimits) -> Runner {
        Runner::new(store.clone(), registry, limits, self.clock.clone(), &SeededRng::new(7))
    }

    /// Runs until `news` messages have come, then stops the runner and waits for its end.
    pub async fn run_until(&mut self, runner: Runner, news: usize) -> Vec<String> {
        let stop = CancellationToken::new();
        let running = tokio::spawn(runner.run(stop.clone()));
        let mut heard = Vec::new();
        while heard.len() < news {
            heard.push(self.told.recv().await.unwrap());
        }
        stop.cancel();
        running.await.unwrap();
        heard
    }

    pub async fn task(&self, name: &str) -> store::Job {
        self.store.job(Task::KIND, name).await.unwrap().unwrap()
    }
}

pub async fn enqueue(store: &Store, name: &str, priority: i64) -> bool {
    let task = Task { name: name.into() };
    let new = task.new_job(name, priority, Timestamp(0)).unwrap();
    let mut tx = store.begin().await.unwrap();
    let added = tx.enqueue(&new, Timestamp::from_seconds(START)).await.unwrap();
    tx.commit().await.unwrap();
    added
}

/// What a task does: one row for each time that it was really done.
pub async fn done_once(task: Task, context: JobContext) -> Result<Outcome, JobError> {
    let mut tx = context.begin().await?;
    let id = format!("{} by {}", task.name, context.claim.fence);
    tx.promise("done", &Promise { id, body: "{}".into() }, context.now()).await?;
    Ok(context.complete(tx).await?)
}

pub async fn done(store: &Store) -> Vec<String> {
    let promises = store.promises("done").await.unwrap();
    promises.into_iter().map(|promise| promise.id.split(' ').next().unwrap().to_owned()).collect()
}

/// Says so when it is dropped.
pub struct Guard(pub UnboundedSender<String>);

impl Drop for Guard {
    fn drop(&mut self) {
        let _ = self.0.send("dropped".into());
    }
}
