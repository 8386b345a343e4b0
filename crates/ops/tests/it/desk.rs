//! What people may ask for, and what they are told.

use std::{sync::Arc, time::Duration};

use domain::Clock;
use fleet::{
    judge::Rules,
    rollout::{Limits, Order},
};
use ops::{OpsError, audit};
use store::RolloutState;
use tokio::sync::Barrier;

use crate::town::*;

/// How many begin at once, and how often they do.
const OPERATORS: usize = 6;
const ROUNDS: u64 = 25;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_operators_at_once_begin_one_rollout() {
    let town = Town::new(2).await;
    town.controller("c").tick("site").await.unwrap();
    let plan = async |who: &str, release: &str| {
        town.desk(who).plan(release, Limits::default(), Rules::default()).await.unwrap()
    };
    let ((first, agreed), (second, _)) = (plan("ana", "v2").await, plan("min", "v3").await);
    let other = town.desk("min").begin(second.clone(), Some(&agreed), "").await;
    assert!(matches!(other, Err(OpsError::OtherPlan { .. })), "another plan than was agreed to");
    town.desk("ana").begin(first, Some(&agreed), "").await.unwrap();
    let late = town.desk("min").begin(second, None, "").await.unwrap_err();
    let told = town.desk("min").plan("v3", Limits::default(), Rules::default()).await.unwrap_err();
    for told in [late, told] {
        assert_eq!(told.to_string(), "rollout 1 of site to v2 is under way: wait for it, or undo it");
    }
    let log = town.log().await;
    assert_eq!(log, format!("ana rollout.begin: site 1 from v1 to v2, plan {agreed}\n"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn orders_are_followed_written_down_and_survive_a_controller_that_goes_on() {
    let town = Town::new(1).await;
    town.roll("v2").await;
    let desk = town.desk("min");
    town.look(&town.controller("c")).await;
    desk.order(Order::Hold { why: "min: let me look".into() }).await.unwrap();
    let stage = town.newest().await.stage;
    for _ in 0..3 {
        town.look(&town.controller("c")).await;
    }
    let held = town.newest().await;
    assert_eq!((held.stage, held.held.as_deref()), (stage, Some("min: let me look")));
    desk.order(Order::Go).await.unwrap();
    desk.undo("enough seen").await.unwrap();
    town.carry_on(|_| false).await;
    let ended = desk.order(Order::Go).await.unwrap_err();
    assert_eq!(ended.to_string(), "no rollout of site is under way");
    let log = town.log().await;
    for line in ["min rollout.hold: site 1: min: let me look", "min rollout.go:", "min: enough seen"] {
        assert!(log.contains(line), "{log}");
    }
    audit::verify(&town.store, None).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_a_look_or_a_name_there_is_no_rollout() {
    let town = Town::new(1).await;
    let plan = async |who: &str| town.desk(who).plan("v2", Limits::default(), Rules::default()).await;
    let unseen = plan("ana").await.unwrap_err().to_string();
    assert!(unseen.starts_with("site was never seen"), "{unseen}");
    town.controller("c").tick("site").await.unwrap();
    let (planned, _) = plan("ana").await.unwrap();
    assert!(matches!(
        town.desk(" ").begin(planned, None, "").await,
        Err(OpsError::Unwritable(audit::Unwritable::Nobody))
    ));
    assert!(town.desk("ana").status(5).await.unwrap().is_empty(), "nothing of it was written");
    town.clock.advance(Duration::from_secs(61));
    let stale = plan("ana").await.unwrap_err().to_string();
    assert!(stale.starts_with("site was last seen 61 s ago"), "{stale}");
    assert!(matches!(town.desk("ana").undo("x").await, Err(OpsError::NoWayBack { .. })));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_who_begin_at_once_one_does() {
    race(Town::new(1).await).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_who_begin_at_once_one_does_on_postgres() {
    race(Town::on_postgres(1).await).await;
}

/// Into the same log; fewer lines than anybody tries again.
async fn others_write(town: &Town) {
    for _ in 0..OPERATORS {
        let deed = audit::Deed { who: audit::Who::Person("min"), what: "test", body: "" };
        audit::write(&town.store, &deed, town.clock.now()).await.unwrap();
    }
}

/// Everybody has planned, each another release, and says begin; somebody else writes into the log all the while.
async fn race(town: Town) {
    town.controller("c").tick("site").await.unwrap();
    for round in 1..=ROUNDS {
        let barrier = Arc::new(Barrier::new(OPERATORS + 1));
        let begin = |n: usize| {
            let (desk, barrier) = (town.desk(&format!("operator {n}")), barrier.clone());
            tokio::spawn(async move {
                let release = format!("v{}", n + 2);
                let planned = desk.plan(&release, Limits::default(), Rules::default()).await;
                barrier.wait().await;
                (desk.who.clone(), desk.begin(planned.unwrap().0, None, "").await)
            })
        };
        let begun: Vec<_> = (0..OPERATORS).map(begin).collect();
        let now = town.clock.now();
        barrier.wait().await;
        others_write(&town).await;
        let (mut won, mut told) = (Vec::new(), Vec::new());
        for begun in begun {
            match begun.await.unwrap() {
                (who, Ok(rollout)) => {
                    won.push(format!("{who} rollout.begin: site {round} from v1 to {}", rollout.plan.to))
                }
                (_, Err(error)) => told.push(error.to_string()),
            }
        }
        assert_eq!((won.len(), told.len()), (1, OPERATORS - 1), "round {round}: {won:?}, {told:?}");
        let under_way = town.newest().await.plan.to;
        let words = format!("rollout {round} of site to {under_way} is under way: wait for it, or undo it");
        assert!(told.iter().all(|told| *told == words), "round {round}: {told:?}");
        let log = town.store.audit_after(0, 1000).await.unwrap();
        let begins: Vec<_> = log.iter().filter(|line| line.what == "rollout.begin").collect();
        assert_eq!(begins.len() as u64, round, "a line for each rollout, and none for who did not begin it");
        let line = begins.last().map(|line| format!("{} {}: {}", line.who, line.what, line.body)).unwrap();
        assert!(line.starts_with(&won[0]), "{line}: {won:?}");
        // It ends, whoever carries it on.
        let lease =
            town.store.lease_rollout("site", "c", Duration::from_secs(10), now).await.unwrap().unwrap();
        let mut tx = town.store.begin().await.unwrap();
        tx.carry_rollout(&lease, (RolloutState::Undone, &lease.row.body), now).await.unwrap();
        tx.commit().await.unwrap();
    }
    audit::verify(&town.store, None).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn whoever_scales_at_once_is_heard_and_written_down() {
    for town in [Town::new(1).await, Town::on_postgres(1).await] {
        town.controller("c").tick("site").await.unwrap();
        for round in 1..=ROUNDS {
            let barrier = Arc::new(Barrier::new(OPERATORS + 1));
            let scale = |n: usize| {
                let (desk, barrier) = (town.desk(&format!("operator {n}")), barrier.clone());
                tokio::spawn(async move {
                    barrier.wait().await;
                    desk.scale(n as u32 + 1, "tonight").await
                })
            };
            let scaled: Vec<_> = (0..OPERATORS).map(scale).collect();
            barrier.wait().await;
            others_write(&town).await;
            for scaled in scaled {
                scaled.await.unwrap().unwrap();
            }
            let log = town.store.audit_after(0, 1000).await.unwrap();
            let scaled = log.iter().filter(|line| line.what == "service.scale").count();
            assert_eq!(scaled, OPERATORS * round as usize);
        }
        audit::verify(&town.store, None).await.unwrap();
    }
}
