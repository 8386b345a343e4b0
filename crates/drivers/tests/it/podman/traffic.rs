//! Requests through haproxy while containers come and go, supervisors end and haproxy forgets.

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed},
    },
    time::Duration,
};

use drivers::{Engine, EngineError, Goal, Instance, Keeper, Kept, Patience, Podman, State, Traffic};
use tokio::{task::JoinSet, time::sleep};

use super::{World, podman};
use crate::{
    engine::{clocks, name, until},
    instance::LONGER,
    replacing::{ask, keep_alive},
};

const LONG: Duration = Duration::from_secs(60);

fn states(all: &[Instance]) -> Vec<&State> {
    all.iter().map(|instance| &instance.state).collect()
}

async fn reach(keeper: &mut Keeper<Podman>, world: &World, release: &str) {
    let goal = Goal { instances: 2, spec: world.spec(release) };
    while keeper.keep(&goal).await.unwrap() != Kept::Whole {
        sleep(Duration::from_millis(20)).await;
    }
}

/// Asks without a pause until it is told to end; one failure is a panic.
fn crowd(address: SocketAddr, done: &Arc<AtomicBool>, counts: &[Arc<AtomicUsize>; 3]) -> JoinSet<()> {
    let mut clients = JoinSet::new();
    for client in 0..4 {
        let (done, count) = (done.clone(), counts[client % 3].clone());
        clients.spawn(async move {
            while !done.load(Relaxed) {
                let asked = match client % 3 {
                    0 => ask(address, "/").await.map(|body| body.len().min(1)),
                    1 => keep_alive(address).await,
                    _ => ask(address, "/longer").await.map(|body| usize::from(body.len() == LONGER)),
                };
                let asked = asked.unwrap_or_else(|error| panic!("client {client}: {error}"));
                assert!(asked > 0, "client {client} got a part");
                count.fetch_add(asked, Relaxed);
            }
        });
    }
    clients
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_notices_that_containers_are_replaced() {
    let world = World::new();
    let engine = Arc::new(world.open().await);
    let mut keeper = Keeper::new(engine.clone(), &clocks(), Patience::default());
    reach(&mut keeper, &world, "r0").await;
    let (done, counts) = (Arc::new(AtomicBool::new(false)), Default::default());
    let mut clients = crowd(world.haproxy.address, &done, &counts);
    for round in 1..=2 {
        reach(&mut keeper, &world, &format!("r{round}")).await;
    }
    done.store(true, Relaxed);
    while let Some(client) = clients.join_next().await {
        client.unwrap();
    }
    let counts = counts.map(|count| count.load(Relaxed));
    println!("2 replacements of 2; new connections, kept, downloads: {counts:?}; failed: 0");
    assert!(counts.iter().all(|count| *count > 0), "{counts:?}");
    let all = engine.list().await.unwrap();
    assert!(all.iter().all(|i| i.release == "r2" && i.state == State::Ready) && all.len() == 2, "{all:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_download_is_finished_whoever_supervises() {
    let world = World::new();
    let address = world.haproxy.address;
    let engine = world.open().await;
    engine.start(&name("a"), &world.spec("r1"), Traffic::WhenReady).await.unwrap();
    until(&engine, "ready", |all| states(all) == [&State::Ready]).await;
    let busy = Podman::open(world.settings(), clocks()).await.unwrap_err();
    assert!(busy.to_string().contains("another supervisor"), "{busy}");
    let download = tokio::spawn(async move { ask(address, "/longer").await });
    sleep(Duration::from_millis(200)).await;
    engine.start(&name("b"), &world.spec("r2"), Traffic::WhenAdmitted).await.unwrap();
    until(&engine, "warm", |all| states(all) == [&State::Ready, &State::Warm]).await;
    assert_eq!(ask(address, "/").await.unwrap(), "r1");
    engine.admit(&name("b")).await.unwrap();
    engine.drain(&name("a"), LONG).await.unwrap();
    assert_eq!(states(&engine.list().await.unwrap()), [&State::Draining, &State::Ready]);
    // Killed in the middle; the next one finds all of it and goes on.
    drop(engine);
    let engine = world.open().await;
    assert_eq!(states(&engine.list().await.unwrap()), [&State::Draining, &State::Ready]);
    assert!(!download.is_finished());
    assert_eq!(ask(address, "/").await.unwrap(), "r2", "nothing new goes to one that drains");
    assert_eq!(download.await.unwrap().unwrap().len(), LONGER);
    let ended = until(&engine, "ended", |all| matches!(all[0].state, State::Ended(_))).await;
    let State::Ended(end) = &ended[0].state else { panic!("{ended:?}") };
    assert!(end.asked && end.how == "exit status: 0", "{end:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_haproxy_forgets_it_is_told_again() {
    let mut world = World::new();
    let address = world.haproxy.address;
    let engine = world.open().await;
    for (name, traffic) in [(name("a"), Traffic::WhenReady), (name("b"), Traffic::WhenAdmitted)] {
        engine.start(&name, &world.spec("r1"), traffic).await.unwrap();
    }
    let held = |all: &[Instance]| states(all) == [&State::Ready, &State::Warm];
    until(&engine, "ready", held).await;
    world.haproxy.kill();
    let before = world.containers();
    let away = [
        engine.list().await.map(|_| ()),
        engine.drain(&name("a"), LONG).await,
        engine.stop(&name("a")).await,
        engine.park(&name("a")).await,
        engine.admit(&name("b")).await,
    ];
    assert!(away.iter().all(|said| matches!(said, Err(EngineError::Busy(_)))), "{away:?}");
    assert_eq!(world.containers(), before, "nothing was stopped, nothing is written down");
    world.haproxy.start_again();
    assert!(ask(address, "/").await.is_err(), "it knows no server yet");
    assert!(held(&engine.list().await.unwrap()));
    assert_eq!(ask(address, "/").await.unwrap(), "r1");

    // Whoever dies is found by the next look, and gone from haproxy.
    podman(&["kill", world.containers().iter().find(|name| name.contains(".a.")).unwrap()]);
    let ended = until(&engine, "ended", |all| matches!(all[0].state, State::Ended(_))).await;
    let State::Ended(end) = &ended[0].state else { panic!("{ended:?}") };
    assert!(!end.asked && end.how.contains("signal: 9"), "{end:?}");
    engine.stop(&name("a")).await.unwrap();
    until(&engine, "alone", |all| all.len() == 1).await;
    assert!(ask(address, "/").await.is_err(), "one that is warm takes nothing");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_does_not_drain_in_time_is_ended() {
    let world = World::new();
    let address = world.haproxy.address;
    let engine = world.open().await;
    engine.start(&name("a"), &world.spec("r1"), Traffic::WhenReady).await.unwrap();
    until(&engine, "ready", |all| states(all) == [&State::Ready]).await;
    let download = tokio::spawn(async move { ask(address, "/longer").await });
    sleep(Duration::from_millis(200)).await;
    engine.drain(&name("a"), Duration::from_millis(300)).await.unwrap();
    let ended = until(&engine, "ended", |all| matches!(all[0].state, State::Ended(_))).await;
    let State::Ended(end) = &ended[0].state else { panic!("{ended:?}") };
    assert!(end.asked, "{end:?}");
    assert!(download.await.unwrap().map_or(true, |body| body.len() < LONGER), "it was cut");
    let missing =
        drivers::Spec { program: crate::instance::image("localhost/nowhere:1"), ..world.spec("r1") };
    let refused = engine.start(&name("b"), &missing, Traffic::WhenReady).await.unwrap_err().to_string();
    assert!(refused.contains("localhost/nowhere:1"), "{refused}");
    let there = super::image::name();
    let other = drivers::Spec { program: crate::instance::image(&there), ..world.spec("r1") };
    let refused = engine.start(&name("b"), &other, Traffic::WhenReady).await.unwrap_err().to_string();
    assert!(refused.contains(&format!("{there} is not the image that was signed")), "{refused}");
    assert_eq!(engine.list().await.unwrap().len(), 1);
}
