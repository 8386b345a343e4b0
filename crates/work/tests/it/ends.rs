//! How jobs end: done, failed, fallen, dropped, given back.

use std::{sync::Arc, time::Duration};

use store::JobState;
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use work::{JobError, Outcome, RunnerLimits};

use crate::harness::*;

#[tokio::test]
async fn the_most_pressing_first_each_once() {
    let mut bench = Bench::new().await;
    for (name, priority) in [("c", 3), ("a", 1), ("b", 2)] {
        assert!(bench.enqueue(name, priority).await);
    }
    assert!(!bench.enqueue("b", 0).await, "it waits already");
    let tell = bench.tell.clone();
    let registry = bench.registry(move |task, context| {
        let tell = tell.clone();
        async move {
            tell.send(task.name.clone()).unwrap();
            done_once(task, context).await
        }
    });
    let runner = bench.runner(&bench.store, registry, limits());
    assert_eq!(bench.run_until(runner, 3).await, ["b", "a", "c"], "b was moved to the front");
    assert_eq!(done(&bench.store).await.len(), 3);
    assert_eq!(bench.store.job_counts().await.unwrap().done, 3);
}

#[tokio::test]
async fn a_failure_ends_as_its_kind_says() {
    let mut bench = Bench::new().await;
    for name in ["bad", "odd", "full", "panic", "good"] {
        bench.enqueue(name, 1).await;
    }
    let handler = {
        let tell = bench.tell.clone();
        move |task: Task, _| {
            let tell = tell.clone();
            async move {
                tell.send(task.name.clone()).unwrap();
                match task.name.as_str() {
                    "bad" => Err(JobError::give_up("this is no film")),
                    "odd" => Err(JobError::retry("it fell over")),
                    "full" => Err(JobError::wait("the disk is full")),
                    "panic" => panic!("in the handler"),
                    _ => Ok(Outcome::Done),
                }
            }
        }
    };
    let registry = bench.registry(handler);
    let runner = bench.runner(&bench.store, registry.clone(), limits());
    bench.run_until(runner, 5).await;
    let state = async |bench: &Bench, name| {
        let job = bench.task(name).await;
        (job.state, job.error, job.attempts)
    };
    assert_eq!(state(&bench, "bad").await, (JobState::Dead, "this is no film".into(), 1));
    assert_eq!(state(&bench, "odd").await, (JobState::Queued, "it fell over".into(), 1));
    assert_eq!(state(&bench, "full").await, (JobState::Queued, "the disk is full".into(), 0));
    let fallen = state(&bench, "panic").await;
    assert_eq!(fallen, (JobState::Queued, "its handler panicked: in the handler".into(), 1));
    assert_eq!(state(&bench, "good").await, (JobState::Done, String::new(), 0));

    // Not before the pause is over; then again, and the second failure is the last. A full disk is no failure.
    for (attempt, expected) in [(2, JobState::Dead), (3, JobState::Dead)] {
        bench.clock.advance(Duration::from_secs(400));
        let runner = bench.runner(&bench.store, registry.clone(), limits());
        let heard = bench.run_until(runner, if attempt == 2 { 3 } else { 1 }).await;
        assert!(heard.contains(&"full".to_owned()));
        assert_eq!(state(&bench, "odd").await.0, expected);
        assert_eq!(state(&bench, "panic").await.0, expected);
        assert_eq!(state(&bench, "full").await.0, JobState::Queued);
    }
}

#[tokio::test]
async fn a_payload_of_another_version_is_given_up_with_words() {
    let mut bench = Bench::new().await;
    let mut new = work::Job::new_job(&Task { name: "x".into() }, "x", 1, domain::Timestamp(0)).unwrap();
    new.payload = "{\"title\":\"x\"}".into();
    let mut tx = bench.store.begin().await.unwrap();
    tx.enqueue(&new, domain::Timestamp(0)).await.unwrap();
    tx.commit().await.unwrap();
    bench.enqueue("after", 2).await;
    let tell = bench.tell.clone();
    let registry = bench.registry(move |task, _| {
        let tell = tell.clone();
        async move {
            tell.send(task.name).unwrap();
            Ok(Outcome::Done)
        }
    });
    let runner = bench.runner(&bench.store, registry, limits());
    assert_eq!(bench.run_until(runner, 1).await, ["after"]);
    let job = bench.task("x").await;
    assert!(job.state == JobState::Dead && job.error.contains("cannot be read"), "{job:?}");
}

#[tokio::test]
async fn a_job_that_is_dropped_is_stopped() {
    let mut bench = Bench::new().await;
    bench.enqueue("endless", 1).await;
    let tell = bench.tell.clone();
    let registry = bench.registry(move |task, context| {
        let tell = tell.clone();
        async move {
            let _guard = Guard(tell.clone());
            context.progress.set(0.25);
            context.progress.note("thinking");
            tell.send(task.name).unwrap();
            std::future::pending().await
        }
    });
    // The clock stands, so that the lease holds however short it is.
    let short = (Duration::from_millis(5), Duration::from_millis(60));
    let limits = RunnerLimits { heartbeat: short.0, lease: short.1, ..limits() };
    let stop = CancellationToken::new();
    let running = tokio::spawn(bench.runner(&bench.store, registry, limits).run(stop.clone()));
    assert_eq!(bench.told.recv().await.unwrap(), "endless");
    while bench.task("endless").await.progress == 0.0 {
        tokio::task::yield_now().await; // until the heartbeat has written it
    }
    let job = bench.task("endless").await;
    assert_eq!((job.progress, job.note.as_str(), job.state), (0.25, "thinking", JobState::Running));
    let mut tx = bench.store.begin().await.unwrap();
    assert!(tx.drop_job("task", "endless", "the title was withdrawn", start()).await.unwrap());
    tx.commit().await.unwrap();
    assert_eq!(bench.told.recv().await.unwrap(), "dropped");
    stop.cancel();
    running.await.unwrap();
    assert_eq!(bench.task("endless").await.error, "the title was withdrawn");
}

fn start() -> domain::Timestamp {
    domain::Timestamp::from_seconds(START)
}

#[tokio::test]
async fn stopping_lets_jobs_end_and_gives_back_the_rest() {
    let mut bench = Bench::new().await;
    for (name, priority) in [("short", 1), ("endless", 2), ("later", 3)] {
        bench.enqueue(name, priority).await;
    }
    let gate = Arc::new(Semaphore::new(0));
    let (tell, inside) = (bench.tell.clone(), gate.clone());
    let registry = bench.registry(move |task, context| {
        let (tell, gate) = (tell.clone(), inside.clone());
        async move {
            tell.send(task.name.clone()).unwrap();
            if task.name != "short" {
                let _guard = Guard(tell);
                std::future::pending::<()>().await;
            }
            gate.acquire().await.unwrap().forget();
            done_once(task, context).await
        }
    });
    let limits = RunnerLimits { slots: 2, drain: Duration::from_millis(300), ..limits() };
    let stop = CancellationToken::new();
    let running = tokio::spawn(bench.runner(&bench.store, registry, limits).run(stop.clone()));
    for _ in 0..2 {
        bench.told.recv().await.unwrap();
    }
    stop.cancel();
    gate.add_permits(1);
    running.await.unwrap();
    assert_eq!(bench.told.recv().await.unwrap(), "dropped");
    assert_eq!(bench.task("short").await.state, JobState::Done);
    let given_back = bench.task("endless").await;
    assert_eq!((given_back.state, given_back.attempts), (JobState::Queued, 0), "as if it had not been taken");
    assert_eq!(bench.task("later").await.state, JobState::Queued);
}

#[tokio::test]
async fn what_is_enqueued_again_while_it_runs_runs_once_more() {
    let mut bench = Bench::new().await;
    bench.enqueue("package", 1).await;
    let (tell, store) = (bench.tell.clone(), bench.store.clone());
    let registry = bench.registry(move |task, context| {
        let (tell, store) = (tell.clone(), store.clone());
        async move {
            if done(&store).await.is_empty() {
                let again = work::Job::new_job(&task, "package", 1, domain::Timestamp(0)).unwrap();
                let mut tx = store.begin().await?;
                assert!(tx.enqueue_again(&again, context.now()).await?);
                tx.commit().await?;
            }
            let ended = done_once(task, context).await;
            tell.send("ran".into()).unwrap();
            ended
        }
    });
    let runner = bench.runner(&bench.store, registry, limits());
    bench.run_until(runner, 2).await;
    assert_eq!(done(&bench.store).await, ["package", "package"]);
    assert_eq!(bench.task("package").await.state, JobState::Done);
}
