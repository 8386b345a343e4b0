//! podman says what is not so.

use std::time::Duration;

use drivers::{Engine, EngineError, State, Traffic};

use super::{Faulty, again, ended, until};
use crate::{engine::name, replacing::ask};

#[tokio::test(flavor = "multi_thread")]
async fn a_start_that_was_none_is_found_out() {
    let it = Faulty::new();
    let mut keeper = it.keeper(it.open().await);
    it.suffer("run", &format!("says {}", "1f".repeat(32)));
    let said = it.reach(&mut keeper, "r1").await;
    assert!(said.contains("i1.serving was started, and does not have it"), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_that_is_wrong_ends_nothing() {
    let it = Faulty::new();
    let engine = it.serving().await;
    let (before, address) = (it.running(), it.world.haproxy.address);
    let spec = it.world.spec("r2");
    let not_understood = "podman answered what we do not understand";
    let not_listed = format!("podman has {} and does not list it", before[0]);
    for (fault, words) in [
        ("says <html>", not_understood),
        ("says", not_understood),
        ("cut", not_understood),
        ("says []", &not_listed),
    ] {
        for start in [false, true] {
            it.suffer("ps", fault);
            let said = match start {
                false => engine.list().await.map(|_| ()),
                true => engine.start(&name("b"), &spec, Traffic::WhenReady).await,
            };
            let Err(EngineError::Uncertain(why)) = &said else { panic!("{fault}: {said:?}") };
            assert!(why.contains(words), "{fault}: {why}");
            assert_eq!(it.running(), before, "{fault}");
            assert_eq!(ask(address, "/").await.unwrap(), "r1", "{fault}: it serves on");
        }
    }
    until(&engine, |all| all.len() == 1 && all[0].state == State::Ready).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_that_was_never_listed_is_not_ended_for_its_name() {
    let it = Faulty::new();
    drop(it.serving().await);
    let before = it.running();
    it.suffer("ps", "says []");
    let engine = it.open().await;
    it.suffer("ps", "says []");
    let spec = it.world.spec("r1");
    let said = again(async || engine.start(&name("a"), &spec, Traffic::WhenReady).await).await;
    assert!(said.contains("a.serving may be there"), "{said}");
    until(&engine, |all| all.len() == 1 && all[0].state == State::Ready).await;
    assert_eq!(it.running(), before);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_end_that_was_none_is_found_out() {
    let it = Faulty::new();
    let engine = it.serving().await;
    it.suffer("stop", "says a");
    again(async || engine.drain(&name("a"), Duration::from_secs(1)).await).await;
    until(&engine, ended).await;
    assert!(it.met("stop"));
    it.suffer("rm", "says a");
    let said = again(async || engine.stop(&name("a")).await).await;
    assert!(said.contains("a was removed, and still has it"), "{said}");
    assert!(it.world.containers().is_empty());
}
