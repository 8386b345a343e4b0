use std::{collections::BTreeMap, sync::OnceLock, time::Duration};

use domain::{
    Timestamp, Title, TitleId, Window,
    rights::{self, Subject},
};
use edition::Edition;
use proptest::prelude::*;
use store::Position;
use viewers::{Continue, continue_watching};

use crate::world::{HOUR, LENGTH, NOON, Somebody, World, id};

/// The world and its edition, made once.
fn shared() -> &'static (World, std::sync::Arc<Edition>) {
    static SHARED: OnceLock<(World, std::sync::Arc<Edition>)> = OnceLock::new();
    SHARED.get_or_init(|| {
        let (world, folder) = (World::new(), tempfile::tempdir().unwrap());
        let edition = world.open(folder.path());
        (world, edition)
    })
}

fn position(title: &str, seconds: u64, minutes_ago: i64) -> Position {
    let at = Timestamp(NOON.0 - minutes_ago * 60_000_000);
    Position {
        title: id(title),
        position_us: seconds as i64 * 1_000_000,
        duration_us: LENGTH as i64 * 1_000_000,
        at,
        finished: seconds >= 90,
        times_finished: u32::from(seconds >= 90),
        finished_at: (seconds >= 90).then_some(at),
    }
}

/// Titles and where they go on, for somebody in `country` at `hours` after noon.
fn go_on(history: &[Position], country: &str, hours: i64) -> Vec<(String, u64)> {
    let somebody = Somebody::from(country);
    let at = Timestamp(NOON.0 + hours * HOUR);
    let entries = continue_watching(history, &shared().1, &somebody.ask(), at);
    entries.into_iter().map(|entry| (entry.title.to_string(), entry.resume_at.as_secs())).collect()
}

fn said(entries: &[(&str, u64)]) -> Vec<(String, u64)> {
    entries.iter().map(|(title, at)| ((*title).to_owned(), *at)).collect()
}

#[test]
fn the_unfinished_goes_on_and_the_finished_is_gone() {
    let history = [position("small", 40, 1), position("tram", 95, 2)];
    assert_eq!(go_on(&history, "US", 0), said(&[("small", 40)]));
}

#[test]
fn after_a_finished_episode_comes_the_next_across_seasons() {
    assert_eq!(go_on(&[position("tides-s1e1", 95, 1)], "US", 0), said(&[("tides-s1e2", 0)]));
    assert_eq!(go_on(&[position("tides-s1e3", 95, 1)], "KR", 0), said(&[("tides-s2e1", 0)]));
    assert_eq!(go_on(&[position("tides-s2e2", 95, 1)], "KR", 0), said(&[]), "the last one");
}

#[test]
fn a_series_stands_once_and_the_latest_move_decides() {
    let history =
        [position("tides-s1e1", 95, 1), position("tides-s1e2", 33, 2), position("tides-s1e3", 60, 3)];
    assert_eq!(
        go_on(&history, "US", 0),
        said(&[("tides-s1e2", 33)]),
        "and the next goes on where it was left"
    );
}

#[test]
fn what_may_not_be_seen_is_left_out_and_not_forgotten() {
    let history = [position("tides-s1e3", 95, 1), position("lamps-s1e2", 20, 2), position("leaving", 50, 3)];
    assert_eq!(go_on(&history, "US", 0), said(&[("lamps-s1e2", 20), ("leaving", 50)]));
    assert_eq!(go_on(&history, "US", 2), said(&[]), "windows closed");
    assert_eq!(go_on(&history, "KR", 2), said(&[("tides-s2e1", 0)]), "open in another country");
    let coming = [position("lamps-s1e2", 95, 1)];
    assert_eq!(go_on(&coming, "US", 0), said(&[]), "not yet");
    assert_eq!(go_on(&coming, "US", 1), said(&[("lamps-s2e1", 0)]));
}

#[test]
fn what_has_no_media_or_left_the_catalogue_is_left_out() {
    let history = [position("korea-s1e1", 95, 1), position("unready", 10, 2), position("long-gone", 10, 3)];
    assert_eq!(go_on(&history, "KR", 0), said(&[]));
}

/// What may go on, worked out from the catalogue itself: title by title, with no edition and no shared code but rights.
fn oracle(history: &BTreeMap<TitleId, Position>, country: &str, now: Timestamp) -> Vec<Continue> {
    let (world, somebody) = (&shared().0, Somebody::from(country));
    let seen = |title: &Title, windows: &[Window]| {
        let subject = Subject { windows, maturity: title.maturity, taken_down: false };
        rights::decide(&somebody.ask(), &subject, now).answer.is_ok()
    };
    let mut entries = Vec::new();
    for title in &world.titles {
        // Everything playable of it, in order, each with the windows that count.
        let mut parts = vec![(&title.id, &title.windows)];
        let episodes = title.seasons.iter().flat_map(|season| &season.episodes);
        parts.extend(episodes.map(|episode| {
            (&episode.id, if episode.windows.is_empty() { &title.windows } else { &episode.windows })
        }));
        if parts.len() > 1 {
            parts.remove(0);
        }
        let begun = parts.iter().enumerate().filter_map(|(place, (id, _))| Some((place, history.get(*id)?)));
        let Some((place, latest)) = begun.max_by_key(|(_, position)| position.at) else { continue };
        let Some((id, windows)) = parts.get(place + usize::from(latest.finished)) else { continue };
        if !seen(title, windows) || !world.assets.contains_key(*id) {
            continue;
        }
        let own = history.get(*id).filter(|own| !own.finished && own.position_us < LENGTH as i64 * 1_000_000);
        entries.push(Continue {
            title: (*id).clone(),
            resume_at: Duration::from_micros(own.map_or(0, |own| own.position_us as u64)),
            running_time: Duration::from_secs(LENGTH),
            next: latest.finished,
            watched_at: latest.at,
        });
    }
    entries.sort_by_key(|entry| std::cmp::Reverse(entry.watched_at));
    entries
}

fn histories() -> impl Strategy<Value = BTreeMap<TitleId, Position>> {
    let ids: Vec<TitleId> = shared().1.all_titles().map(|title| title.id()).collect();
    let watched = (prop::sample::select(ids), 0..=110u64);
    prop::collection::vec(watched, 0..25).prop_map(|watched| {
        let watched = watched.into_iter().zip(1..);
        watched
            .map(|((title, seconds), ago)| (title.clone(), position(title.as_str(), seconds, ago)))
            .collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn continue_watching_is_what_the_oracle_says(
        history in histories(),
        country in prop::sample::select(vec!["KR", "US"]),
        minutes in -100..100i64,
    ) {
        let now = Timestamp(NOON.0 + minutes * 60_000_000);
        // A series itself has no position; a row that says so changes nothing.
        let playable: BTreeMap<_, _> =
            history.into_iter().filter(|(id, _)| !["tides", "lamps", "korea"].contains(&id.as_str())).collect();
        let mut rows: Vec<Position> = playable.values().cloned().collect();
        rows.sort_by_key(|row| std::cmp::Reverse(row.at));
        let somebody = Somebody::from(country);
        let got = continue_watching(&rows, &shared().1, &somebody.ask(), now);
        prop_assert_eq!(got, oracle(&playable, country, now));
    }
}
