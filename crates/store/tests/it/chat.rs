//! Requests seen once, plans decided on once, a channel told by one; and wishes for instances.

use std::time::Duration;

use store::{AuditRow, Decided, StoreError, WantedInstances};

use crate::backend::*;

async fn a_request_is_seen_once_until_it_is_too_old(backend: Backend) {
    let Backend { store, dir: _dir, .. } = backend;
    assert!(store.see_request("a", at(10), at(0)).await.unwrap());
    assert!(!store.see_request("a", at(11), at(1)).await.unwrap());
    assert!(store.see_request("b", at(30), at(20)).await.unwrap());
    assert!(store.see_request("a", at(31), at(20)).await.unwrap(), "forgotten");
}

async fn of_two_who_decide_one_does(backend: Backend) {
    let Backend { store, dir: _dir, .. } = backend;
    for (hash, when) in [("one", 1), ("two", 2)] {
        let mut tx = store.begin().await.unwrap();
        tx.add_plan(hash, &format!("plan {hash}"), at(when)).await.unwrap();
        tx.commit().await.unwrap();
    }
    assert_eq!(store.open_plans(at(0), 9).await.unwrap(), ["plan two", "plan one"]);
    assert_eq!(store.open_plans(at(2), 9).await.unwrap(), ["plan two"]);
    let mut tx = store.begin().await.unwrap();
    tx.decide_plan("two", Decided::Approved, "min", at(3)).await.unwrap();
    tx.commit().await.unwrap();
    let mut tx = store.begin().await.unwrap();
    let late = tx.decide_plan("two", Decided::Cancelled, "ana", at(4)).await;
    assert!(matches!(late, Err(StoreError::Conflict(_))), "{late:?}");
    drop(tx);
    assert_eq!(store.open_plans(at(0), 9).await.unwrap(), ["plan one"]);
}

async fn a_channel_is_told_by_one_from_where_it_was_told(backend: Backend) {
    let Backend { store, dir: _dir, .. } = backend;
    let mut tx = store.begin().await.unwrap();
    let word = || "x".to_owned();
    let line =
        AuditRow { seq: 1, at: at(1), who: word(), what: word(), body: word(), before: word(), hash: word() };
    tx.add_audit(&line).await.unwrap();
    tx.commit().await.unwrap();
    let lease = Duration::from_secs(10);
    let take = async |who: &str, now| store.lease_channel("ops", who, lease, at(now)).await.unwrap();
    assert_eq!(take("a", 0).await, Some(1), "a new channel is not told what was before");
    assert_eq!(take("b", 5).await, None);
    store.told_channel("ops", "b", 7).await.unwrap();
    assert_eq!(take("a", 5).await, Some(1), "only its teller says how far it is");
    store.told_channel("ops", "a", 3).await.unwrap();
    assert_eq!(take("b", 16).await, Some(3));
    store.release_channel("ops", "b").await.unwrap();
    assert_eq!(take("a", 17).await, Some(3));
    // Killed while its clock was two hours ahead, which is right again.
    store.release_channel("ops", "a").await.unwrap();
    assert_eq!(take("ahead", 7220).await, Some(3));
    assert_eq!(take("a", 20).await, Some(3));
    assert_eq!(take("b", 21).await, None);
}

async fn the_last_wish_counts(backend: Backend) {
    let Backend { store, dir: _dir, .. } = backend;
    assert_eq!(store.wanted_instances("site").await.unwrap(), None);
    for (instances, now) in [(3, 1), (0, 2), (5, 3)] {
        let mut tx = store.begin().await.unwrap();
        let wanted = WantedInstances {
            service: "site".into(),
            instances,
            who: "ana".into(),
            why: "a premiere".into(),
        };
        tx.want_instances(&wanted, at(now)).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(store.wanted_instances("site").await.unwrap(), Some(instances));
    }
    assert_eq!(store.wanted_instances("origin").await.unwrap(), None);
}

contract! {
    a_request_is_seen_once_until_it_is_too_old,
    of_two_who_decide_one_does,
    a_channel_is_told_by_one_from_where_it_was_told,
    the_last_wish_counts,
}
