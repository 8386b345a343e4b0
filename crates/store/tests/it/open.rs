//! What is left to do, and how long such jobs took: what the fleet plans workers from.

use std::time::Duration;

use domain::Timestamp;
use sqlx::Connection as _;
use store::{FinishedJob, JobState, NewAsset, NewJob, OpenJobs, Store, Workers};
use tokio::time::timeout;

use crate::backend::*;

const LEASE: Duration = Duration::from_secs(30);
const KINDS: [&str; 3] = ["probe", "video-rung", "picture"];

fn seconds(count: u64) -> Duration {
    Duration::from_secs(count)
}

fn of(kind: &'static str, dedup: &str, priority: i64) -> NewJob {
    NewJob { kind, ..job(dedup, priority) }
}

/// A film with a running time, or without one.
async fn film(store: &Store, id: &str, length: Option<Duration>) {
    let mut tx = store.begin().await.unwrap();
    let new = NewAsset { id: asset(id), title: title(id), source: "{}".into() };
    tx.add_asset(&new, at(1)).await.unwrap();
    if let Some(length) = length {
        tx.set_probe(&asset(id), ("{}", length), at(1)).await.unwrap();
    }
    tx.commit().await.unwrap();
}

async fn enqueue(store: &Store, new: &NewJob, now: i64) {
    let mut tx = store.begin().await.unwrap();
    assert!(tx.enqueue(new, at(now)).await.unwrap());
    tx.commit().await.unwrap();
}

async fn take(store: &Store, owner: &str, now: i64) -> store::Lease {
    store.take_job(owner, &KINDS, LEASE, at(now)).await.unwrap().unwrap()
}

/// All of them: none has failed for too long, and none is of another time.
async fn all(store: &Store) -> Vec<OpenJobs> {
    let mut all = store.open_jobs(at(0), at(1_000_000)).await.unwrap();
    all.sort_by(|a, b| (&a.kind, &a.track).cmp(&(&b.kind, &b.track)));
    all
}

fn row(kind: &str, track: &str, jobs: u32, unknown: u32, left: u64) -> OpenJobs {
    OpenJobs { kind: kind.into(), track: track.into(), jobs, unknown, left: seconds(left) }
}

async fn what_is_left_to_do_is_counted_by_kind_and_track(backend: Backend) {
    let Backend { store, dir: _dir, .. } = backend;
    assert_eq!(all(&store).await, []);
    film(&store, "ferry-1", Some(seconds(100))).await;
    film(&store, "ferry", Some(seconds(1000))).await;
    film(&store, "unprobed", None).await;
    enqueue(&store, &of("video-rung", "ferry/v240", 1), 2).await;
    enqueue(&store, &of("video-rung", "ferry-1/v240", 2), 2).await;
    enqueue(&store, &of("video-rung", "ferry-1/v1080", 3), 2).await;
    enqueue(&store, &of("probe", "unprobed", 4), 2).await;
    // About no asset, with slashes of its own, and about one that is not there.
    enqueue(&store, &of("picture", "0123/posters/ferry.jpg", 5), 2).await;
    enqueue(&store, &of("video-rung", "nothing/v240", 6), 2).await;
    let before = [
        row("picture", "", 1, 1, 0),
        row("probe", "", 1, 1, 0),
        row("video-rung", "", 1, 1, 0),
        row("video-rung", "v1080", 1, 0, 100),
        row("video-rung", "v240", 2, 0, 1100),
    ];
    assert_eq!(all(&store).await, before);

    // What runs is done in part; what failed begins anew; what is done is gone.
    let lease = take(&store, "w1", 3).await;
    store.heartbeat(&lease.claim, LEASE, (0.75, ""), at(4)).await.unwrap();
    assert_eq!(all(&store).await[4], row("video-rung", "v240", 2, 0, 350));
    let one = store.open_jobs_of(&asset("ferry"), at(0), at(1_000_000)).await.unwrap();
    assert_eq!(one.len(), 1, "and nothing of ferry-1: {one:?}");
    assert_eq!(
        (one[0].state, one[0].left, one[0].track.as_str()),
        (JobState::Running, Some(seconds(250)), "v240")
    );
    let retry = store::Failure::Retry(seconds(5));
    store.fail_job(&lease.claim, "odd", retry, at(5)).await.unwrap();
    assert_eq!(all(&store).await, before);
    let next = take(&store, "w1", 6).await;
    store.complete(&next.claim, at(9)).await.unwrap();
    assert_eq!(all(&store).await[4], row("video-rung", "v240", 1, 0, 1000));
}

async fn who_fails_for_too_long_and_what_is_of_another_time_is_left_out(backend: Backend) {
    let Backend { store, dir: _dir, .. } = backend;
    enqueue(&store, &of("probe", "poison", 1), 10).await;
    enqueue(&store, &of("probe", "well", 2), 10).await;
    enqueue(&store, &NewJob { run_after: at(500), ..of("probe", "later", 3) }, 10).await;
    let lease = take(&store, "w1", 20).await;
    store.fail_job(&lease.claim, "disk full", store::Failure::Wait(seconds(60)), at(21)).await.unwrap();
    let open = async |failing, until| -> u32 {
        store.open_jobs(at(failing), at(until)).await.unwrap().iter().map(|row| row.jobs).sum()
    };
    assert_eq!(open(10, 1000).await, 3, "it has not failed for long");
    assert_eq!(open(11, 1000).await, 2);
    assert_eq!(open(11, 500).await, 1);
    let failing = async |since| store.workers(at(since), at(30)).await.unwrap().failing;
    assert_eq!((failing(10).await, failing(11).await), (0, 1));
    // It is begun again and still fails; asked for anew, it is as any other.
    let again = take(&store, "w1", 90).await;
    assert_eq!(open(11, 1000).await, 2);
    store.fail_job(&again.claim, "odd", store::Failure::GiveUp, at(91)).await.unwrap();
    assert_eq!(failing(11).await, 0, "given up is given up");
    enqueue(&store, &of("probe", "poison", 1), 100).await;
    assert_eq!(open(11, 1000).await, 3);
}

async fn workers_are_counted_while_their_leases_hold(backend: Backend) {
    let Backend { store, dir: _dir, .. } = backend;
    for n in 0..3 {
        enqueue(&store, &of("probe", &format!("j{n}"), 1), 1).await;
    }
    assert_eq!(store.workers(at(0), at(2)).await.unwrap(), Workers::default());
    for (owner, now) in [("w1", 2), ("w1", 2), ("w2", 12)] {
        take(&store, owner, now).await;
    }
    let busy = async |now| store.workers(at(0), at(now)).await.map(|all| (all.busy, all.running)).unwrap();
    assert_eq!(busy(32).await, (2, 3));
    assert_eq!(busy(40).await, (1, 1), "a dead one is at work no more");
    assert_eq!(busy(43).await, (0, 0));
}

async fn how_long_jobs_took_is_kept(backend: Backend) {
    let Backend { store, dir: _dir, .. } = backend;
    film(&store, "ferry", Some(seconds(100))).await;
    enqueue(&store, &of("video-rung", "ferry/v240", 1), 1).await;
    enqueue(&store, &of("probe", "other", 2), 1).await;
    // The first worker dies: what counts is the time of the one that finished it.
    take(&store, "w1", 10).await;
    let lease = take(&store, "w2", 100).await;
    store.complete(&lease.claim, at(125)).await.unwrap();
    let lease = take(&store, "w2", 130).await;
    store.complete(&lease.claim, at(133)).await.unwrap();
    let finished = |kind: &str, track: &str, took, length: Option<u64>| FinishedJob {
        kind: kind.into(),
        track: track.into(),
        took: seconds(took),
        length: length.map(seconds),
    };
    let both = [finished("probe", "", 3, None), finished("video-rung", "v240", 25, Some(100))];
    assert_eq!(store.finished_jobs(10).await.unwrap(), both);
    assert_eq!(store.finished_jobs(1).await.unwrap(), both[..1], "newest first");
    // A clock that went back, and a length that cannot be, teach nothing.
    film(&store, "endless", Some(seconds(400 * 86_400))).await;
    enqueue(&store, &of("video-rung", "endless/v240", 1), 200).await;
    assert_eq!(all(&store).await, [row("video-rung", "v240", 1, 1, 0)]);
    let lease = take(&store, "w2", 210).await;
    store.complete(&lease.claim, at(205)).await.unwrap();
    assert_eq!(store.finished_jobs(10).await.unwrap(), both);
}

async fn a_job_is_pressed_before_all_others_while_it_waits(backend: Backend) {
    let Backend { store, dir: _dir, .. } = backend;
    for (priority, name) in [(1, "first"), (2, "second"), (9, "premiere")] {
        enqueue(&store, &of("probe", name, priority), 1).await;
    }
    let press = async |job, priority| {
        let mut tx = store.begin().await.unwrap();
        tx.press_job(job, priority).await.unwrap();
        tx.commit().await.unwrap();
    };
    press("probe/premiere", -7).await;
    press("probe/second", -9).await;
    press("probe/second", 0).await;
    assert_eq!(store.pressed_jobs(10).await.unwrap(), [("probe/premiere".to_owned(), -7)]);
    let premiere = take(&store, "w1", 2).await;
    assert_eq!(premiere.claim.job, "probe/premiere");
    press("probe/premiere", -8).await;
    assert_eq!(store.pressed_jobs(10).await.unwrap(), [], "it runs");
    store.release_job(&premiere.claim, at(3)).await.unwrap();
    assert_eq!(store.pressed_jobs(10).await.unwrap(), [("probe/premiere".to_owned(), -7)], "as it stood");
    assert_eq!(take(&store, "w1", 4).await.claim.job, "probe/premiere");
    assert_eq!(take(&store, "w1", 2).await.claim.job, "probe/second");
}

async fn run(url: &str, sql: &'static str) {
    if url.starts_with("sqlite:") {
        let mut raw = sqlx::SqliteConnection::connect(url).await.unwrap();
        sqlx::query(sql).execute(&mut raw).await.unwrap();
    } else {
        let mut raw = sqlx::PgConnection::connect(url).await.unwrap();
        sqlx::query(sql).execute(&mut raw).await.unwrap();
    }
}

/// A back catalogue that was imported at once.
async fn a_hundred_thousand_jobs_are_counted_in_no_time(backend: Backend) {
    let Backend { ref store, ref url, .. } = backend;
    run(
        url,
        "INSERT INTO assets (id, title, state, source, length, created_at, updated_at) \
        WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < 10000) \
        SELECT 'film-' || n, 'film-' || n, 'encoding', '{}', 5400000000, 1, 1 FROM n",
    )
    .await;
    run(url, "INSERT INTO jobs (id, kind, dedup, payload, priority, state, run_after, most, fence, created_at, updated_at) \
        WITH RECURSIVE n(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM n WHERE n < 99999) \
        SELECT 'video-rung/film-' || (n / 10 + 1) || '/v' || (n % 10), 'video-rung', 'film-' || (n / 10 + 1) || '/v' || (n % 10), \
        '{}', n, 'queued', 0, 3, 1, 1, 1 FROM n").await;
    // Far above what it takes, and far below a minute: a join or a look-up without its index takes many.
    let open = timeout(seconds(10), all(store)).await.unwrap();
    assert_eq!(open.len(), 10);
    assert_eq!(open[0], row("video-rung", "v0", 10_000, 0, 54_000_000));
    let look_up = async {
        for n in 1..=100 {
            let one = asset(&format!("film-{n}"));
            assert_eq!(store.open_jobs_of(&one, at(0), Timestamp(i64::MAX)).await.unwrap().len(), 10);
        }
    };
    timeout(seconds(3), look_up).await.unwrap();
}

contract! {
    what_is_left_to_do_is_counted_by_kind_and_track,
    who_fails_for_too_long_and_what_is_of_another_time_is_left_out,
    workers_are_counted_while_their_leases_hold,
    how_long_jobs_took_is_kept,
    a_job_is_pressed_before_all_others_while_it_waits,
    a_hundred_thousand_jobs_are_counted_in_no_time,
}
