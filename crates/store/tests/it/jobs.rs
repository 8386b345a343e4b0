//! Jobs: one at a time, under a lease, finished by who holds it.

use std::time::Duration;

use store::{Failure, JobState, StoreError};

use crate::backend::*;

const LEASE: Duration = Duration::from_secs(30);

async fn enqueue(store: &store::Store, new: &store::NewJob, now: i64) -> bool {
    let mut tx = store.begin().await.unwrap();
    let added = tx.enqueue(new, at(now)).await.unwrap();
    tx.commit().await.unwrap();
    added
}

async fn take(store: &store::Store, now: i64) -> Option<store::Lease> {
    store.take_job("w", &["probe"], LEASE, at(now)).await.unwrap()
}

async fn the_most_pressing_first_and_each_thing_once(backend: Backend) {
    let Backend { store, dir: _dir } = backend;
    assert!(enqueue(&store, &job("later", 5), 1).await);
    assert!(enqueue(&store, &job("first", 1), 2).await);
    assert!(!enqueue(&store, &job("first", 0), 3).await, "it is queued already");
    let first = take(&store, 4).await.unwrap();
    assert!(first.claim.job.contains("first") && first.attempt == 1);
    assert!(!enqueue(&store, &job("first", 1), 5).await, "it is running");
    store.complete(&first.claim, at(6)).await.unwrap();
    assert!(enqueue(&store, &job("first", 9), 7).await, "it is done: it may be done again");
    assert!(take(&store, 8).await.unwrap().claim.job.contains("later"));
    assert!(store.take_job("w", &["other"], LEASE, at(9)).await.unwrap().is_none());
}

async fn who_lost_the_lease_can_finish_nothing(backend: Backend) {
    let Backend { store, dir: _dir } = backend;
    enqueue(&store, &job("a", 1), 1).await;
    let slow = take(&store, 2).await.unwrap();
    assert!(take(&store, 30).await.is_none(), "the lease holds");
    store.heartbeat(&slow.claim, LEASE, (0.5, "half"), at(30)).await.unwrap();
    assert_eq!(store.jobs(JobState::Running, 5).await.unwrap()[0].progress, 0.5);
    assert!(take(&store, 59).await.is_none(), "the heartbeat kept it");
    let quick = take(&store, 61).await.unwrap();
    assert!(quick.claim.fence > slow.claim.fence);
    let lost = |outcome: Result<(), StoreError>| assert!(matches!(outcome, Err(StoreError::LeaseLost(_))));
    lost(store.heartbeat(&slow.claim, LEASE, (0.9, ""), at(62)).await);
    lost(store.complete(&slow.claim, at(62)).await);
    lost(store.fail_job(&slow.claim, "no", Failure::GiveUp, at(62)).await);
    lost(store.release_job(&slow.claim, at(62)).await);
    let mut tx = store.begin().await.unwrap();
    lost(tx.complete(&slow.claim, at(62)).await);
    tx.complete(&quick.claim, at(63)).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(store.job_counts().await.unwrap().done, 1);
}

async fn a_failure_waits_is_counted_and_is_given_up(backend: Backend) {
    let Backend { store, dir: _dir } = backend;
    enqueue(&store, &job("a", 1), 1).await;
    let minute = Duration::from_secs(60);
    let first = take(&store, 2).await.unwrap();
    store.fail_job(&first.claim, "disk full", Failure::Wait(minute), at(3)).await.unwrap();
    assert!(take(&store, 62).await.is_none(), "not before its time");
    let again = take(&store, 63).await.unwrap();
    assert_eq!(again.attempt, 1, "a wait is no attempt");
    store.release_job(&again.claim, at(64)).await.unwrap();
    let second = take(&store, 65).await.unwrap();
    store.fail_job(&second.claim, "odd", Failure::Retry(minute), at(66)).await.unwrap();
    let last = take(&store, 126).await.unwrap();
    assert_eq!(last.attempt, 2);
    store.fail_job(&last.claim, "odd again", Failure::Retry(minute), at(127)).await.unwrap();
    let dead = store.jobs(JobState::Dead, 5).await.unwrap();
    assert_eq!((dead.len(), dead[0].error.as_str()), (1, "odd again"));
    assert!(take(&store, 10_000).await.is_none());
}

async fn done_jobs_are_forgotten_in_time(backend: Backend) {
    let Backend { store, dir: _dir } = backend;
    enqueue(&store, &job("a", 1), 1).await;
    let lease = take(&store, 2).await.unwrap();
    store.complete(&lease.claim, at(3)).await.unwrap();
    assert_eq!(store.prune_jobs(at(3)).await.unwrap(), 0);
    assert_eq!(store.prune_jobs(at(4)).await.unwrap(), 1);
}

contract! {
    the_most_pressing_first_and_each_thing_once,
    who_lost_the_lease_can_finish_nothing,
    a_failure_waits_is_counted_and_is_given_up,
    done_jobs_are_forgotten_in_time,
}
