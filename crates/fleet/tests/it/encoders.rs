//! Encoders by their deadlines, against somebody who just does the work.

use std::time::Duration;

use domain::Timestamp;
use fleet::plan::{
    Role, Zone,
    work::{Bounds, Due, Paces, Took, WHENEVER, left, need, plan},
};
use proptest::prelude::*;

/// 08:00 in UTC.
fn start() -> Timestamp {
    Timestamp::from_seconds(1_800_000_000)
}

fn minute(n: i64) -> Timestamp {
    Timestamp::from_seconds(start().seconds() + 60 * n)
}

fn due(minutes: f64, by: Option<i64>) -> Due {
    let name = "the premiere of *Harbour Lights*".into();
    Due { minutes, instances: 1000, by: by.map(minute), name }
}

fn needs(queue: &[Due]) -> (u32, String) {
    need(start(), 5, &Zone::fixed("KST", 540), queue)
}

#[test]
fn the_deadline_that_asks_for_most_decides_and_is_named() {
    assert_eq!(needs(&[]), (0, "The queue is empty".to_owned()));
    assert_eq!(needs(&[due(110.0, Some(60))]).0, 2);
    assert_eq!(needs(&[due(111.0, Some(60))]).0, 3);
    // The later deadline decides when its work piles up behind the earlier one's.
    let (count, why) = needs(&[due(900.0, Some(205)), due(100.0, Some(105))]);
    assert_eq!(count, 5);
    assert_eq!(why, "1000 min of work before the premiere of *Harbour Lights*, in 205 min (20:25 KST)");
    let (count, why) = needs(&[due(470.0, None)]);
    assert_eq!((count, why.contains("470 min of work with") && why.contains("within 240 min")), (2, true));
}

#[test]
fn who_is_late_by_a_little_hurries_and_an_old_title_does_not() {
    let late = |by| needs(&[due(600.0, Some(by))]).0;
    assert_eq!(late(6), 600, "a minute is left");
    assert_eq!(late(0), 600, "none is");
    assert_eq!(late(-30), 24);
    assert_eq!(late(-1_000_000), 3);
    assert!(needs(&[due(600.0, Some(-30))]).1.ends_with("30 min late"));
    assert_eq!(left(start(), Some(minute(-239))), 239.0);
}

#[test]
fn a_job_is_done_by_one_however_late_it_is() {
    let alone = |by| needs(&[Due { instances: 1, ..due(90.0, by) }]).0;
    assert_eq!((alone(Some(10)), alone(Some(-1)), alone(None)), (1, 1, 1));
    let two = [Due { instances: 1, ..due(90.0, Some(10)) }, Due { instances: 3, ..due(900.0, Some(12)) }];
    assert_eq!(needs(&two).0, 4);
}

#[test]
fn bad_deadlines_and_bad_lengths_ask_for_nothing_odd() {
    for minutes in [0.0, -5.0, f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        assert_eq!(needs(&[due(minutes, Some(60))]).0, 0, "{minutes}");
    }
    for (by, count) in [(i64::MAX, 1), (i64::MIN, 3)] {
        let odd = Due { by: Some(Timestamp(by)), ..due(600.0, None) };
        assert_eq!(needs(&[odd]).0, count, "{by}");
    }
}

fn bounds(most: u32, busy: u32) -> Bounds {
    Bounds { lead: 5, most, busy }
}

#[test]
fn a_plan_has_bounds_expires_and_stops_nobody_in_the_middle() {
    let made = |most, busy, queue: &[Due]| {
        let plan = plan(start(), &bounds(most, busy), &Zone::utc(), queue);
        (plan.at(start()), plan.to_string(), plan)
    };
    let (floor, words, whole) = made(32, 0, &[due(110.0, Some(60))]);
    assert_eq!((floor, whole.role, whole.at(minute(9)), whole.at(minute(10))), (2, Role::Work, 2, 0));
    assert!(
        words.contains(
            "110 min of work before the premiere of *Harbour Lights*, in 60 min (09:00 UTC): floor 2."
        ),
        "{words}"
    );
    let (floor, words, _) = made(4, 9, &[due(5_500.0, Some(60))]);
    assert!(floor == 4 && words.contains("It needs 100, and may have no more than 4."), "{words}");
    let (floor, words, _) = made(32, 3, &[due(10.0, None)]);
    assert!(
        floor == 3 && words.contains("floor 1. 3 are in the middle of a job: none of them is let go."),
        "{words}"
    );
    assert_eq!(made(32, 0, &[]).0, 1, "the least that a plan can ask for");
    assert_eq!(made(0, 7, &[]).0, 1);
}

/// Does a minute's job after another, first what is due first, with `count` instances that are there after `lead` minutes. True when
/// everything was done in time.
fn in_time(deadlines: &[u32], lead: u32, count: usize) -> bool {
    let mut waiting = deadlines.to_vec();
    waiting.sort_unstable();
    let mut waiting = waiting.as_slice();
    for minute in lead.. {
        let Some(first) = waiting.first() else { return true };
        if *first <= minute || count == 0 {
            return false;
        }
        let (done, rest) = waiting.split_at(count.min(waiting.len()));
        if done.iter().any(|by| *by < minute + 1) {
            return false;
        }
        waiting = rest;
    }
    false
}

proptest! {
    #[test]
    fn as_many_as_are_needed_are_in_time_and_one_fewer_is_not(
        lead in 0u32..9,
        deadlines in proptest::collection::vec(1u32..120, 1..200),
        grouped in any::<bool>(),
    ) {
        let deadlines: Vec<u32> = deadlines.iter().map(|by| by + lead).collect();
        let one = |by: &u32| Due { instances: 1, ..due(1.0, Some(i64::from(*by))) };
        let mut queue: Vec<Due> = deadlines.iter().map(one).collect();
        if grouped {
            queue.sort_by_key(|due| due.by);
            queue.dedup_by(|next, first| next.by == first.by && {
                first.minutes += 1.0;
                first.instances += 1;
                true
            });
        }
        let (count, why) = need(start(), lead, &Zone::utc(), &queue);
        prop_assert!(in_time(&deadlines, lead, count as usize), "{count}: {why}");
        prop_assert!(!in_time(&deadlines, lead, count as usize - 1), "{count}: {why}");
    }

    #[test]
    fn garbage_never_panics_and_never_asks_for_the_moon(
        queue in proptest::collection::vec((any::<f64>(), any::<u32>(), any::<Option<i64>>()), 0..40),
        lead in any::<u32>(),
        now in any::<i64>(),
    ) {
        let due = |(minutes, instances, by): &(f64, u32, Option<i64>)| {
            Due { minutes: *minutes, instances: *instances, by: by.map(Timestamp), name: String::new() }
        };
        let queue: Vec<Due> = queue.iter().map(due).collect();
        let (count, _) = need(Timestamp(now), lead, &Zone::utc(), &queue);
        prop_assert!(count <= 10_000);
        let planned = plan(Timestamp(now), &Bounds { lead, most: 7, busy: 3 }, &Zone::utc(), &queue);
        prop_assert!((3..=7).contains(&planned.floors[0].instances));
        prop_assert!(left(Timestamp(now), None) == WHENEVER);
    }
}

fn took(track: &str, took: u64, length: Option<u64>) -> Took {
    let kind = if track.is_empty() { "package" } else { "video-rung" };
    let seconds = Duration::from_secs;
    Took { kind: kind.into(), track: track.into(), took: seconds(took), length: length.map(seconds) }
}

#[test]
fn a_pace_is_declared_until_it_is_learned_by_rung() {
    let hour = Duration::from_secs(3600);
    let declared = Paces::learn(2.0, &[]);
    assert_eq!(declared.minutes(("video-rung", "v240"), 2, 1, hour), 2.0 * (60.0 + 90.0));
    assert_eq!(declared.minutes(("package", ""), 6, 6, Duration::ZERO), 1.0);
    assert!(
        declared.words().starts_with("Declared: 2.00 s for a second of film; no job"),
        "{}",
        declared.words()
    );
    let few = Paces::learn(2.0, &vec![took("v240", 50, Some(100)); 4]);
    assert_eq!(few.minutes(("video-rung", "v240"), 1, 0, hour), 120.0);
    assert!(few.words().contains("4 finished jobs are too few"), "{}", few.words());

    // Most of them half as long as the film, whatever some took; of the other rung nothing is known but the kind.
    let mut done = vec![took("v240", 50, Some(100)); 5];
    done.extend([took("v240", 1, Some(100)), took("v240", 90_000, Some(100))]);
    // Of an unknown film, and in no time: they teach nothing.
    done.extend([took("v240", 7, None), took("v240", 0, Some(100)), took("v240", 7, Some(0))]);
    done.extend(vec![took("", 30, None); 5]);
    let paces = Paces::learn(2.0, &done);
    assert_eq!(paces.minutes(("video-rung", "v240"), 1, 0, hour), 30.0);
    assert_eq!(paces.minutes(("video-rung", "v1080"), 1, 0, hour), 30.0);
    assert_eq!(paces.minutes(("audio", "a-ko"), 1, 0, hour), 120.0);
    assert_eq!(paces.minutes(("package", ""), 4, 4, Duration::ZERO), 2.0);
    assert!(
        paces
            .words()
            .starts_with("Learned from 12 jobs, for a second of film: any video-rung 0.50 s, v240 0.50 s;"),
        "{}",
        paces.words()
    );

    // The newest fifty count.
    let mut slower = vec![took("v240", 300, Some(100)); 30];
    slower.extend(vec![took("v240", 50, Some(100)); 1000]);
    assert_eq!(
        Paces::learn(2.0, &slower).of("video-rung", "v240").map(|pace| (pace.jobs, pace.seconds)),
        Some((50, 3.0))
    );
}
