//! Planning for hosts whose load is made up, on a clock of the test's.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
    time::Duration,
};

use domain::{Clock, ManualClock, Timestamp};
use fleet::{
    forecast::event::{Event, Kin},
    judge::Rules,
    plan::{Role, Zone},
    rollout::{Action, Counts, Driver, DriverError, Limits, Observation, Phase, Seen, Totals},
};
use ops::{
    Desk, OpsError, Post, audit,
    fleet::{Aims, Announced, Fleet, Looked, known},
};
use store::{FleetMinute, Store};

/// Requests a minute that an instance does.
pub const EACH: f64 = 6_000.0;
/// A Monday, midnight.
const BEGIN: i64 = 1_799_625_600;

/// Instances that count what they are told has come.
#[derive(Clone, Default)]
pub struct Told(pub Arc<Mutex<BTreeMap<String, Totals>>>);

impl Driver for Told {
    async fn observe(&self, _: &str) -> Result<Observation, DriverError> {
        let seen = |name: &String| Seen {
            name: name.clone(),
            release: "v1".into(),
            host: "busan".into(),
            phase: Phase::Serving,
        };
        let instances = self.0.lock().unwrap().keys().map(seen).collect();
        Ok(Observation { instances, hosts: ["busan".into()].into(), ..Observation::default() })
    }

    async fn counted(&self, _: &str, names: &[&str]) -> BTreeMap<String, Counts> {
        let all = self.0.lock().unwrap();
        let counts = |name: &&str| {
            let totals = Some(*all.get(*name)?);
            Some(((*name).to_owned(), Counts { sample: None, totals }))
        };
        names.iter().filter_map(counts).collect()
    }

    async fn act(&self, _: &str, _: i64, _: &Action) -> Result<(), DriverError> {
        Err(DriverError::new("nobody acts here"))
    }
}

pub struct Land {
    store: Store,
    pub clock: Arc<ManualClock>,
    told: Told,
    post: Post<Told>,
    /// Requests a minute that an instance really does, and up to which it is quick.
    pub does: (f64, f64),
    pub tells_latency: bool,
    /// How many there are: as many as were planned last.
    instances: u32,
    _dir: tempfile::TempDir,
}

/// The load of a minute of the week, in instances' worth: twelve to one from night to evening.
pub fn usual(minute: i64) -> f64 {
    let hour = (minute % 1440) as f64 / 60.0;
    6.5 - 5.5 * ((hour - 8.0) / 24.0 * std::f64::consts::TAU).cos()
}

impl Land {
    /// After two weeks of history.
    async fn new() -> Self {
        Self::after(14, usual).await
    }

    /// After so many days of another.
    pub async fn after(days: i64, load: fn(i64) -> f64) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(&dir.path().join("land.db")).await.unwrap();
        let clock = Arc::new(ManualClock::new(Timestamp::from_seconds(BEGIN)));
        let mut tx = store.begin().await.unwrap();
        for minute in 0..days * 1440 {
            let load = Some(((load(minute) * EACH) as i64, 0));
            let row = FleetMinute { minute: BEGIN / 60 - days * 1440 + minute, load };
            tx.add_fleet_minute("site", row, 0).await.unwrap();
        }
        tx.commit().await.unwrap();
        let told = Told::default();
        let post = Post::new(store.clone(), told.clone(), clock.clone(), "site", "busan");
        Self { store, clock, told, post, does: (EACH, EACH), tells_latency: true, instances: 10, _dir: dir }
    }

    pub fn fleet(&self, owner: &str, dry: bool) -> Fleet {
        self.fleet_of(Role::Site, owner, dry)
    }

    fn fleet_of(&self, role: Role, owner: &str, dry: bool) -> Fleet {
        let aims = Aims {
            service: "site".into(),
            role,
            declared: EACH,
            lead: 3,
            price: 0.02,
            zone: Zone::fixed("KST", 540),
            dry,
        };
        Fleet::new(self.store.clone(), self.clock.clone(), owner, aims)
    }

    /// Ten seconds with `load` instances' worth over `instances`; nobody measures when there is no load.
    async fn ten_seconds(&mut self, instances: usize, load: Option<f64>) {
        self.clock.advance(Duration::from_secs(10));
        {
            let mut all = self.told.0.lock().unwrap();
            all.retain(|name, _| name[1..].parse::<usize>().unwrap() <= instances);
            for n in 1..=instances {
                let totals = all.entry(format!("i{n}")).or_default();
                let came = (load.unwrap_or(0.0) * EACH / 6.0 / instances as f64) as u64;
                let (does, quick) = self.does;
                totals.offered += came;
                totals.shed += came.saturating_sub((does / 6.0) as u64);
                if self.tells_latency {
                    let answers = totals.answers.get_or_insert_default();
                    answers.all += came;
                    answers.quick += if came as f64 > quick / 6.0 { came / 2 } else { came };
                }
            }
        }
        if load.is_some() {
            self.post.tell(false).await.unwrap();
        }
    }

    pub fn minute(&self) -> i64 {
        self.clock.now().seconds() / 60 - BEGIN / 60
    }

    /// Lives through minutes, with as many instances as were planned; what was planned last.
    pub async fn minutes(
        &mut self,
        fleet: &mut Fleet,
        count: usize,
        load: impl Fn(i64) -> Option<f64>,
        calendar: &[Event],
    ) -> Option<Announced> {
        let mut last: Option<Announced> = None;
        for _ in 0..6 * count {
            let now = self.clock.now();
            self.instances = last.as_ref().map_or(self.instances, |last| last.plan.at(now).max(1));
            let load = load(self.minute());
            self.ten_seconds(self.instances as usize, load).await;
            if let Looked::Planned(announced) = fleet.look(calendar).await.unwrap() {
                last = Some(*announced);
            }
        }
        last
    }
}

/// Hosts that tell bytes are planned for by bytes, and one that does not, as an older one, is a gap.
#[tokio::test]
async fn an_origins_load_is_what_it_sent() {
    let mut land = Land::new().await;
    let mut fleet = land.fleet_of(Role::Origin, "a", true);
    let mut offered = Vec::new();
    for look in 0..42 {
        land.ten_seconds(2, Some(1.0)).await;
        if look < 15 {
            land.told.0.lock().unwrap().values_mut().for_each(|totals| {
                totals.bytes = Some(totals.bytes.unwrap_or(0) + 7_000);
            });
        } else {
            land.told.0.lock().unwrap().values_mut().for_each(|totals| totals.bytes = None);
        }
        land.post.tell(false).await.unwrap();
        if let Looked::Planned(announced) = fleet.look(&[]).await.unwrap() {
            offered.push(announced.offered);
        }
    }
    let whole = |load: &Option<f64>| load.is_some_and(|load| (load - 84_000.0).abs() < 15_000.0);
    assert!(offered.iter().any(whole), "six times seven thousand of two: {offered:?}");
    assert_eq!(offered.last(), Some(&None), "{offered:?}");
}

fn premiere(minute: i64) -> Event {
    let kin = Kin { brand: "harbour".into(), kind: "premiere".into() };
    Event { kin, name: "*Harbour Lights*".into(), at: Timestamp::from_seconds(BEGIN + minute * 60) }
}

#[tokio::test]
async fn the_plan_follows_the_week_and_says_why() {
    let mut land = Land::new().await;
    let mut fleet = land.fleet("a", false);
    let calendar = [premiere(11 * 60)];
    let planned = land.minutes(&mut fleet, 20, |minute| Some(usual(minute)), &calendar).await.unwrap();
    let load = usual(land.minute());
    let floor = f64::from(planned.plan.at(land.clock.now()));
    let kept = land.store.fleet_minutes("site", BEGIN / 60).await.unwrap();
    assert!(floor >= load && floor <= load + 2.0, "{floor} for {load}: {planned:?} {kept:?}");
    // What people read: the premiere, hours ahead, in their own clock.
    let words = planned.plan.to_string();
    assert!(words.contains("20:00 KST: premiere of *Harbour Lights* adds"), "{words}");
    assert!(words.contains("from 19:52"), "{words}");
    let kept = land.store.fleet_minutes("site", BEGIN / 60).await.unwrap();
    assert!(kept.len() >= 17 && kept.iter().all(|row| row.load.is_some()), "{kept:?}");
    let off = kept.iter().map(|row| {
        let (offered, _) = row.load.unwrap();
        (offered as f64 / EACH / usual(row.minute - BEGIN / 60) - 1.0).abs()
    });
    assert!(off.fold(0.0, f64::max) < 0.1, "{kept:?}");
    let log = land.store.audit_after(0, 100).await.unwrap();
    assert!(log.iter().all(|line| line.what == "fleet.floor" && line.who == "fleet"), "{log:?}");
    assert!(!log.is_empty() && log.len() < 12, "only changes are written: {}", log.len());
    audit::verify(&land.store, None).await.unwrap();
}

#[tokio::test]
async fn whoever_is_killed_the_floor_of_a_premiere_stands() {
    let mut land = Land::new().await;
    let mut fleet = land.fleet("a", false);
    let calendar = [premiere(30)];
    land.minutes(&mut fleet, 27, |minute| Some(usual(minute)), &calendar).await.unwrap();
    let before = known(&land.store, "site").await.unwrap().unwrap().floor(land.clock.now()).unwrap();
    assert!(f64::from(before) >= usual(30) * 1.4, "{before}");
    // The one who plans dies three minutes before; what it announced holds until the crowd is there.
    drop(fleet);
    for _ in 0..6 * 6 {
        land.ten_seconds(before as usize, Some(usual(30))).await;
        let known = known(&land.store, "site").await.unwrap().unwrap();
        assert_eq!(known.floor(land.clock.now()), Some(before), "{}", known.announced.plan);
    }
    land.clock.advance(Duration::from_secs(3600));
    let known = known(&land.store, "site").await.unwrap().unwrap();
    assert_eq!(known.floor(land.clock.now()), None, "and then it is over");
    // The next one knows the minutes of the first, and goes on.
    let mut next = land.fleet("b", false);
    assert!(land.minutes(&mut next, 3, |minute| Some(usual(minute)), &[]).await.is_some());
}

#[tokio::test]
async fn without_measurements_nothing_is_let_go() {
    let mut land = Land::new().await;
    let mut fleet = land.fleet("a", false);
    land.minutes(&mut fleet, 10, |minute| Some(usual(minute)), &[]).await.unwrap();
    // The hosts are cut off for an hour. The last minute that was heard is planned from after its end; then each is a gap, planned from what
    // was known, and lets nothing go, though the night is when load falls.
    let planned = land.minutes(&mut fleet, 1, |_| None, &[]).await.unwrap();
    let before = planned.plan.at(land.clock.now());
    for minute in 1..60 {
        let blind = land.minutes(&mut fleet, 1, |_| None, &[]).await.unwrap();
        assert!(blind.plan.at(land.clock.now()) >= before, "after {minute} min: {}", blind.plan);
        let known = known(&land.store, "site").await.unwrap().unwrap();
        assert_eq!(known.announced, blind, "it is what the hosts are told");
    }
    let back = land.minutes(&mut fleet, 4, |minute| Some(usual(minute)), &[]).await.unwrap();
    assert!(f64::from(back.plan.at(land.clock.now())) >= usual(land.minute()), "{}", back.plan);
    let gaps = land.store.fleet_minutes("site", BEGIN / 60).await.unwrap();
    let gaps = gaps.iter().filter(|row| row.load.is_none()).count();
    assert!((58..=62).contains(&gaps), "a gap is called one: {gaps}");
}

#[tokio::test]
async fn one_of_two_plans_and_the_other_takes_over() {
    let mut land = Land::new().await;
    let (mut a, mut b) = (land.fleet("a", false), land.fleet("b", false));
    land.minutes(&mut a, 3, |minute| Some(usual(minute)), &[]).await.unwrap();
    land.ten_seconds(10, Some(usual(3))).await;
    assert_eq!(b.look(&[]).await.unwrap(), Looked::StandsBy);
    // a is cut off for a while; b leads then, and what a would still write is refused.
    land.clock.advance(Duration::from_secs(16));
    assert!(land.minutes(&mut b, 2, |minute| Some(usual(minute)), &[]).await.is_some());
    assert_eq!(known(&land.store, "site").await.unwrap().unwrap().owner, "b");
    let late = a.look(&[]).await;
    assert!(matches!(late, Ok(Looked::StandsBy | Looked::Waits)), "{late:?}");
    b.right().leave().await.unwrap();
    assert!(land.minutes(&mut a, 2, |minute| Some(usual(minute)), &[]).await.is_some());
    let minutes: Vec<i64> =
        land.store.fleet_minutes("site", BEGIN / 60).await.unwrap().iter().map(|row| row.minute).collect();
    assert!(minutes.windows(2).all(|pair| pair[0] < pair[1]));
}

#[tokio::test]
async fn a_dry_run_plans_and_writes_nothing() -> Result<(), OpsError> {
    let mut land = Land::new().await;
    let mut fleet = land.fleet("a", true);
    let before = land.store.fleet_minutes("site", 0).await?.len();
    let planned = land.minutes(&mut fleet, 4, |minute| Some(usual(minute)), &[]).await;
    assert!(planned.is_some());
    assert_eq!(known(&land.store, "site").await?, None);
    assert_eq!(land.store.fleet_minutes("site", 0).await?.len(), before);
    assert!(land.store.audit_after(0, 9).await?.is_empty());
    Ok(())
}

#[tokio::test]
async fn nobody_rolls_into_prime_time_unawares() {
    let mut land = Land::new().await;
    let mut fleet = land.fleet("a", false);
    let calendar = [premiere(60)];
    land.minutes(&mut fleet, 5, |minute| Some(usual(minute)), &calendar).await.unwrap();
    let desk = Desk {
        store: land.store.clone(),
        clock: land.clock.clone(),
        service: "site".into(),
        who: "ana".into(),
        approved: None,
    };
    let seen = land.told.observe("site").await.unwrap();
    let text = serde_json::to_string(&seen).unwrap();
    land.store.put_fleet_seen("site", &text, land.clock.now()).await.unwrap();
    let plan = async |bake_s| {
        let limits = Limits { bake_s, ..Limits::default() };
        desk.plan("v2", limits, Rules { longest_s: 60, ..Rules::default() }).await.unwrap().0
    };
    let rush = desk.has_time(&plan(7200).await).await.unwrap_err().to_string();
    for words in ["within the 121 min", "premiere of *Harbour Lights*", "--anyway"] {
        assert!(rush.contains(words), "{rush}");
    }
    desk.has_time(&plan(60).await).await.unwrap();
}
