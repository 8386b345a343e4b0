//! Rollouts: one at a time, carried on by one, changed only by who knows the newest; and the audit log's lines.

use std::time::Duration;

use store::{AuditRow, AuditWanted, NewRollout, RolloutState, Store, StoreError};

use crate::backend::*;

const LEASE: Duration = Duration::from_secs(30);

async fn begin(store: &Store, generation: i64) -> Result<(), StoreError> {
    let mut tx = store.begin().await.unwrap();
    let new = NewRollout { service: "site".into(), generation, body: "{}".into() };
    tx.begin_rollout(&new, at(generation)).await?;
    tx.commit().await
}

fn conflict(outcome: Result<(), StoreError>) {
    assert!(matches!(outcome, Err(StoreError::Conflict(_))), "{outcome:?}");
}

async fn one_rollout_at_a_time(backend: Backend) {
    let Backend { store, dir: _dir, .. } = backend;
    begin(&store, 1).await.unwrap();
    conflict(begin(&store, 1).await);
    conflict(begin(&store, 2).await);
    let lease = store.lease_rollout("site", "a", LEASE, at(10)).await.unwrap().unwrap();
    let mut tx = store.begin().await.unwrap();
    tx.carry_rollout(&lease, (RolloutState::Done, "{}"), at(11)).await.unwrap();
    tx.commit().await.unwrap();
    conflict(begin(&store, 1).await);
    begin(&store, 2).await.unwrap();
    let next = store.lease_rollout("site", "b", LEASE, at(12)).await.unwrap().unwrap();
    assert!(next.fence > lease.fence, "who acted in an earlier rollout is older");
    let all = store.rollouts("site", 9).await.unwrap();
    assert_eq!(all.iter().map(|row| row.generation).collect::<Vec<_>>(), [2, 1]);
    assert_eq!(all[1].state, RolloutState::Done);
    assert!(store.rollouts("origin", 9).await.unwrap().is_empty());
    let mut tx = store.begin().await.unwrap();
    tx.carry_rollout(&next, (RolloutState::Undone, "{}"), at(13)).await.unwrap();
    tx.commit().await.unwrap();
    let last =
        async |service, state| store.last_rollout(service, state).await.unwrap().map(|row| row.generation);
    assert_eq!(last("site", RolloutState::Done).await, Some(1), "that the newest was undone changes nothing");
    assert_eq!(last("site", RolloutState::Undone).await, Some(2));
    assert_eq!(last("site", RolloutState::Running).await, None);
    assert_eq!(last("origin", RolloutState::Done).await, None);
}

async fn the_rollouts_that_count_are_the_newest_and_the_newest_that_was_done(backend: Backend) {
    let Backend { store, dir: _dir, .. } = backend;
    let count = async || -> Vec<i64> {
        let rows = store.rollouts_that_count().await.unwrap();
        rows.into_iter().map(|row| row.generation).collect()
    };
    assert!(count().await.is_empty());
    use RolloutState::{Done, Undone};
    for (ends, counts) in
        [(Undone, [1].as_slice()), (Done, &[2]), (Done, &[3]), (Undone, &[3, 4]), (Undone, &[3, 5])]
    {
        let generation = *counts.last().unwrap();
        begin(&store, generation).await.unwrap();
        assert_eq!(count().await.last(), Some(&generation), "the one under way");
        let lease = store.lease_rollout("site", "a", LEASE, at(10)).await.unwrap().unwrap();
        let mut tx = store.begin().await.unwrap();
        tx.carry_rollout(&lease, (ends, "{}"), at(11)).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(count().await, counts);
    }
    // Of another service, its own.
    let mut tx = store.begin().await.unwrap();
    let new = NewRollout { service: "origin".into(), generation: 1, body: "{}".into() };
    tx.begin_rollout(&new, at(12)).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(count().await, [1, 3, 5]);
}

async fn who_lost_the_lease_carries_nothing_on(backend: Backend) {
    let Backend { store, dir: _dir, .. } = backend;
    begin(&store, 1).await.unwrap();
    let slow = store.lease_rollout("site", "slow", LEASE, at(0)).await.unwrap().unwrap();
    assert!(store.lease_rollout("site", "quick", LEASE, at(30)).await.unwrap().is_none());
    let kept = store.lease_rollout("site", "slow", LEASE, at(5)).await.unwrap().unwrap();
    assert_eq!(kept.fence, slow.fence, "asking again is no change of hands");
    let quick = store.lease_rollout("site", "quick", LEASE, at(36)).await.unwrap().unwrap();
    assert!(quick.fence > slow.fence);
    let mut tx = store.begin().await.unwrap();
    conflict(tx.carry_rollout(&slow, (RolloutState::Undone, "slow"), at(37)).await);
    assert!(tx.commit().await.is_err());
    let mut tx = store.begin().await.unwrap();
    tx.carry_rollout(&quick, (RolloutState::Running, "quick"), at(37)).await.unwrap();
    tx.commit().await.unwrap();
    store.release_rollout("site", "quick").await.unwrap();
    let next = store.lease_rollout("site", "next", LEASE, at(38)).await.unwrap().unwrap();
    assert_eq!((next.row.body.as_str(), next.row.version), ("quick", 2));
    // A version before this one went by its machine's clock, which was two hours ahead, and died.
    store.release_rollout("site", "next").await.unwrap();
    let ahead = store.lease_rollout("site", "ahead", LEASE, at(7240)).await.unwrap().unwrap();
    let right = store.lease_rollout("site", "right", LEASE, at(40)).await.unwrap().unwrap();
    assert!(right.fence > ahead.fence);
    assert!(store.lease_rollout("site", "other", LEASE, at(40)).await.unwrap().is_none());
}

async fn an_order_is_given_to_what_was_read(backend: Backend) {
    let Backend { store, dir: _dir, .. } = backend;
    begin(&store, 1).await.unwrap();
    let lease = store.lease_rollout("site", "a", LEASE, at(0)).await.unwrap().unwrap();
    let mut tx = store.begin().await.unwrap();
    tx.change_rollout(&lease.row, "hold", at(1)).await.unwrap();
    tx.commit().await.unwrap();
    let mut tx = store.begin().await.unwrap();
    conflict(tx.carry_rollout(&lease, (RolloutState::Running, "went on"), at(2)).await);
    drop(tx);
    assert_eq!(store.rollouts("site", 1).await.unwrap()[0].body, "hold");
}

async fn the_newest_look_at_a_fleet_is_kept(backend: Backend) {
    let Backend { store, dir: _dir, .. } = backend;
    assert_eq!(store.fleet_seen("site").await.unwrap(), None);
    assert_eq!(store.services_seen().await.unwrap(), Vec::<String>::new());
    for (seen, when) in [("a", 5), ("b", 9), ("late", 7)] {
        store.put_fleet_seen("site", seen, at(when)).await.unwrap();
    }
    assert_eq!(store.fleet_seen("site").await.unwrap(), Some(("b".into(), at(9))));
    // Whoever wrote this went by a clock that is hours ahead.
    store.put_fleet_seen("site", "tomorrow", at(7200)).await.unwrap();
    store.put_fleet_seen("site", "c", at(10)).await.unwrap();
    assert_eq!(store.fleet_seen("site").await.unwrap(), Some(("c".into(), at(10))));
    store.put_fleet_seen("origin", "d", at(10)).await.unwrap();
    assert_eq!(store.services_seen().await.unwrap(), ["origin", "site"]);
}

async fn a_line_of_the_audit_log_has_one_place(backend: Backend) {
    let Backend { store, dir: _dir, .. } = backend;
    let line = |seq, who: &str| AuditRow {
        seq,
        at: at(seq),
        who: who.into(),
        what: "test".into(),
        body: "{}".into(),
        before: String::new(),
        hash: "h".into(),
    };
    for seq in 1..=3 {
        let mut tx = store.begin().await.unwrap();
        assert_eq!(tx.newest_audit().await.unwrap().map(|line| line.seq), (seq > 1).then_some(seq - 1));
        tx.add_audit(&line(seq, "a")).await.unwrap();
        tx.commit().await.unwrap();
    }
    let mut tx = store.begin().await.unwrap();
    conflict(tx.add_audit(&line(2, "b")).await);
    drop(tx);
    assert_eq!(store.audit_after(1, 9).await.unwrap(), [line(2, "a"), line(3, "a")]);
    let last = async |wanted: AuditWanted, most| {
        let rows = store.audit_last(&wanted, most).await.unwrap();
        rows.iter().map(|row| row.seq).collect::<Vec<_>>()
    };
    let all = AuditWanted::default();
    assert_eq!(last(all.clone(), 2).await, [3, 2]);
    assert_eq!(last(AuditWanted { since: Some(at(2)), until: Some(at(3)), ..all.clone() }, 9).await, [2]);
    for (who, what, found) in
        [("a", "te", 3), ("a", "test", 3), ("a", "tests", 0), ("a", "%", 0), ("b", "", 0)]
    {
        let wanted = AuditWanted { who: Some(who.into()), what: Some(what.into()), ..all.clone() };
        assert_eq!(last(wanted, 9).await.len(), found, "{who} {what}");
    }
}

/// In chat others stand beside whose deed it is.
async fn what_somebody_did_in_chat_is_theirs(backend: Backend) {
    let Backend { store, dir: _dir, .. } = backend;
    let all = [
        "ana",
        "ana in chat",
        "ana in chat, approved by min",
        "min in chat, approved by ana",
        "anabel in chat, approved by hana",
        "hana",
        "controller",
    ];
    for (at_line, who) in all.iter().enumerate() {
        let mut tx = store.begin().await.unwrap();
        let seq = at_line as i64 + 1;
        let row = AuditRow {
            seq,
            at: at(seq),
            who: (*who).into(),
            what: "test".into(),
            body: String::new(),
            before: String::new(),
            hash: String::new(),
        };
        tx.add_audit(&row).await.unwrap();
        tx.commit().await.unwrap();
    }
    for (who, found) in [
        ("ana", &[4, 3, 2, 1][..]),
        ("min", &[4, 3]),
        ("hana", &[6, 5]),
        ("anabel", &[5]),
        ("ana in chat", &[2]),
        ("an", &[]),
        ("a%", &[]),
        ("___", &[]),
        ("controller", &[7]),
    ] {
        let wanted = AuditWanted { who: Some(who.into()), ..AuditWanted::default() };
        let rows = store.audit_last(&wanted, 9).await.unwrap();
        assert_eq!(rows.iter().map(|row| row.seq).collect::<Vec<_>>(), found, "{who}");
    }
}

contract! {
    the_rollouts_that_count_are_the_newest_and_the_newest_that_was_done,
    one_rollout_at_a_time,
    who_lost_the_lease_carries_nothing_on,
    an_order_is_given_to_what_was_read,
    the_newest_look_at_a_fleet_is_kept,
    a_line_of_the_audit_log_has_one_place,
    what_somebody_did_in_chat_is_theirs,
}
