//! podman does not answer.

use std::{fs, time::Duration};

use drivers::Engine;
use tokio::time::{sleep, timeout};

use super::{Faulty, LONG, SHORT, again, ended, until};
use crate::engine::name;

const WORDS: &str = "podman did not answer in 5s";

/// Until the processes of a call that hung are no more: neither itself nor its helper.
pub(super) async fn gone(it: &Faulty, call: &str) {
    let pids = it.left(&format!("{call}.pids"));
    let lives = |pid: &str| {
        // One that nobody has waited for yet has ended.
        let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
        stat.rsplit_once(") ").is_some_and(|(_, state)| !state.starts_with('Z'))
    };
    assert_eq!(pids.split(' ').count(), 2);
    let waiting = async {
        while pids.split(' ').any(lives) {
            sleep(Duration::from_millis(20)).await;
        }
    };
    assert!(timeout(LONG, waiting).await.is_ok(), "{call} lives on: {pids}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_start_that_hangs_is_begun_again() {
    let it = Faulty::patient(SHORT);
    let mut keeper = it.keeper(it.open().await);
    it.suffer("run", "hang");
    let said = it.reach(&mut keeper, "r1").await;
    assert!(said.contains(WORDS), "{said}");
    gone(&it, "run").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_look_that_hangs_ends_nothing() {
    let it = Faulty::patient(SHORT);
    let engine = it.serving().await;
    let before = it.running();
    it.suffer("ps", "hang");
    let said = until(&engine, |all| all.len() == 1).await;
    assert!(said.contains(WORDS), "{said}");
    gone(&it, "ps").await;
    assert_eq!(it.running(), before);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_end_that_hangs_is_asked_for_again() {
    let it = Faulty::patient(SHORT);
    let engine = it.serving().await;
    it.suffer("stop", "hang");
    again(async || engine.drain(&name("a"), Duration::from_secs(1)).await).await;
    until(&engine, ended).await;
    gone(&it, "stop").await;
    it.suffer("rm", "hang");
    let said = again(async || engine.stop(&name("a")).await).await;
    assert!(said.contains(WORDS), "{said}");
    gone(&it, "rm").await;
    assert!(it.world.containers().is_empty());
}
