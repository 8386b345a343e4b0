//! Positions: ordered per device and by the server's clock, whatever arrives late or twice.

use std::{
    collections::HashMap,
    sync::atomic::{AtomicU32, Ordering},
};

use proptest::prelude::*;
use store::{Position, PositionWrite};

use crate::backend::*;

async fn the_later_word_wins_and_a_rewatch_keeps_history(backend: Backend) {
    let Backend { store, dir: _dir, .. } = backend;
    let now = || async { store.position(&profile("p"), &title("t")).await.unwrap().unwrap() };
    let put = |write| {
        let store = store.clone();
        async move { store.put_positions(&[write]).await.unwrap() }
    };
    put(position(10, "phone", 1, 100)).await;
    put(position(30, "phone", 3, 101)).await;
    put(position(20, "phone", 2, 102)).await; // arrives late: its number says so
    assert_eq!(now().await.position_us, 30_000_000);
    put(position(5, "tv", 1, 90)).await; // another device, earlier by the server's clock
    assert_eq!(now().await.position_us, 30_000_000);
    put(position(97, "tv", 2, 110)).await;
    put(position(98, "tv", 3, 111)).await; // still the same end
    let end = now().await;
    assert!(end.finished && end.times_finished == 1 && end.finished_at == Some(at(110)));
    put(position(3, "phone", 4, 120)).await; // again from the start
    let again = now().await;
    assert!(!again.finished && again.times_finished == 1 && again.finished_at == Some(at(110)));
    put(position(99, "phone", 5, 130)).await;
    assert_eq!(now().await.times_finished, 2);
    assert_eq!(store.newest_positions(&profile("p"), 10).await.unwrap().len(), 1);
    assert!(store.newest_positions(&profile("other"), 10).await.unwrap().is_empty());
}

/// The phone's report was written, but its answer was lost. The evening goes on at the television. In the morning the phone
/// wakes up and sends the same report again.
async fn what_a_device_sends_again_late_overwrites_nobody(backend: Backend) {
    let Backend { store, dir: _dir, .. } = backend;
    let put = async |write| store.put_positions(&[write]).await.unwrap();
    assert_eq!(put(position(10, "phone", 7, 100)).await, [true]);
    assert_eq!(put(position(50, "tv", 1, 200)).await, [true]);
    assert_eq!(put(position(10, "phone", 7, 300)).await, [false]);
    let now = store.position(&profile("p"), &title("t")).await.unwrap().unwrap();
    assert_eq!((now.position_us, now.at), (50_000_000, at(200)));
    assert_eq!(put(position(60, "phone", 8, 400)).await, [true], "a new report is news");
    assert_eq!(store.forget_devices(at(300)).await.unwrap(), 1, "the television's number");
}

async fn some_are_read_by_title(backend: Backend) {
    let Backend { store, dir: _dir, .. } = backend;
    let write = |n: i64| PositionWrite { title: title(&format!("t{n}")), ..position(n, "d", 1, 100 + n) };
    store.put_positions(&(0..50).map(write).collect::<Vec<_>>()).await.unwrap();
    let wanted: Vec<_> = (0..80).step_by(2).map(|n| title(&format!("t{n}"))).collect();
    let some = store.positions_of(&profile("p"), &wanted).await.unwrap();
    assert_eq!(some.len(), 25);
    assert!(some.iter().all(|position| wanted.contains(&position.title)));
    assert!(store.positions_of(&profile("p"), &[]).await.unwrap().is_empty());
    let newest = store.newest_positions(&profile("p"), 3).await.unwrap();
    let newest: Vec<_> = newest.iter().map(|position| position.title.as_str()).collect();
    assert_eq!(newest, ["t49", "t48", "t47"]);
}

async fn what_is_forgotten_is_gone(backend: Backend) {
    let Backend { store, dir: _dir, .. } = backend;
    store.put_positions(&[position(5, "d", 1, 100)]).await.unwrap();
    assert!(store.forget_profile(&profile("p")).await.unwrap());
    assert!(!store.forget_profile(&profile("p")).await.unwrap());
    assert_eq!(store.profile_since(&profile("p")).await.unwrap(), None);
    assert_eq!(store.position(&profile("p"), &title("t")).await.unwrap(), None);
    assert_eq!(store.forget_devices(at(10_000)).await.unwrap(), 0, "nothing is left");
}

contract! {
    the_later_word_wins_and_a_rewatch_keeps_history,
    what_a_device_sends_again_late_overwrites_nobody,
    some_are_read_by_title,
    what_is_forgotten_is_gone,
}

/// What every write must come to, one after the other, in as many words as it takes.
fn oracle(writes: &[PositionWrite]) -> HashMap<String, Position> {
    let mut last_seq: HashMap<(String, String), i64> = HashMap::new();
    let mut last_device: HashMap<String, String> = HashMap::new();
    let mut now: HashMap<String, Position> = HashMap::new();
    for write in writes {
        let title = write.title.to_string();
        let seq = last_seq.entry((title.clone(), write.device.clone())).or_insert(i64::MIN);
        if write.seq <= *seq {
            continue;
        }
        *seq = write.seq;
        let before = now.get(&title);
        let same_device = last_device.get(&title) == Some(&write.device);
        if before.is_some_and(|before| !same_device && write.at < before.at) {
            continue;
        }
        let ended_now = write.finished && before.is_none_or(|before| !before.finished);
        let after = Position {
            title: write.title.clone(),
            position_us: write.position_us,
            duration_us: write.duration_us,
            at: before.map_or(write.at, |before| before.at.max(write.at)),
            finished: write.finished,
            times_finished: before.map_or(0, |before| before.times_finished) + u32::from(ended_now),
            finished_at: if ended_now {
                Some(write.at)
            } else {
                before.and_then(|before| before.finished_at)
            },
        };
        last_device.insert(title.clone(), write.device.clone());
        now.insert(title, after);
    }
    now
}

fn writes() -> impl Strategy<Value = Vec<(u8, u8, i64, i64, i64)>> {
    prop::collection::vec((0..2u8, 0..3u8, 0..6i64, 0..12i64, 0..100i64), 1..24)
}

fn in_batches_of_any_size_as_one_after_the_other(runtime: &tokio::runtime::Runtime, backend: Backend) {
    let Backend { store, dir: _dir, .. } = backend;
    let viewers = AtomicU32::new(0);
    let config = ProptestConfig { cases: 60, failure_persistence: None, ..ProptestConfig::default() };
    proptest!(config, |(writes in writes(), size in 1usize..12)| {
        let viewer = profile(&format!("v{}", viewers.fetch_add(1, Ordering::Relaxed)));
        let writes: Vec<_> = writes.into_iter().map(|(t, device, seq, when, seconds)| PositionWrite {
            profile: viewer.clone(),
            title: title(&format!("t{t}")),
            ..position(seconds, ["phone", "tv", "tablet"][usize::from(device)], seq, when)
        }).collect();
        let found = runtime.block_on(async {
            for batch in writes.chunks(size) {
                store.put_positions(batch).await.unwrap();
            }
            store.newest_positions(&viewer, 10).await.unwrap()
        });
        let expected = oracle(&writes);
        prop_assert_eq!(found.len(), expected.len());
        for position in found {
            prop_assert_eq!(Some(&position), expected.get(position.title.as_str()));
        }
    });
}

properties! { in_batches_of_any_size_as_one_after_the_other }
