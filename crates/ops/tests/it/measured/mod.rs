//! Planning from what a real Prometheus scrapes of real instances. The clock of the one who plans is the test's, a day ahead: samples
//! then count at the time at which they are received, so that a minute passes in three scrapes.

mod answers;
mod instance;
mod server;

use std::{sync::Arc, time::Duration};

use domain::{Clock, ManualClock, Timestamp};
use fleet::plan::{Role, Zone};
use ops::{
    OpsError,
    fleet::{Aims, Announced, Fleet, Looked, Prometheus, Source},
};
use store::Store;

use instance::Instance;

/// Requests a minute that an instance does, as its operator thinks.
const EACH: f64 = 60.0;
/// A Monday, midnight, of a year to come.
const BEGIN: i64 = 1_925_596_800;
/// Requests in twenty seconds.
const SOME: usize = 20;

struct Land {
    store: Store,
    clock: Arc<ManualClock>,
    fleet: Fleet,
    _dir: tempfile::TempDir,
}

impl Land {
    async fn new(url: &str) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(&dir.path().join("land.db")).await.unwrap();
        let clock = Arc::new(ManualClock::new(Timestamp::from_seconds(BEGIN)));
        let aims = Aims {
            service: "site".into(),
            role: Role::Site,
            declared: EACH,
            lead: 2,
            price: 0.02,
            zone: Zone::utc(),
            dry: false,
        };
        let agent = ureq::Agent::config_builder().http_status_as_error(false).max_redirects(0).build();
        // Longer than it is: a busy machine scrapes late.
        let scrape = Duration::from_secs(5);
        let source = Prometheus::new(agent.new_agent(), url, "job=\"site\"".parse().unwrap(), scrape);
        let fleet = Fleet::new(store.clone(), clock.clone(), "a", aims);
        Self { store, clock, fleet: fleet.hears(Source::Prometheus(Box::new(source))), _dir: dir }
    }

    /// Twenty seconds later.
    async fn look(&mut self) -> Result<Option<Announced>, OpsError> {
        self.clock.advance(Duration::from_secs(20));
        Ok(match self.fleet.look(&[]).await? {
            Looked::Planned(announced) => Some(*announced),
            Looked::StandsBy | Looked::Waits => None,
        })
    }

    /// A minute's requests to all of these, and what is planned for the minute before.
    async fn minute(
        &mut self,
        there: &server::Prometheus,
        instances: &[Instance],
        counts: &mut [usize],
    ) -> Option<Announced> {
        let mut planned = None;
        for _ in 0..3 {
            for (instance, count) in instances.iter().zip(&mut *counts) {
                instance.requests(SOME, "/").await;
                *count += SOME;
            }
            scraped(there, instances, counts);
            planned = self.look().await.unwrap().or(planned);
        }
        planned
    }

    async fn loads(&self) -> Vec<Option<i64>> {
        let rows = self.store.fleet_minutes("site", 0).await.unwrap();
        rows.iter().map(|row| row.load.map(|(offered, _)| offered)).collect()
    }
}

/// Waits until so many requests of each have been scraped.
fn scraped(there: &server::Prometheus, instances: &[Instance], counts: &[usize]) {
    for (instance, count) in instances.iter().zip(counts) {
        there.until_so(&format!("primetime_http_offered_total{{instance=\"{}\"}} == {count}", instance.ops));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_load_is_what_came_whatever_is_killed() {
    let mut instances = vec![Instance::start("v1"), Instance::start("v1")];
    let mut there = server::Prometheus::start(&[instances[0].ops, instances[1].ops]);
    let mut land = Land::new(&there.url).await;
    let mut counts = [0, 0];
    for instance in &instances {
        there.until_so(&format!("primetime_serving{{instance=\"{}\"}} == 1", instance.ops));
    }
    assert_eq!(land.fleet.look(&[]).await.unwrap(), Looked::Waits, "no minute has ended");
    let each = (2 * 3 * SOME) as i64;
    land.minute(&there, &instances, &mut counts).await;
    let planned = land.minute(&there, &instances, &mut counts).await.unwrap();
    assert_eq!((planned.offered.map(f64::round), planned.serving), (Some(each as f64), 2), "{planned:?}");
    assert!(planned.capacity.starts_with("v1: 60 requests/min"), "{}", planned.capacity);

    // One begins anew, as another release; its counters do too.
    let restarted = instances.remove(0);
    let at = restarted.ops;
    restarted.end().await;
    there.until_so(&format!("up{{instance=\"{at}\"}} == 0"));
    instances.insert(0, Instance::at(at, "v2", 1_000_000));
    counts[0] = 0;
    land.minute(&there, &instances, &mut counts).await;
    let planned = land.minute(&there, &instances, &mut counts).await.unwrap();
    assert_eq!(land.loads().await, [Some(each); 3], "{planned:?}");

    // Prometheus is gone for some minutes, while viewers are not.
    there.kill();
    let (mut blind, mut said) = (Vec::new(), Vec::new());
    for _ in 0..8 {
        for (instance, count) in instances.iter().zip(&mut counts) {
            instance.requests(SOME, "/").await;
            *count += SOME;
        }
        match land.look().await {
            Ok(planned) => blind.extend(planned),
            Err(error) => said.push(error.to_string()),
        }
    }
    assert!(said.iter().all(|said| said.contains("is not reached")) && said.len() == 5, "{said:?}");
    let floors: Vec<u32> = blind.iter().map(|planned| planned.plan.at(land.clock.now())).collect();
    let [known, gap, last] = &blind[..] else { panic!("{blind:?}") };
    assert_eq!((known.offered.map(f64::round), gap.offered, last.offered), (Some(each as f64), None, None));
    assert!(floors.is_sorted() && last.serving == 2, "nothing is let go: {floors:?}, {}", last.plan);
    assert!(last.plan.to_string().contains("No measurements for 2 min: nothing is let go."), "{}", last.plan);
    let troubles = &last.troubles;
    assert!(
        troubles.iter().any(|trouble| trouble == "whoever measures was not heard: 7 times"),
        "{troubles:?}"
    );

    there.start_again();
    scraped(&there, &instances, &counts);
    instances[1].gate.park();
    there.until_so("sum(primetime_serving) == 1");
    land.minute(&there, &instances, &mut counts).await;
    let planned = land.minute(&there, &instances, &mut counts).await.unwrap();
    assert_eq!(planned.serving, 1, "a parked one does not serve: {planned:?}");
    let loads = land.loads().await;
    let rounded = [Some(each), None, None, Some(each), Some(each)];
    assert_eq!(loads[3..], rounded, "what came meanwhile counts once, and in its time: {loads:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn samples_have_prometheus_own_time_and_latency_is_seen() {
    let ops = (server::host(), 9100).into();
    let instance = Instance::at(ops, "v1", 30);
    let there = server::Prometheus::start(&[ops]);
    instance.requests(40, "/").await;
    there.until_so("primetime_http_offered_total == 40");
    let select: fleet::prometheus::Select = "{job=~\"si.*\",}".parse().unwrap();
    let answer =
        fleet::prometheus::read(&there.ask(&select.query(Role::Site, Duration::from_secs(10)))).unwrap();
    let found = fleet::prometheus::instances(&answer, Role::Site).unwrap();
    let one = &found[&format!("site/{ops}")];
    assert_eq!((one.release.as_str(), one.serving, found.len()), ("v1", true, 1));
    assert_eq!((one.sample.offered, one.sample.shed, one.sample.served), (40.0, 10.0, 30.0));
    let exactly = one.sample.at.micros() as f64 / 1e6;
    there.until_so(&format!("timestamp(primetime_http_offered_total) >= {exactly}"));

    let quick = || {
        let query = select.quick(Role::Site, Duration::from_secs(10));
        fleet::prometheus::was_quick(&fleet::prometheus::read(&there.ask(&query)).unwrap())
    };
    instance.requests(5, "/").await;
    there.until_so("primetime_http_offered_total == 45");
    assert_eq!(quick(), Some(true));
    // One in seven requests takes a second, of an instance that turns none away. A route is counted from its second scrape on.
    instance.end().await;
    let instance = Instance::at(ops, "v1", 1_000_000);
    there.until_so("primetime_http_offered_total == 0");
    instance.requests(30, "/").await;
    instance.requests(1, "/slow").await;
    there.until_so("primetime_http_offered_total == 31");
    instance.requests(5, "/slow").await;
    there.until_so("primetime_http_offered_total == 36");
    assert_eq!(quick(), Some(false));
    instance.end().await;
}
