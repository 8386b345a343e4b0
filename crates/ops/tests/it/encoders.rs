//! Planning encoders for a queue that is made up, on a clock of the test's.

use std::{sync::Arc, time::Duration};

use domain::{AssetId, Clock, ManualClock, Timestamp, TitleId};
use fleet::plan::Zone;
use ops::{
    audit,
    fleet::{Announced, EncoderAims, Encoders, Looked, Opening, Openings, known},
};
use store::{Failure, Lease, NewAsset, NewJob, Store};

/// 20:00 in UTC.
const BEGIN: i64 = 1_799_697_600;
const LEASE: Duration = Duration::from_secs(3600);

struct Studio {
    store: Store,
    clock: Arc<ManualClock>,
    openings: Openings,
    _dir: tempfile::TempDir,
}

fn minutes(count: u64) -> Duration {
    Duration::from_secs(60 * count)
}

impl Studio {
    async fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(&dir.path().join("studio.db")).await.unwrap();
        let clock = Arc::new(ManualClock::new(Timestamp::from_seconds(BEGIN)));
        Self { store, clock, openings: Openings::new(), _dir: dir }
    }

    fn encoders(&self, owner: &str, most: u32, dry: bool) -> Encoders {
        let aims = EncoderAims {
            service: "work".into(),
            declared: 1.0,
            slots: 1,
            lead: 2,
            most,
            zone: Zone::fixed("KST", 540),
            dry,
        };
        Encoders::new(self.store.clone(), self.clock.clone(), owner, aims)
    }

    /// A film of an hour, of which so many rungs are to be encoded.
    async fn film(&self, name: &str, rungs: u32) -> AssetId {
        let (now, id) = (self.clock.now(), AssetId::new(&format!("{name}-1")).unwrap());
        let mut tx = self.store.begin().await.unwrap();
        let title = TitleId::new(name).unwrap();
        tx.add_asset(&NewAsset { id: id.clone(), title, source: "{}".into() }, now).await.unwrap();
        tx.set_probe(&id, ("{}", minutes(60)), now).await.unwrap();
        for n in 1..=rungs {
            let job = NewJob {
                kind: "video-rung",
                dedup: format!("{id}/v{n}"),
                payload: "{}".into(),
                priority: i64::from(n) << 40,
                run_after: now,
                most_attempts: 3,
            };
            assert!(tx.enqueue(&job, now).await.unwrap());
        }
        tx.commit().await.unwrap();
        id
    }

    /// It opens in so many minutes.
    fn opens(&mut self, asset: &AssetId, ahead: i64) {
        let from = Timestamp::from_seconds(BEGIN + 60 * ahead);
        let opening = Opening { name: format!("the premiere of *{asset}*"), from, until: None };
        self.openings.insert(asset.clone(), vec![opening]);
    }

    async fn plan(&self, encoders: &mut Encoders) -> Announced {
        match encoders.look(&self.openings).await.unwrap() {
            Looked::Planned(announced) => *announced,
            other => panic!("{other:?}"),
        }
    }

    /// The floor of the next minute, and why.
    async fn next(&self, encoders: &mut Encoders) -> (u32, String) {
        self.clock.advance(minutes(1));
        let planned = self.plan(encoders).await;
        (planned.plan.at(self.clock.now()), planned.plan.to_string())
    }

    async fn take(&self, owner: &str) -> Lease {
        self.store.take_job(owner, &["video-rung"], LEASE, self.clock.now()).await.unwrap().unwrap()
    }

    /// Does the next job in so many minutes of the clock.
    async fn work(&self, owner: &str, count: u64) {
        let lease = self.take(owner).await;
        self.clock.advance(minutes(count));
        self.store.complete(&lease.claim, self.clock.now()).await.unwrap();
    }
}

#[tokio::test]
async fn a_premiere_gets_its_encoders_and_lets_them_go_when_it_is_moved_or_cancelled() {
    let mut studio = Studio::new().await;
    let mut encoders = studio.encoders("a", 32, false);
    let empty = studio.plan(&mut encoders).await;
    assert_eq!(empty.plan.at(studio.clock.now()), 1);
    assert_eq!(encoders.look(&studio.openings).await.unwrap(), Looked::Waits, "once a minute");

    studio.film("old", 2).await;
    let lights = studio.film("lights", 3).await;
    let (floor, words) = studio.next(&mut encoders).await;
    assert!(floor == 2 && words.contains("300 min of work with what no premiere waits for"), "{words}");
    studio.opens(&lights, 52);
    let (floor, words) = studio.next(&mut encoders).await;
    assert_eq!(floor, 3, "{words}");
    let why = "180 min of work before the premiere of *lights-1*, in 50 min (05:52 KST): floor 3.";
    assert!(words.contains(why), "{words}");

    // Moved out of the night's way, and then cancelled: the others decide again.
    studio.opens(&lights, 600);
    let (floor, words) = studio.next(&mut encoders).await;
    assert!(floor == 1 && words.contains("120 min of work with what no premiere waits for"), "{words}");
    studio.openings.clear();
    assert_eq!(studio.next(&mut encoders).await.0, 2);

    let log = studio.store.audit_after(0, 100).await.unwrap();
    let floors: Vec<&str> = log.iter().map(|line| &line.body[..13]).collect();
    assert_eq!(floors, ["work: floor 1", "work: floor 2", "work: floor 3", "work: floor 1", "work: floor 2"]);
    audit::verify(&studio.store, None).await.unwrap();
}

#[tokio::test]
async fn what_is_due_first_is_taken_first_and_last_minute_changes_count() {
    let mut studio = Studio::new().await;
    let mut encoders = studio.encoders("a", 32, false);
    let [other, soon, later] =
        [studio.film("a-other", 2).await, studio.film("b-soon", 2).await, studio.film("c-later", 2).await];
    studio.opens(&soon, 60);
    studio.opens(&later, 90);
    studio.next(&mut encoders).await;
    let order = async |count: usize| {
        let queued = studio.store.jobs(store::JobState::Queued, 10).await.unwrap();
        queued.into_iter().take(count).map(|job| job.dedup).collect::<Vec<_>>()
    };
    let jobs = |asset: &AssetId| [format!("{asset}/v1"), format!("{asset}/v2")];
    assert_eq!(order(6).await, [jobs(&soon), jobs(&later), jobs(&other)].concat());
    let mut moved = studio.openings.clone();
    moved.get_mut(&soon).unwrap()[0].from = Timestamp::from_seconds(BEGIN + 60 * 120);
    studio.clock.advance(minutes(1));
    encoders.look(&moved).await.unwrap();
    assert_eq!(order(4).await, [jobs(&later), jobs(&soon)].concat());
    // Cancelled: it waits among the others again.
    moved.remove(&soon);
    studio.clock.advance(minutes(1));
    encoders.look(&moved).await.unwrap();
    assert_eq!(order(2).await, jobs(&later));
    let back = studio.store.pressed_jobs(10).await.unwrap();
    assert!(back.iter().all(|(job, _)| job.contains("c-later")), "{back:?}");
}

#[tokio::test]
async fn nobody_is_let_go_in_the_middle_of_a_job_and_paces_are_learned() {
    let mut studio = Studio::new().await;
    let mut encoders = studio.encoders("a", 32, false);
    let lights = studio.film("lights", 6).await;
    studio.opens(&lights, 62);
    let before = studio.plan(&mut encoders).await;
    assert_eq!(before.plan.at(studio.clock.now()), 6);
    assert!(
        before.capacity.starts_with("6 jobs, 0 of them running. Declared: 1.00 s"),
        "{}",
        before.capacity
    );
    // One that nobody planned, and five of the six that were: the premiere is cancelled.
    for n in 0..5 {
        studio.take(&format!("w{n}")).await;
    }
    studio.openings.clear();
    let (floor, words) = studio.next(&mut encoders).await;
    assert!(floor == 5 && words.contains("5 are in the middle of a job: none of them is let go."), "{words}");
    // Whoever plans next knows it too.
    drop(encoders);
    studio.clock.advance(Duration::from_secs(20));
    let mut encoders = studio.encoders("b", 32, false);
    assert_eq!(studio.next(&mut encoders).await.0, 5);

    let learning = Studio::new().await;
    let mut encoders = learning.encoders("a", 32, false);
    learning.film("short", 30).await;
    for _ in 0..5 {
        learning.work("w", 6).await;
    }
    let planned = learning.plan(&mut encoders).await;
    assert_eq!(planned.offered.map(f64::round), Some(150.0), "25 of six minutes: {}", planned.capacity);
    assert!(planned.capacity.contains("Learned from 5 jobs"), "{}", planned.capacity);
    // Not one of the plan's: its work is counted, and nobody is kept for it.
    learning.take("elsewhere").await;
    assert_eq!(learning.next(&mut encoders).await.0, 1);
}

#[tokio::test]
async fn poison_and_unknown_lengths_hold_no_floor_up() {
    let mut studio = Studio::new().await;
    let mut encoders = studio.encoders("a", 4, false);
    let lights = studio.film("lights", 9).await;
    studio.opens(&lights, 30);
    let (floor, words) = studio.next(&mut encoders).await;
    assert!(floor == 4 && words.contains("It needs 9, and may have no more than 4."), "{words}");
    for _ in 0..9 {
        let lease = studio.take("w").await;
        let wait = Failure::Wait(Duration::from_secs(300));
        studio.store.fail_job(&lease.claim, "disk full", wait, studio.clock.now()).await.unwrap();
    }
    assert_eq!(studio.next(&mut encoders).await.0, 4, "it may pass");
    studio.clock.advance(minutes(24 * 60));
    let planned = studio.plan(&mut encoders).await;
    assert_eq!(planned.plan.at(studio.clock.now()), 1, "{}", planned.plan);
    assert_eq!(planned.troubles, ["9 jobs have failed for a day, and are planned for no more"]);

    let odd = NewJob {
        kind: "video-rung",
        dedup: "of-nothing/v1".into(),
        payload: String::new(),
        priority: 1,
        run_after: Timestamp(0),
        most_attempts: 1,
    };
    let mut tx = studio.store.begin().await.unwrap();
    tx.enqueue(&odd, studio.clock.now()).await.unwrap();
    tx.commit().await.unwrap();
    studio.clock.advance(minutes(1));
    let planned = studio.plan(&mut encoders).await;
    assert_eq!((planned.plan.at(studio.clock.now()), planned.offered), (1, Some(90.0)));
    assert!(
        planned.troubles[0].contains("1 jobs are about films of unknown length"),
        "{:?}",
        planned.troubles
    );
}

#[tokio::test]
async fn one_of_two_plans_and_without_the_database_the_last_plan_stands() {
    let mut studio = Studio::new().await;
    let lights = studio.film("lights", 3).await;
    studio.opens(&lights, 62);
    let mut dry = studio.encoders("dry", 32, true);
    assert_eq!(studio.next(&mut dry).await.0, 3);
    assert_eq!(known(&studio.store, "work").await.unwrap(), None, "a dry run writes nothing");
    assert!(studio.store.pressed_jobs(9).await.unwrap().is_empty());
    assert!(studio.store.audit_after(0, 9).await.unwrap().is_empty());

    let (mut a, mut b) = (studio.encoders("a", 32, false), studio.encoders("b", 32, false));
    studio.next(&mut a).await;
    assert_eq!(b.look(&studio.openings).await.unwrap(), Looked::StandsBy);
    studio.clock.advance(Duration::from_secs(20));
    studio.next(&mut b).await;
    assert_eq!(a.look(&studio.openings).await.unwrap(), Looked::StandsBy);
    assert_eq!((a.right().fence(), b.right().fence()), (None, Some(2)));
    b.right().leave().await.unwrap();
    studio.next(&mut a).await;

    let plan = known(&studio.store, "work").await.unwrap().unwrap();
    studio.store.close().await;
    studio.clock.advance(minutes(1));
    assert!(a.look(&studio.openings).await.is_err());
    assert_eq!(plan.floor(studio.clock.now()), Some(3));
    studio.clock.advance(minutes(10));
    assert_eq!(plan.floor(studio.clock.now()), None, "and then those who follow keep what they have");
}
