//! Jobs: one at a time, under a lease, finished by who holds it.

use std::time::Duration;

use store::{Failure, JobState, MOST_DEATHS, PictureRow, StoreError};

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
    let Backend { store, dir: _dir, .. } = backend;
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
    let Backend { store, dir: _dir, .. } = backend;
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
    tx.put_picture(&PictureRow { source: "of the slow one".into(), body: String::new() }, at(62))
        .await
        .unwrap();
    lost(tx.complete(&slow.claim, at(62)).await);
    assert!(tx.commit().await.is_err(), "nothing of it is written, even if somebody tries");
    assert!(store.pictures().await.unwrap().is_empty());
    let mut tx = store.begin().await.unwrap();
    tx.hold(&quick.claim, at(63)).await.unwrap();
    tx.complete(&quick.claim, at(63)).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(store.job_counts().await.unwrap().done, 1);
}

async fn a_failure_waits_is_counted_and_is_given_up(backend: Backend) {
    let Backend { store, dir: _dir, .. } = backend;
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
    let Backend { store, dir: _dir, .. } = backend;
    enqueue(&store, &job("a", 1), 1).await;
    let lease = take(&store, 2).await.unwrap();
    store.complete(&lease.claim, at(3)).await.unwrap();
    assert_eq!(store.prune_jobs(at(3)).await.unwrap(), 0);
    assert_eq!(store.prune_jobs(at(4)).await.unwrap(), 1);
}

async fn what_is_asked_for_again_runs_again(backend: Backend) {
    let Backend { store, dir: _dir, .. } = backend;
    let again = async |new: &store::NewJob, now| {
        let mut tx = store.begin().await.unwrap();
        let asked = tx.enqueue_again(new, at(now)).await.unwrap();
        tx.commit().await.unwrap();
        asked
    };
    assert!(again(&job("package", 5), 1).await);
    assert!(!again(&job("package", 5), 2).await, "it waits, and will see everything");
    let first = take(&store, 3).await.unwrap();
    assert!(again(&job("package", 5), 4).await);
    assert!(again(&job("package", 5), 5).await, "twice while it runs is once more");
    store.complete(&first.claim, at(6)).await.unwrap();
    let second = take(&store, 7).await.expect("once more");
    assert!(second.claim.fence > first.claim.fence);
    store.complete(&second.claim, at(8)).await.unwrap();
    assert!(take(&store, 9).await.is_none());
    assert_eq!(store.job("probe", "package").await.unwrap().unwrap().state, JobState::Done);
}

async fn a_second_asker_may_press(backend: Backend) {
    let Backend { store, dir: _dir, .. } = backend;
    enqueue(&store, &job("a", 5), 1).await;
    enqueue(&store, &job("b", 4), 1).await;
    assert!(!enqueue(&store, &job("a", 1), 2).await);
    assert!(take(&store, 3).await.unwrap().claim.job.contains("/a"), "a was moved to the front");
}

async fn a_dropped_job_is_nobodys(backend: Backend) {
    let Backend { store, dir: _dir, .. } = backend;
    enqueue(&store, &job("a", 1), 1).await;
    let lease = take(&store, 2).await.unwrap();
    let mut tx = store.begin().await.unwrap();
    assert!(tx.drop_job("probe", "a", "the title is gone", at(3)).await.unwrap());
    assert!(!tx.drop_job("probe", "a", "twice", at(3)).await.unwrap());
    tx.commit().await.unwrap();
    assert!(store.heartbeat(&lease.claim, LEASE, (0.1, ""), at(4)).await.is_err());
    assert_eq!(store.job("probe", "a").await.unwrap().unwrap().error, "the title is gone");
    assert!(enqueue(&store, &job("a", 1), 5).await, "it may be wanted again");
    assert!(take(&store, 6).await.unwrap().claim.fence > lease.claim.fence);
}

async fn the_leases_of_the_dead_are_taken_up_at_once(backend: Backend) {
    let Backend { store, dir: _dir, .. } = backend;
    enqueue(&store, &job("a", 1), 1).await;
    for _ in 0..MOST_DEATHS {
        let lease = take(&store, 2).await.expect("deaths are no failures");
        assert_eq!(lease.attempt, 1);
        assert_eq!(store.abandon_leases("somebody else", at(2)).await.unwrap(), 0);
        assert_eq!(store.abandon_leases("w", at(2)).await.unwrap(), 1);
    }
    assert!(take(&store, 3).await.is_none(), "but so many are too many");
    assert_eq!(store.job_counts().await.unwrap().dead, 1);
}

async fn a_job_of_another_time_waits_for_it(backend: Backend) {
    let Backend { store, dir: _dir, .. } = backend;
    let later = store::NewJob { run_after: at(100), ..job("later", 0) };
    enqueue(&store, &later, 1).await;
    enqueue(&store, &job("now", 9), 1).await;
    assert!(take(&store, 99).await.unwrap().claim.job.contains("now"));
    assert!(take(&store, 99).await.is_none());
    assert!(take(&store, 100).await.unwrap().claim.job.contains("later"));
}

contract! {
    what_is_asked_for_again_runs_again,
    a_second_asker_may_press,
    a_dropped_job_is_nobodys,
    the_leases_of_the_dead_are_taken_up_at_once,
    a_job_of_another_time_waits_for_it,
    the_most_pressing_first_and_each_thing_once,
    who_lost_the_lease_can_finish_nothing,
    a_failure_waits_is_counted_and_is_given_up,
    done_jobs_are_forgotten_in_time,
}
