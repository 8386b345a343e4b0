//! Rollouts of real processes.

use std::time::Duration;

use fleet::rollout::Stage;
use ops::{Ticked, audit};

use crate::town::*;

fn served(release: &str, count: usize) -> std::collections::BTreeMap<String, usize> {
    [(release.to_owned(), count)].into()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_good_release_goes_out_and_no_viewer_notices() {
    let town = Town::new(2).await;
    town.roll("v2").await;
    let (rollout, saw) = town.carry_on(|_| false).await;
    assert_eq!(rollout.stage, Stage::Done, "{}", town.log().await);
    assert_eq!(town.processes.serving(), served("v2", 2));
    assert_eq!(saw.failed, Vec::<String>::new());
    assert!(saw.answers.keys().all(|(_, status)| *status == 200), "{:?}", saw.answers);
    assert!(saw.answers.len() == 2, "both releases answered: {:?}", saw.answers);
    let head = audit::verify(&town.store, None).await.unwrap();
    assert!(head.lines > 5);
    // And back, after the end.
    town.desk("min").undo("viewers of one TV see no subtitles").await.unwrap();
    let (rollout, saw) = town.carry_on(|_| false).await;
    assert_eq!((rollout.stage, rollout.plan.to.as_str()), (Stage::Done, "v1"));
    assert_eq!(town.processes.serving(), served("v1", 2));
    assert_eq!(saw.failed, Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bad_releases_are_undone_and_the_log_says_why() {
    for (release, words) in [
        ("v2-errors", "with errors against 0.0% in the control"),
        ("v2-rare-fails", "with errors against 0.0% in the control"),
        ("v2-slow", "of the canary's answers took longer than 32 ms against"),
        ("v2-doubled", "of the canary's answers took longer than 16 ms against"),
        ("v2-ends", "exit status: 3; undone"),
        ("v2-never", "it was not ready in 5 s; undone"),
    ] {
        let town = Town::new(2).await;
        town.roll(release).await;
        let (rollout, saw) = town.carry_on(|_| false).await;
        let log = town.log().await;
        assert_eq!(rollout.stage, Stage::Undone, "{log}");
        assert!(log.contains(words) && log.contains("site runs v1"), "{log}");
        assert_eq!(town.processes.serving(), served("v1", 2));
        assert_eq!(saw.failed, Vec::<String>::new());
    }
}

/// A leak is slower than traffic: it is found while the old release is warm.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_leaks_is_undone_and_what_does_not_stays() {
    for (release, words) in [
        ("v2-leaks", Some("the canary's resident bytes grew by ")),
        ("v2-opens", Some("the canary's open files grew by ")),
        ("v2", None),
    ] {
        let town = Town::new(1).await;
        town.roll_and_bake(release, 40).await;
        let (rollout, saw) = town.carry_on(|_| false).await;
        let log = town.log().await;
        assert_eq!(rollout.stage, if words.is_some() { Stage::Undone } else { Stage::Done }, "{log}");
        assert!(words.is_none_or(|words| log.contains(words) && log.contains("site runs v1")), "{log}");
        assert_eq!(saw.failed, Vec::<String>::new());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_look_by_another_controller_and_actions_that_fail_come_to_the_same() {
    let mut town = Town::new(2).await;
    town.processes.fails_every = Some(3);
    town.roll("v2").await;
    for number in 0.. {
        // The one before died without a word: its lease runs out.
        let controller = town.controller(&format!("controller {number}"));
        town.look(&controller).await;
        drop(controller);
        town.clock.advance(Duration::from_secs(11));
        let rollout = town.newest().await;
        if rollout.stage == Stage::Judge {
            assert!(number > 2, "several have died");
            break;
        }
        assert!(!rollout.has_ended() && number < 100, "{}", town.log().await);
    }
    // A judge needs windows, and a window needs a controller that lives for two looks.
    let (rollout, _) = town.carry_on(|_| false).await;
    let log = town.log().await;
    assert_eq!(rollout.stage, Stage::Done, "{log}");
    assert_eq!(town.processes.serving(), served("v2", 2));
    let all = town.processes.look().instances;
    assert_eq!(all.len(), 2, "nothing is left behind: {all:?}");
    audit::verify(&town.store, None).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_controllers_one_acts_and_the_replaced_one_is_refused() {
    let town = Town::new(1).await;
    town.roll("v2").await;
    let (a, b) = (town.controller("a"), town.controller("b"));
    assert!(matches!(town.look(&a).await, Ticked::Stepped { .. }));
    assert_eq!(town.look(&b).await, Ticked::Idle);
    town.clock.advance(Duration::from_secs(11));
    assert!(matches!(town.look(&b).await, Ticked::Stepped { .. }));
    assert_eq!(town.look(&a).await, Ticked::Idle, "it asks for the lease and does not get it");
    let stale = fleet::rollout::Driver::act(
        &town.processes,
        "site",
        1,
        &fleet::rollout::Action::Park { name: "site-0-1".into() },
    )
    .await;
    assert!(matches!(stale, Err(fleet::rollout::DriverError::Fenced { fence: 1, newest: 2 })), "{stale:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn undone_in_the_middle_of_a_wave_the_old_have_the_traffic_two_looks_later() {
    let town = Town::new(3).await;
    town.roll("v2").await;
    let (rollout, _) = town.carry_on(|stage| matches!(stage, Stage::Watch(_))).await;
    assert!(!rollout.has_ended());
    town.desk("min").undo("looks odd").await.unwrap();
    let controller = town.controller("controller");
    let saw = Asking::begin(town.processes.address());
    town.look(&controller).await;
    town.look(&controller).await;
    assert_eq!(town.processes.serving(), served("v1", 3));
    assert_eq!(saw.end().failed, Vec::<String>::new());
    let (rollout, _) = town.carry_on(|_| false).await;
    assert_eq!(rollout.why.as_deref(), Some("min: looks odd"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_host_lost_mid_wave_is_replaced() {
    let town = Town::new(3).await;
    town.roll("v2").await;
    town.carry_on(|stage| matches!(stage, Stage::Admit(_))).await;
    town.processes.lose_host("jeju");
    let (rollout, _) = town.carry_on(|_| false).await;
    assert_eq!(rollout.stage, Stage::Done, "{}", town.log().await);
    assert_eq!(town.processes.serving(), served("v2", 3));
    assert!(town.log().await.contains("host jeju does not answer"));
}
