//! A worker that is killed with SIGKILL in the middle of a job: this test binary starts itself as one.

use std::{
    io::{BufRead, BufReader},
    path::Path,
    process::{Child, Command, Stdio},
    sync::Arc,
    time::Duration,
};

use domain::{ManualClock, SeededRng, Timestamp};
use store::{JobState, MOST_DEATHS, Store};
use tokio_util::sync::CancellationToken;
use work::{Registry, Runner};

use crate::harness::*;

const DATABASE: &str = "PRIMETIME_TEST_DATABASE";
const NAME: &str = "serve";

/// Not a test of its own: what the child runs. It begins a job and never ends it.
#[tokio::test]
#[ignore = "the child of the tests below"]
async fn child_begins_a_job() {
    let path = std::env::var_os(DATABASE).expect("started by another test");
    let store = Store::open(path.as_ref()).await.unwrap();
    let mut registry = Registry::default();
    registry.register(|task: Task, _| async move {
        println!("begun {}", task.name);
        std::future::pending().await
    });
    let clock = Arc::new(ManualClock::new(Timestamp::from_seconds(START)));
    let runner = Runner::new(store, registry, limits(), clock, &SeededRng::new(1)).the_only(NAME);
    runner.run(CancellationToken::new()).await;
}

/// Starts a worker, waits until it has begun the job, and kills it.
fn killed_in_the_middle(path: &Path) {
    let mut child: Child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "killed::child_begins_a_job", "--ignored", "--nocapture"])
        .env(DATABASE, path)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    // The test harness writes on the same line before it.
    lines.find(|line| line.as_ref().unwrap().contains("begun film")).expect("it begins the job").unwrap();
    child.kill().unwrap();
    child.wait().unwrap();
}

fn finisher(bench: &Bench) -> Registry {
    let tell = bench.tell.clone();
    bench.registry(move |task, context| {
        let tell = tell.clone();
        async move {
            let ended = done_once(task, context).await;
            tell.send("done".into()).unwrap();
            ended
        }
    })
}

#[tokio::test]
async fn another_worker_takes_over_when_the_lease_has_run_out() {
    let mut bench = Bench::new().await;
    bench.enqueue("film", 1).await;
    killed_in_the_middle(&bench.dir.path().join("test.db"));
    let job = bench.task("film").await;
    assert_eq!((job.state, job.owner.as_deref()), (JobState::Running, Some(NAME)));
    let late = store_take(&bench, limits().lease - Duration::from_secs(1)).await;
    assert!(late.is_none(), "the lease holds");

    bench.clock.advance(limits().lease + Duration::from_secs(1));
    let runner = bench.runner(&bench.store, finisher(&bench), limits());
    bench.run_until(runner, 1).await;
    assert_eq!(done(&bench.store).await, ["film"]);
    assert_eq!(bench.task("film").await.state, JobState::Done);
}

async fn store_take(bench: &Bench, after: Duration) -> Option<store::Lease> {
    let now = Timestamp::from_seconds(START).plus(after);
    bench.store.take_job("w", &["task"], Duration::from_secs(1), now).await.unwrap()
}

#[tokio::test]
async fn who_has_the_name_of_the_dead_takes_over_at_once() {
    let mut bench = Bench::new().await;
    bench.enqueue("film", 1).await;
    for _ in 0..3 {
        killed_in_the_middle(&bench.dir.path().join("test.db"));
    }
    let runner = bench.runner(&bench.store, finisher(&bench), limits()).the_only(NAME);
    bench.run_until(runner, 1).await;
    assert_eq!(done(&bench.store).await, ["film"], "three deaths are no failures of the job");
}

#[tokio::test]
async fn what_kills_every_worker_is_given_up() {
    let bench = Bench::new().await;
    bench.enqueue("film", 1).await;
    let mut now = Duration::ZERO;
    for _ in 0..MOST_DEATHS {
        assert!(store_take(&bench, now).await.is_some());
        now += Duration::from_secs(2);
    }
    assert!(store_take(&bench, now).await.is_none());
    let job = bench.task("film").await;
    assert!(job.state == JobState::Dead && job.error.contains("every worker"), "{job:?}");
}
