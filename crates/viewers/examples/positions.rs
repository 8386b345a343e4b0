//! One run of `make bench-positions`: so many viewers at a time write where they are, each when the write before is
//! acknowledged, or all together so many a second. Prints what came of it as JSON.
#![allow(clippy::unwrap_used, clippy::print_stdout, clippy::disallowed_methods, dead_code)]

#[path = "../tests/it/world.rs"]
mod world;

use std::{
    env,
    sync::Arc,
    time::{Duration, Instant},
};

use domain::{ManualClock, ProfileId, SeededRng};
use objects::{keys::SigningKey, token::TokenSigner};
use store::{Options, Store};
use tokio::task::JoinSet;
use viewers::{GroupLimits, Profile, Report, Seal, Viewers, ViewersParts};
use world::{LENGTH, NOON, Somebody, World, id};

/// Viewers in the database: more than any run has at a time.
const VIEWERS: usize = 10_000;

fn main() {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [url, writers, seconds, rate] = &arguments[..] else {
        panic!("say: DATABASE-URL WRITERS SECONDS WRITES-A-SECOND (0: as many as it takes)")
    };
    let (writers, rate): (usize, f64) = (writers.parse().unwrap(), rate.parse().unwrap());
    let length = Duration::from_secs_f64(seconds.parse().unwrap());
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    runtime.block_on(run(url, writers, length, rate));
}

async fn run(url: &str, writers: usize, length: Duration, rate: f64) {
    let folder = tempfile::tempdir().unwrap();
    let edition = World::new().open(&folder.path().join("objects"));
    let store = Store::open_at(&url.parse().unwrap(), &Options::default()).await.unwrap();
    let (viewers, task) = Viewers::start(ViewersParts {
        store: Some(store.clone()),
        seal: Seal::new(&[1; 32], &[]),
        signer: TokenSigner::new(SigningKey::generate(&SeededRng::new(7)), "bench").unwrap(),
        clock: Arc::new(ManualClock::new(NOON)),
        rng: Arc::new(SeededRng::new(8)),
        limits: GroupLimits::default(),
    });
    let profiles: Vec<ProfileId> =
        (0..VIEWERS as u64).map(|seed| Profile::new(&SeededRng::new(seed), NOON).id).collect();
    let profiles = Arc::new(profiles);
    // Numbers of a device go on from run to run.
    let base = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_millis() as u64;
    let begin = Instant::now();
    let mut tasks = JoinSet::new();
    for writer in 0..writers {
        let (viewers, edition, profiles) = (viewers.clone(), edition.clone(), profiles.clone());
        tasks.spawn(async move {
            let us = Somebody::from("US");
            let mut waits = Vec::new();
            for n in 0.. {
                // With a rate, what is late waits since it was due: a stall shows in everything behind it.
                let due = match rate {
                    0.0 => Instant::now(),
                    _ => begin + Duration::from_secs_f64((n * writers + writer) as f64 / rate),
                };
                if due.duration_since(begin) >= length {
                    break;
                }
                tokio::time::sleep_until(due.into()).await;
                let seconds = n as f64 % LENGTH as f64;
                let (title, device) = (id("tram"), "tv".to_owned());
                let report = Report { title, seconds, duration: LENGTH as f64, device, seq: base + n as u64 };
                let profile = &profiles[(writer + n * writers) % VIEWERS];
                viewers.report(profile, &edition, &us.ask(), report).await.unwrap();
                waits.push(due.elapsed());
            }
            waits
        });
    }
    let mut waits: Vec<Duration> = tasks.join_all().await.concat();
    let took = begin.elapsed().as_secs_f64();
    waits.sort_unstable();
    let at = |share: f64| waits[(waits.len() as f64 * share) as usize].as_secs_f64() * 1_000.0;
    println!(
        r#"{{"writes":{},"per_s":{:.1},"p50_ms":{:.3},"p99_ms":{:.3}}}"#,
        waits.len(),
        waits.len() as f64 / took,
        at(0.5),
        at(0.99)
    );
    drop(viewers);
    task.await.unwrap();
    store.close().await;
}
