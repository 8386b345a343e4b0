//! Where `undo` goes: back, once, to what ran before; never by itself to what one went back from.

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use domain::Clock;
use fleet::rollout::{Observation, Phase, Rollout, Seen, Stage};
use store::RolloutState;
use tokio::sync::Barrier;

use crate::town::*;

/// How many want back at once, and how often they do.
const OPERATORS: usize = 6;
const ROUNDS: usize = 10;

async fn rolled(town: &Town, release: &str, ends: Stage) {
    town.roll(release).await;
    let (rollout, _) = town.carry_on(|_| false).await;
    assert_eq!(rollout.stage, ends, "{}", town.log().await);
    town.controller("last look").tick("site").await.unwrap();
}

fn runs(town: &Town, release: &str) {
    assert_eq!(town.processes.serving(), [(release.to_owned(), 1)].into());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_operators_who_want_back_go_back_once() {
    let town = Town::new(1).await;
    rolled(&town, "v2", Stage::Done).await;
    town.desk("ana").undo("odd colours").await.unwrap();
    let (began, log) = (town.newest().await, town.log().await);
    // Min saw the same colours.
    town.desk("min").undo("odd colours").await.unwrap();
    assert_eq!(town.newest().await, began, "it goes back as it did");
    assert_eq!(town.log().await, log, "and nothing is written");
    let (rollout, _) = town.carry_on(|_| false).await;
    assert_eq!((rollout.plan.to.as_str(), rollout.stage), ("v1", Stage::Done));
    runs(&town, "v1");
    town.controller("last look").tick("site").await.unwrap();
    // Kim comes late.
    let late = town.desk("kim").undo("odd colours").await.unwrap_err().to_string();
    assert_eq!(
        late,
        "rollout 2 went back from v2 to v1 already, which site stays on: if v2 shall run after all, `primetime release roll v2`"
    );
    // A rollout that was undone does not change what one went back to.
    rolled(&town, "v2-ends", Stage::Undone).await;
    assert_eq!(town.desk("kim").undo("odd colours").await.unwrap_err().to_string(), late);
    runs(&town, "v1");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_undone_is_not_what_one_goes_back_from() {
    let town = Town::new(1).await;
    let none = town.desk("ana").undo("x").await.unwrap_err().to_string();
    assert!(
        none.contains("no rollout of site was completed") && none.contains("release roll RELEASE"),
        "{none}"
    );
    rolled(&town, "v2", Stage::Done).await;
    rolled(&town, "v2-ends", Stage::Undone).await;
    runs(&town, "v2");
    town.desk("ana").undo("odd colours").await.unwrap();
    let (rollout, _) = town.carry_on(|_| false).await;
    assert_eq!((rollout.plan.from.as_str(), rollout.plan.to.as_str()), ("v2", "v1"));
    runs(&town, "v1");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_undo_of_what_is_undone_changes_nothing() {
    let town = Town::new(1).await;
    town.roll("v2").await;
    town.carry_on(|stage| stage == Stage::Judge).await;
    town.desk("ana").undo("odd").await.unwrap();
    let (undone, log) = (town.newest().await, town.log().await);
    town.desk("min").undo("odd, too").await.unwrap();
    assert_eq!((town.newest().await, town.log().await), (undone, log));
}

/// Everybody sees that it is bad, in the same second.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_who_want_back_at_once_one_begins_it() {
    for town in [Town::new(1).await, Town::on_postgres(1).await] {
        for round in 0..ROUNDS {
            sees(&town, "v1").await;
            town.roll("v2").await;
            ends(&town).await;
            sees(&town, "v2").await;
            let barrier = Arc::new(Barrier::new(OPERATORS));
            let undo = |n: usize| {
                let (desk, barrier) = (town.desk(&format!("operator {n}")), barrier.clone());
                tokio::spawn(async move {
                    barrier.wait().await;
                    desk.undo("odd colours").await.map(drop)
                })
            };
            let undone: Vec<_> = (0..OPERATORS).map(undo).collect();
            for undone in undone {
                undone.await.unwrap().unwrap();
            }
            let newest = town.newest().await;
            assert_eq!(
                (newest.plan.to.as_str(), newest.why, newest.plan.generation),
                ("v1", None, 2 * round as u64 + 2)
            );
            let log = town.log().await;
            assert!(
                !log.contains("rollout.undo") && log.matches("from v2 to v1").count() == round + 1,
                "{log}"
            );
            ends(&town).await;
        }
    }
}

/// The fleet as a controller would see it.
async fn sees(town: &Town, release: &str) {
    town.clock.advance(Duration::from_secs(1));
    let (name, host) = ("site-0-1".to_owned(), "busan".to_owned());
    let instance = Seen { name, release: release.into(), host: host.clone(), phase: Phase::Serving };
    let seen =
        Observation { instances: vec![instance], hosts: BTreeSet::from([host]), ..Observation::default() };
    let seen = serde_json::to_string(&seen).unwrap();
    town.store.put_fleet_seen("site", &seen, town.clock.now()).await.unwrap();
}

/// Whoever carries it on.
async fn ends(town: &Town) {
    let now = town.clock.now();
    let lease = town.store.lease_rollout("site", "c", Duration::from_secs(10), now).await.unwrap().unwrap();
    let mut rollout: Rollout = serde_json::from_str(&lease.row.body).unwrap();
    rollout.stage = Stage::Done;
    let mut tx = town.store.begin().await.unwrap();
    let body = serde_json::to_string(&rollout).unwrap();
    tx.carry_rollout(&lease, (RolloutState::Done, &body), now).await.unwrap();
    tx.commit().await.unwrap();
}
