//! What only processes of this machine do: die, outlive their supervisor, be held to limits.

use std::{fs, os::unix::fs::PermissionsExt, sync::Arc, time::Duration};

use domain::ManualClock;
use drivers::{Engine, EngineError, Program, State, Traffic, counted, local::LocalLimits};
use rustix::process::{Pid, Signal, kill_process};
use tokio::time::sleep;

use crate::{
    engine::{self, Host, name, until},
    instance::spec,
};

fn kill(pid: u32) {
    kill_process(Pid::from_raw(pid as i32).unwrap(), Signal::KILL).unwrap();
}

#[tokio::test]
async fn a_death_is_noticed_with_its_cause() {
    let host = Host::new().await;
    host.local.start(&name("a"), &spec("r1"), Traffic::WhenReady).await.unwrap();
    let ready = until(&host.local, "ready", |all| all[0].state == State::Ready).await;
    kill(ready[0].pid.unwrap());
    host.local.changed().await;
    let ended = host.local.list().await.unwrap();
    let State::Ended(end) = &ended[0].state else { panic!("{ended:?}") };
    assert!(!end.asked && end.how.contains("signal: 9"), "{end:?}");
    host.end().await;
}

#[tokio::test]
async fn instances_outlive_their_supervisor_and_the_next_one_adopts_them() {
    let host = Host::new().await;
    host.local.start(&name("a"), &spec("r1"), Traffic::WhenReady).await.unwrap();
    host.local.start(&name("b"), &spec("r1"), Traffic::WhenReady).await.unwrap();
    let before = until(&host.local, "ready", |all| all.iter().all(|i| i.state == State::Ready)).await;
    let address = host.local.address().unwrap();
    let busy = engine::open(&host.dir, engine::limits()).await.unwrap_err().to_string();
    assert!(busy.contains("another host's process keeps"), "{busy}");

    // As if it had been killed before it could write down the number of the second.
    let file = host.dir.path().join("host/instances.json");
    let mut written: serde_json::Value = serde_json::from_slice(&fs::read(&file).unwrap()).unwrap();
    let binary = std::env::current_exe().unwrap();
    assert_eq!(
        written["instances"][0]["spec"]["binary"],
        binary.to_str().unwrap(),
        "as it always stood there"
    );
    let Host { local, dir } = host;
    let other = tempfile::tempdir().unwrap();
    fs::create_dir(other.path().join("host")).unwrap();
    drop(local);
    written["instances"][1]["process"] = serde_json::Value::Null;
    fs::write(&file, serde_json::to_vec(&written).unwrap()).unwrap();
    // The tasks that wait for the children still hold the first supervisor in this process: its lock is a file of its own.
    fs::remove_file(dir.path().join("host/lock")).unwrap();
    let local = engine::open(&dir, engine::limits()).await.unwrap();
    assert_eq!(local.address().unwrap(), address, "the same socket, taken over");
    let after =
        until(&local, "ready", |all| all.len() == 2 && all.iter().all(|i| i.state == State::Ready)).await;
    assert_eq!(after, before);

    // A number that somebody else has now is nobody of ours.
    let mut wrong = written.clone();
    wrong["instances"] = serde_json::json!([written["instances"][0]]);
    wrong["instances"][0]["process"] = serde_json::json!({ "pid": std::process::id(), "start": 1 });
    fs::write(other.path().join("host/instances.json"), serde_json::to_vec(&wrong).unwrap()).unwrap();
    let stranger = engine::open(&other, engine::limits()).await.unwrap();
    assert!(
        matches!(&stranger.list().await.unwrap()[0].state, State::Ended(end) if end.how.contains("no supervisor"))
    );
    stranger.stop(&name("a")).await.unwrap(); // and this test lives

    Host { local, dir }.end().await;
}

#[tokio::test]
async fn what_does_not_drain_in_time_is_killed() {
    let host = Host::new().await;
    host.local.start(&name("a"), &spec("r1"), Traffic::WhenReady).await.unwrap();
    let ready = until(&host.local, "ready", |all| all[0].state == State::Ready).await;
    // Stopped, it cannot hear that it is to drain.
    kill_process(Pid::from_raw(ready[0].pid.unwrap() as i32).unwrap(), Signal::STOP).unwrap();
    host.local.drain(&name("a"), Duration::from_millis(50)).await.unwrap();
    let ended = until(&host.local, "ended", |all| matches!(all[0].state, State::Ended(_))).await;
    let State::Ended(end) = &ended[0].state else { panic!("{ended:?}") };
    assert!(end.asked && end.how.contains("signal: 9"), "{end:?}");
    host.end().await;
}

#[tokio::test]
async fn what_cannot_be_written_down_ends_all_the_same() {
    let host = Host::new().await;
    for one in ["a", "b", "c"] {
        host.local.start(&name(one), &spec("r1"), Traffic::WhenReady).await.unwrap();
    }
    let ready = until(&host.local, "ready", |all| all.iter().all(|i| i.state == State::Ready)).await;
    // As on a full disk.
    let draft = host.dir.path().join("host/instances.json.new");
    fs::create_dir(&draft).unwrap();
    let more = host.local.start(&name("d"), &spec("r1"), Traffic::WhenReady).await.unwrap_err().to_string();
    assert!(more.contains("cannot write down"), "{more}");
    host.local.drain(&name("a"), Duration::from_secs(60)).await.unwrap();
    // Stopped, it cannot hear that it is to drain: its time is counted as well.
    kill_process(Pid::from_raw(ready[1].pid.unwrap() as i32).unwrap(), Signal::STOP).unwrap();
    host.local.drain(&name("b"), Duration::from_millis(50)).await.unwrap();
    host.local.stop(&name("c")).await.unwrap();
    let ended = |i: &drivers::Instance| matches!(&i.state, State::Ended(end) if end.asked);
    until(&host.local, "ended", |all| all.len() == 2 && all.iter().all(ended)).await;
    fs::remove_dir(&draft).unwrap();
    host.end().await;
}

#[tokio::test]
async fn a_drain_that_the_next_supervisor_goes_on_with_has_its_time_though_the_clock_was_set() {
    let host = Host::new().await;
    host.local.start(&name("a"), &spec("r1"), Traffic::WhenReady).await.unwrap();
    let ready = until(&host.local, "ready", |all| all[0].state == State::Ready).await;
    let pid = Pid::from_raw(ready[0].pid.unwrap() as i32).unwrap();
    kill_process(pid, Signal::STOP).unwrap();
    host.local.drain(&name("a"), Duration::from_secs(600)).await.unwrap();
    fs::remove_file(host.dir.path().join("host/lock")).unwrap();
    let mut clocks = engine::clocks();
    clocks.wall = Arc::new(ManualClock::new(clocks.wall.now().plus(Duration::from_secs(7_200))));
    let next = engine::open_at(&host.dir, engine::limits(), clocks).await.unwrap();
    assert_eq!(next.list().await.unwrap()[0].state, State::Draining);
    // Whoever thinks that its time is up has the time to act on it.
    sleep(Duration::from_millis(50)).await;
    kill_process(pid, Signal::CONT).unwrap();
    // Its parent knows how it ended.
    let ended = until(&host.local, "ended", |all| matches!(all[0].state, State::Ended(_))).await;
    let State::Ended(end) = &ended[0].state else { panic!("{ended:?}") };
    assert!(end.asked && end.how.contains("exit status: 0"), "{end:?}");
    host.end().await;
}

#[tokio::test]
async fn limits_are_refusals_or_the_systems() {
    let host = Host::with(LocalLimits { instances: 1 }).await;
    host.local.start(&name("a"), &spec("r1"), Traffic::WhenReady).await.unwrap();
    let more = host.local.start(&name("b"), &spec("r1"), Traffic::WhenReady).await;
    assert!(matches!(&more, Err(EngineError::Refused(why)) if why.contains("1 instances")), "{more:?}");
    let pid = host.local.list().await.unwrap()[0].pid.unwrap();
    let limits = fs::read_to_string(format!("/proc/{pid}/limits")).unwrap();
    let line = |name: &str| limits.lines().find(|line| line.starts_with(name)).unwrap().to_owned();
    assert!(
        line("Max data size").contains("1073741824") && line("Max open files").contains("4096"),
        "{limits}"
    );
    let mode = |path: &str| host.dir.path().join(path).metadata().unwrap().permissions().mode() & 0o777;
    assert_eq!((mode("host"), mode("host/instances.json")), (0o700, 0o600));
    let mut missing = spec("r1");
    missing.program = Program::Binary("/nowhere/primetime".into());
    host.local.stop(&name("a")).await.unwrap();
    let refused = host.local.start(&name("b"), &missing, Traffic::WhenReady).await.unwrap_err().to_string();
    assert!(refused.contains("/nowhere/primetime"), "{refused}");
    host.end().await;
}

#[tokio::test]
async fn what_an_instance_counts_is_read() {
    let host = Host::new().await;
    host.local.start(&name("a"), &spec("r1"), Traffic::WhenReady).await.unwrap();
    let ready = until(&host.local, "ready", |all| all[0].state == State::Ready).await;
    let ops = ready[0].ops.unwrap();
    let before = counted(ops, domain::Timestamp(1)).await.unwrap();
    assert_eq!(crate::replacing::ask(host.local.address().unwrap(), "/").await.unwrap(), "r1");
    let after = counted(ops, domain::Timestamp(2)).await.unwrap();
    let between = after.since(&before).unwrap();
    assert_eq!((between.offered, between.answers("2xx"), between.answers("5xx")), (1, 1, 0));
    let route = &between.routes[&("it".to_owned(), "/".to_owned())];
    assert_eq!((route.latency.count(), route.latency.buckets.len()), (1, 17));
    assert!(after.memory.unwrap() > 1 << 20);
    assert_eq!(before.since(&after), None, "it went backwards: it began anew");
    host.end().await;
}
