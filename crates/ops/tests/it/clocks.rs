//! Machines whose clocks are hours apart, on one database.

use std::{sync::Arc, time::Duration};

use domain::{Clock, ManualClock, Timestamp};
use fleet::{
    judge::Rules,
    plan::{Role, Zone},
    rollout::{Limits, Stage},
};
use ops::{
    Controller, Desk, Post, Ticked,
    fleet::{Aims, Fleet, Looked, known},
};
use store::{SharedClock, Store};

use crate::{
    fleet::{EACH, Told},
    processes::Processes,
    town::*,
};

/// Seconds that a machine's clock is off, and those of the one that takes over.
const APART: [(i64, i64); 4] = [(7200, 0), (-7200, 0), (0, 7200), (0, -7200)];

/// A machine's clock: off by so many microseconds, and never standing apart from the test's.
struct Skewed(Arc<ManualClock>, i64);

impl Clock for Skewed {
    fn now(&self) -> Timestamp {
        Timestamp(self.0.now().micros() + self.1)
    }
}

/// The clock that a process goes by on a machine that is off by so many seconds.
async fn clock(store: &Store, steady: &Arc<ManualClock>, off: i64) -> Arc<dyn Clock> {
    let machine = Arc::new(Skewed(steady.clone(), off * 1_000_000));
    Arc::new(SharedClock::open(store.clone(), machine, steady.clone()).await.unwrap())
}

fn planner(store: &Store, clock: Arc<dyn Clock>, owner: &str) -> Fleet {
    let aims = Aims {
        service: "site".into(),
        role: Role::Site,
        declared: EACH,
        lead: 3,
        price: 0.02,
        zone: Zone::fixed("KST", 540),
        dry: false,
    };
    Fleet::new(store.clone(), clock, owner, aims)
}

/// One that plans dies; the other plans within the lease's length, and at no moment is there a host to which the plan has expired.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_planned_by_whichever_clock_another_goes_on_in_time() {
    for (first, second) in APART {
        let store = postgres().await;
        let steady = Arc::new(ManualClock::new(Timestamp::from_seconds(1_799_625_600)));
        let told = Told::default();
        let hosts = [clock(&store, &steady, first).await, clock(&store, &steady, second).await];
        let mut post = Post::new(store.clone(), told.clone(), hosts[0].clone(), "site", "busan");
        let mut a = planner(&store, hosts[0].clone(), "a");
        let mut b = planner(&store, hosts[1].clone(), "b");
        let mut seconds = async |count: u64, load: u64| {
            for _ in 0..count / 2 {
                steady.advance(Duration::from_secs(2));
                told.0.lock().unwrap().entry("i1".into()).or_default().offered += load;
                post.tell(false).await.unwrap();
            }
        };
        let floors = async || {
            let known = known(&store, "site").await.unwrap().unwrap();
            hosts.each_ref().map(|host| known.floor(host.now()))
        };
        let case = format!("{first} s off, then {second} s off");
        let mut planned = 0;
        for _ in 0..90 {
            seconds(2, 100).await;
            let looked = a.look(&[]).await.unwrap();
            planned += u32::from(matches!(looked, Looked::Planned(_)));
            let idle = b.look(&[]).await.unwrap();
            assert!(b.right().fence().is_none() && !matches!(idle, Looked::Planned(_)), "{case}: {idle:?}");
        }
        assert!(planned >= 2 && a.right().fence() == Some(1), "{case}: {planned}");
        drop(a);
        let mut waited = 0;
        while b.right().fence().is_none() {
            seconds(2, 100).await;
            waited += 2;
            b.look(&[]).await.unwrap();
            assert!(waited <= 16, "{case}");
            assert!(floors().await.iter().all(Option::is_some), "{case}: {:?}", floors().await);
        }
        assert!(waited >= 14, "{case}: it waited {waited} s");
        for _ in 0..60 {
            seconds(2, 100).await;
            b.look(&[]).await.unwrap();
            assert!(floors().await.iter().all(Option::is_some), "{case}: {:?}", floors().await);
        }
        let known = known(&store, "site").await.unwrap().unwrap();
        assert_eq!((known.owner.as_str(), b.right().fence()), ("b", Some(2)), "{case}");
    }
}

/// The one that carries a rollout on dies in the middle; the other goes on to its end, and no stage takes hours or no time.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_rolled_by_whichever_clock_another_goes_on_in_time() {
    for (first, second) in APART {
        let case = format!("{first} s off, then {second} s off");
        let town = Town::on_postgres(1).await;
        let clocks =
            [clock(&town.store, &town.clock, first).await, clock(&town.store, &town.clock, second).await];
        let controller = |at: usize, owner: &str| -> Controller<Processes> {
            Controller::new(town.store.clone(), town.processes.clone(), clocks[at].clone(), owner)
        };
        let (a, b) = (controller(0, "a"), controller(1, "b"));
        town.look(&a).await;
        let desk = Desk { clock: clocks[1].clone(), ..town.desk("ana") };
        let limits = Limits { ready_s: 5, bake_s: 5, ..Limits::default() };
        let rules = Rules { longest_s: 60, ..Rules::default() };
        let (plan, hash) = desk.plan("v2", limits, rules).await.unwrap();
        desk.begin(plan, Some(&hash), "").await.unwrap();
        while !matches!(town.newest().await.stage, Stage::Judge) {
            assert!(matches!(town.look(&a).await, Ticked::Stepped { .. }), "{case}");
            assert_eq!(town.look(&b).await, Ticked::Idle, "{case}");
        }
        drop(a);
        let mut waited = 0;
        while town.look(&b).await == Ticked::Idle {
            waited += 1;
            assert!(waited <= 11, "{case}");
        }
        assert!(waited >= 8, "{case}: it waited {waited} s");
        for _ in 0..200 {
            if town.newest().await.has_ended() {
                break;
            }
            town.look(&b).await;
        }
        assert_eq!(town.newest().await.stage, Stage::Done, "{case}: {}", town.log().await);
        assert_eq!(town.processes.serving(), [("v2".to_owned(), 1)].into(), "{case}");
    }
}

#[tokio::test]
async fn a_clock_that_is_off_says_so_and_goes_by_the_databases() {
    let store = postgres().await;
    let steady = Arc::new(ManualClock::new(Timestamp::from_seconds(9)));
    let (right, machine) = (clock(&store, &steady, 0).await, Arc::new(ManualClock::default()));
    let shared = SharedClock::open(store.clone(), machine.clone(), steady.clone()).await.unwrap();
    let hour = Duration::from_secs(3600);
    machine.set(right.now().plus(hour * 2));
    let off = shared.off();
    assert!(off.ahead && off.by > hour && off.by < hour * 3, "{off:?}");
    machine.set(right.now().minus(hour * 2));
    assert!(!shared.off().ahead && shared.off().by > hour);
    // Setting the machine's clock moves nothing; what passes by the steady one does.
    let before = shared.now();
    steady.advance(hour);
    assert_eq!(shared.now(), before.plus(hour));
    shared.look().await.unwrap();
    assert!(shared.now() < before.plus(hour / 2), "the database was asked again");
    // On SQLite there is one machine.
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(&dir.path().join("one.db")).await.unwrap();
    let alone = SharedClock::open(store, machine.clone(), steady).await.unwrap();
    assert_eq!((alone.now(), alone.off().by), (machine.now(), Duration::ZERO));
}
