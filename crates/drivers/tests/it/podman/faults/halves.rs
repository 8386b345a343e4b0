//! podman does what it is asked, and says that it failed.

use std::time::Duration;

use drivers::Engine;

use super::{Faulty, again, ended, until};
use crate::engine::name;

const WORDS: &str = "it broke half-way";

#[tokio::test(flavor = "multi_thread")]
async fn what_came_up_all_the_same_is_counted() {
    let it = Faulty::new();
    let mut keeper = it.keeper(it.open().await);
    it.suffer("run", "half");
    let said = it.reach(&mut keeper, "r1").await;
    assert!(said.contains(WORDS), "{said}");
    assert!(it.running().contains(&it.left("run.done")), "it was not ended for what podman said");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_left_all_the_same_is_replaced() {
    let it = Faulty::new();
    let mut keeper = it.keeper(it.open().await);
    it.reach(&mut keeper, "r1").await;
    let calls = ["rename", "stop", "rm"];
    for call in calls {
        it.suffer(call, "half");
    }
    let said = it.reach(&mut keeper, "r2").await;
    assert!(calls.iter().all(|call| it.met(call)));
    // `podman stop` is called beside the keeper.
    assert!(said.matches(WORDS).count() == 2, "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_drain_that_was_written_down_all_the_same_ends() {
    let it = Faulty::new();
    let engine = it.serving().await;
    it.suffer("rename", "half");
    let said = again(async || engine.drain(&name("a"), Duration::from_secs(1)).await).await;
    assert!(said.contains(WORDS), "{said}");
    until(&engine, ended).await;
}
