//! Many workers over one file, as many processes are; and workers that were asleep.

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use work::{JobError, RunnerLimits};

use crate::harness::*;

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn many_workers_do_each_job_once() {
    each_job_once(Bench::new().await).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn many_workers_do_each_job_once_on_postgres() {
    each_job_once(Bench::postgres().await).await;
}

async fn each_job_once(mut bench: Bench) {
    const JOBS: usize = 80;
    let other = bench.another().await;
    let stop = CancellationToken::new();
    let mut running = Vec::new();
    for store in [&bench.store, &bench.store, &other, &other] {
        let tell = bench.tell.clone();
        let registry = bench.registry(move |task: Task, context| {
            let tell = tell.clone();
            async move {
                let name = task.name.clone();
                let ended = done_once(task, context).await;
                tell.send(name).unwrap();
                ended
            }
        });
        let limits = RunnerLimits { slots: 3, ..limits() };
        running.push(tokio::spawn(bench.runner(store, registry, limits).run(stop.clone())));
    }
    // Enqueued while they look, by both handles, half of it twice.
    for n in 0..JOBS {
        enqueue([&bench.store, &other][n % 2], &format!("job{n}"), 1).await;
    }
    let mut heard = BTreeSet::new();
    while heard.len() < JOBS {
        assert!(heard.insert(bench.told.recv().await.unwrap()), "twice");
    }
    stop.cancel();
    for runner in running {
        runner.await.unwrap();
    }
    assert_eq!(done(&bench.store).await.len(), JOBS);
}

#[tokio::test]
async fn a_worker_that_slept_through_its_lease_writes_nothing() {
    let mut bench = Bench::new().await;
    bench.enqueue("film", 1).await;
    let gate = Arc::new(Semaphore::new(0));
    let (tell, inside) = (bench.tell.clone(), gate.clone());
    let sleepy = bench.registry(move |task: Task, context| {
        let (tell, gate) = (tell.clone(), inside.clone());
        async move {
            tell.send("asleep".into()).unwrap();
            gate.acquire().await.unwrap().forget();
            let ended = done_once(task, context).await;
            tell.send(if matches!(ended, Err(JobError::Lost)) { "lost" } else { "wrote" }.into()).unwrap();
            ended
        }
    });
    // A lease so long that no heartbeat falls into this test: the machine was suspended.
    let hour = Duration::from_secs(3600);
    let slow = RunnerLimits { lease: hour, heartbeat: hour, ..limits() };
    let stop = CancellationToken::new();
    let asleep = tokio::spawn(bench.runner(&bench.store, sleepy, slow.clone()).run(stop.clone()));
    assert_eq!(bench.told.recv().await.unwrap(), "asleep");

    bench.clock.advance(hour * 2);
    let tell = bench.tell.clone();
    let awake = bench.registry(move |task, context| {
        let tell = tell.clone();
        async move {
            let ended = done_once(task, context).await;
            tell.send("taken over".into()).unwrap();
            ended
        }
    });
    let runner = bench.runner(&bench.store, awake, slow);
    assert_eq!(bench.run_until(runner, 1).await, ["taken over"]);

    gate.add_permits(1);
    assert_eq!(bench.told.recv().await.unwrap(), "lost");
    stop.cancel();
    asleep.await.unwrap();
    assert_eq!(done(&bench.store).await, ["film"], "done by the second worker alone");
    assert_eq!(bench.store.job_counts().await.unwrap().done, 1);
}
