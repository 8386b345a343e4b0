//! A host with an instance that accepts and never answers: it is heard of all the same, and the release is what is blamed.

use std::{
    collections::BTreeMap,
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::SeqCst},
    },
    time::Duration,
};

use domain::{Clock, ManualClock, Timestamp};
use drivers::{Host, Programs};
use fleet::{
    judge::Rules,
    rollout::{Limits, Stage},
};
use ops::{Controller, Desk, Hosts, Post};
use store::Store;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};

use crate::fake::{Fake, HANGS, spec};

/// Where an instance answers operators, and how often it was asked.
struct Ops {
    at: SocketAddr,
    asked: Arc<AtomicUsize>,
}

impl Ops {
    /// Of one that has counted a request, or accepts and never answers.
    async fn begin(answers: bool) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let (at, asked) = (listener.local_addr().unwrap(), Arc::new(AtomicUsize::new(0)));
        let counts = asked.clone();
        tokio::spawn(async move {
            let mut held = Vec::new();
            while let Ok((mut stream, _)) = listener.accept().await {
                counts.fetch_add(1, SeqCst);
                if !answers {
                    held.push(stream);
                    continue;
                }
                let body = "primetime_http_offered_total{role=\"site\"} 1\nprimetime_http_connections_accepted_total 1\n# EOF\n";
                let _head = stream.read(&mut [0; 1024]).await;
                let answer = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{body}", body.len());
                let _gone = stream.write_all(answer.as_bytes()).await;
            }
        });
        Self { at, asked }
    }
}

struct There {
    clock: Arc<ManualClock>,
    engine: Fake,
    store: Store,
    post: Post<Host<Fake>>,
    _dir: tempfile::TempDir,
}

impl There {
    async fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(&dir.path().join("hanging.db")).await.unwrap();
        let clock = Arc::new(ManualClock::new(Timestamp::from_seconds(1_800_000_000)));
        let engine = Fake::new(clock.clone());
        let programs: Programs = Arc::new(|release: &str, _| Ok(spec(release)));
        let shared: Arc<dyn Clock> = clock.clone();
        let host = Host::new("site", "busan", Arc::new(engine.clone()), shared, programs);
        let post = Post::new(store.clone(), host, clock.clone(), "site", "busan");
        Self { clock, engine, store, post, _dir: dir }
    }

    fn desk(&self) -> Desk {
        Desk {
            store: self.store.clone(),
            clock: self.clock.clone(),
            service: "site".into(),
            who: "ana".into(),
            approved: None,
        }
    }
}

#[tokio::test]
async fn for_a_report_there_is_one_look_and_every_instance_is_asked_once() {
    let mut there = There::new().await;
    let mut all = BTreeMap::new();
    for (name, release) in [("i1", "v1"), ("i2", "v1"), ("i3", "v1"), ("i4", HANGS)] {
        let ops = Ops::begin(release != HANGS).await;
        there.engine.serve(name, release, Some(ops.at));
        all.insert(name, ops);
    }
    for (rolling, asked) in [(true, 1), (false, 2)] {
        there.post.tell(rolling).await.unwrap();
        assert_eq!(there.engine.looks.load(SeqCst), asked);
        assert!(all.values().all(|ops| ops.asked.load(SeqCst) == asked));
        let told: Vec<_> =
            there.post.loads().iter().map(|(name, totals)| (&**name, totals.offered)).collect();
        assert_eq!(told, [("busan.i1", 1), ("busan.i2", 1), ("busan.i3", 1)]);
        let report = &there.store.host_reports("site").await.unwrap()[0];
        assert_eq!(report.number, asked as i64);
        assert_eq!(report.report.contains("age_s"), rolling, "for the judge: {}", report.report);
    }
}

#[tokio::test]
async fn a_release_that_hangs_is_blamed_and_not_its_host() {
    let mut there = There::new().await;
    for name in ["i1", "i2", "i3", "i4"] {
        there.engine.serve(name, "v1", None);
    }
    let hosts = Hosts::new(there.store.clone(), there.clock.clone());
    let controller = Controller::new(there.store.clone(), hosts, there.clock.clone(), "a");
    let mut rollout = None;
    for look in 0..100 {
        there.clock.advance(Duration::from_millis(500));
        there.post.tell(true).await.unwrap();
        let ticked = controller.tick("site").await;
        there.post.follow().await.unwrap();
        if look < 2 {
            continue;
        }
        ticked.unwrap();
        let desk = there.desk();
        if look == 2 {
            let limits = Limits { ready_s: 5, ..Limits::default() };
            let (plan, hash) = desk.plan(HANGS, limits, Rules::default()).await.unwrap();
            desk.begin(plan, Some(&hash), "").await.unwrap();
        }
        rollout = Some(desk.status(1).await.unwrap().remove(0).rollout);
        if rollout.as_ref().unwrap().has_ended() {
            break;
        }
    }
    let rollout = rollout.unwrap();
    let lines = there.store.audit_after(0, 1000).await.unwrap();
    let log: String = lines.iter().map(|line| format!("{}\n", line.body)).collect();
    assert_eq!(rollout.stage, Stage::Undone, "{log}");
    assert!(log.contains("of hangs on busan: it was not ready in 5 s: no answer; undone"), "{log}");
    assert!(!log.contains("does not answer"), "{log}");
}
