//! A program that is run to its end, by a podman that is busy, lies, does half, or hangs.

use std::time::Duration;

use drivers::Engine;
use tokio_util::sync::CancellationToken;

use super::{Faulty, LONG, podman, silence::gone};

/// How a program of this name ends, after `podman run` has suffered this.
async fn ends(it: &Faulty, engine: &impl Engine, program: &str, fault: &str) -> Result<(), String> {
    it.suffer("run", fault);
    let ended = engine.complete(&it.world.spec(program), LONG, CancellationToken::new()).await;
    assert!(it.met("run"), "{fault}");
    let name = format!("name=primetime.{}.once", it.world.service);
    assert_eq!(podman(&["ps", "--all", "--filter", &name, "--format", "{{.Names}}"]), "");
    ended
}

#[tokio::test(flavor = "multi_thread")]
async fn its_end_is_its_own_whatever_podman_says() {
    let it = Faulty::new();
    let engine = it.open().await;
    let nobodys = "busy clone: Resource temporarily unavailable";
    for fault in [nobodys, "says done", "half"] {
        assert_eq!(ends(&it, &engine, "ends", fault).await, Ok(()), "{fault}");
    }
    // That it was run for all that podman said at first is seen by how it ended.
    for fault in [nobodys, "says done"] {
        let failed = ends(&it, &engine, "dead", fault).await.unwrap_err();
        assert!(failed.contains("exit status: 101"), "{fault}: {failed}");
    }
    let failed = ends(&it, &engine, "dead", "half").await.unwrap_err();
    assert!(failed.contains("it broke half-way"), "{failed}");
}

#[tokio::test(flavor = "multi_thread")]
async fn one_that_hangs_is_ended_when_its_time_is_up() {
    let it = Faulty::new();
    let engine = it.open().await;
    it.suffer("run", "hang");
    let spec = it.world.spec("ends");
    let late = engine.complete(&spec, Duration::from_secs(2), CancellationToken::new()).await.unwrap_err();
    assert!(late.contains("not done in 2 s"), "{late}");
    gone(&it, "run").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn it_is_not_run_for_longer_than_it_may() {
    let it = Faulty::new();
    let engine = it.open().await;
    it.suffer("image", "busy database is locked");
    let spec = it.world.spec("ends");
    let late = engine.complete(&spec, Duration::from_secs(1), CancellationToken::new()).await;
    let late = late.unwrap_err();
    assert!(late.contains("not done in 1 s") && late.contains("busy"), "{late}");
}
