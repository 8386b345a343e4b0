//! A store, processes, a controller, and viewers who never stop asking.

use std::{
    collections::BTreeMap,
    net::SocketAddr,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering::SeqCst},
    },
    thread,
    time::Duration,
};

use domain::{ManualClock, Timestamp};
use fleet::{
    judge::Rules,
    rollout::{Limits, Rollout, Stage},
};
use ops::{Controller, Desk, Ticked};
use store::{Options, Store};

use crate::processes::*;

/// Requests between two looks: enough for the judge; and how many at once.
const REQUESTS: usize = 240;
const AT_ONCE: usize = 24;
/// More looks than any rollout here takes.
const MOST_LOOKS: usize = 400;

pub struct Town {
    pub store: Store,
    pub clock: Arc<ManualClock>,
    pub processes: Processes,
    _dir: tempfile::TempDir,
}

/// What viewers saw.
#[derive(Debug, Default)]
pub struct Saw {
    /// Answers by release and status.
    pub answers: BTreeMap<(String, u16), usize>,
    /// Connections that came to nothing.
    pub failed: Vec<String>,
}

impl Saw {
    fn add(&mut self, answer: std::io::Result<(u16, String)>) {
        match answer {
            Ok((status, release)) => *self.answers.entry((release, status)).or_default() += 1,
            Err(error) => self.failed.push(error.to_string()),
        }
    }
}

impl Town {
    /// `count` instances of v1 take traffic.
    pub async fn new(count: usize) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(&dir.path().join("town.db")).await.unwrap();
        Self::of(count, store, dir)
    }

    /// The same on PostgreSQL.
    pub async fn on_postgres(count: usize) -> Self {
        Self::of(count, postgres().await, tempfile::tempdir().unwrap())
    }

    fn of(count: usize, store: Store, dir: tempfile::TempDir) -> Self {
        let clock = Arc::new(ManualClock::new(Timestamp::from_seconds(1_800_000_000)));
        let processes = Processes::new(clock.clone());
        for at in 0..count {
            let name = format!("site-0-{}", at + 1);
            processes.start(&name, "v1", ["busan", "jeju"][at % 2]);
            processes.tell(&name, "/admit");
        }
        Self { store, clock, processes, _dir: dir }
    }

    pub fn controller(&self, owner: &str) -> Controller<Processes> {
        Controller::new(self.store.clone(), self.processes.clone(), self.clock.clone(), owner)
    }

    pub fn desk(&self, who: &str) -> Desk {
        Desk {
            store: self.store.clone(),
            clock: self.clock.clone(),
            service: "site".into(),
            who: who.into(),
            approved: None,
        }
    }

    /// Plans and begins a rollout to `release`.
    pub async fn roll(&self, release: &str) {
        self.roll_and_bake(release, 5).await;
    }

    /// The same; the old release is warm for so many seconds.
    pub async fn roll_and_bake(&self, release: &str, bake_s: u64) {
        self.controller("first look").tick("site").await.unwrap();
        let limits = Limits { ready_s: 5, bake_s, ..Limits::default() };
        let rules = Rules { longest_s: 60, ..Rules::default() };
        let desk = self.desk("ana");
        let (plan, hash) = desk.plan(release, limits, rules).await.unwrap();
        desk.begin(plan, Some(&hash), "").await.unwrap();
    }

    pub async fn newest(&self) -> Rollout {
        self.desk("").status(1).await.unwrap().remove(0).rollout
    }

    /// Enough for the judge.
    pub fn traffic(&self) {
        traffic(self.processes.address());
    }

    /// Traffic, then a look, a second later by the clock; the stage after it.
    pub async fn look(&self, controller: &Controller<Processes>) -> Ticked {
        self.traffic();
        self.clock.advance(Duration::from_secs(1));
        controller.tick("site").await.unwrap()
    }

    /// Looks until the rollout has ended, or `until` says so. Meanwhile others ask without a pause.
    pub async fn carry_on(&self, until: impl Fn(Stage) -> bool) -> (Rollout, Saw) {
        let controller = self.controller("controller");
        let saw = Asking::begin(self.processes.address());
        for _ in 0..MOST_LOOKS {
            self.look(&controller).await;
            let rollout = self.newest().await;
            if rollout.has_ended() || until(rollout.stage) {
                self.store.release_rollout("site", "controller").await.unwrap();
                return (rollout, saw.end());
            }
        }
        panic!("no end: {:?}", self.newest().await.stage);
    }

    /// The words of the audit log, oldest first.
    pub async fn log(&self) -> String {
        let lines = self.store.audit_after(0, 1000).await.unwrap();
        lines.iter().map(|line| format!("{} {}: {}\n", line.who, line.what, line.body)).collect()
    }
}

/// A database of PostgreSQL that nobody has used.
pub async fn postgres() -> Store {
    let location = pgtest::Server::shared().database().parse().unwrap();
    Store::open_at(&location, &Options::default()).await.unwrap()
}

fn traffic(address: SocketAddr) -> Saw {
    let saw = Mutex::new(Saw::default());
    thread::scope(|scope| {
        for begin in 0..AT_ONCE {
            let saw = &saw;
            scope.spawn(move || {
                for at in (begin..REQUESTS).step_by(AT_ONCE) {
                    let answer = get(address, path(at));
                    saw.lock().unwrap().add(answer);
                }
            });
        }
    });
    saw.into_inner().unwrap()
}

/// What is asked for: one path in fifty is a rare one.
fn path(at: usize) -> &'static str {
    match at {
        _ if at.is_multiple_of(50) => "/rare",
        _ if at.is_multiple_of(4) => "/t/{title}",
        _ => "/",
    }
}

/// Somebody who asks, on a new connection each time, until told to end.
pub struct Asking {
    end: Arc<AtomicBool>,
    thread: thread::JoinHandle<Saw>,
}

impl Asking {
    pub fn begin(address: SocketAddr) -> Self {
        let end = Arc::new(AtomicBool::new(false));
        let ended = end.clone();
        let thread = thread::spawn(move || {
            let mut saw = Saw::default();
            while !ended.load(SeqCst) {
                saw.add(get(address, "/"));
            }
            saw
        });
        Self { end, thread }
    }

    pub fn end(self) -> Saw {
        self.end.store(true, SeqCst);
        self.thread.join().unwrap()
    }
}
