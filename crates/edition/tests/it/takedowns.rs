//! What is taken down is denied, whatever edition is open; only signed and newer words change what is.

use domain::{DeviceClass, SeededRng, Timestamp, TitleId, rights::Ask, rights::Denial};
use edition::{EditionError, Outcome, TitleView, Withdrawn};
use objects::{
    Key,
    announce::{self, AnnounceError, Takedowns},
    keys::SigningKey,
    signed,
};

use crate::following::Stage;

fn announce_down(stage: &Stage, number: u64, titles: &[&TitleId]) {
    let takedowns = Takedowns { number, titles: titles.iter().map(|id| (*id).clone()).collect() };
    // As nobody should: without looking at what is announced.
    let payload = serde_json::to_vec(&takedowns).unwrap();
    let bytes = signed::seal("takedowns", &payload, &stage.key);
    stage.objects.replace(&Key::current_takedowns(), &bytes).unwrap();
}

fn down(stage: &Stage) -> Vec<String> {
    let edition = stage.follower.snapshot().unwrap();
    let brand = &stage.catalogue.brands[0];
    let plans = brand.plans.iter().map(|plan| plan.id.clone()).collect();
    let ask = Ask {
        brand: &brand.id,
        territory: None,
        plans: &plans,
        device: DeviceClass::Tv,
        maturity_limit: None,
    };
    let is_down = |title: &TitleView<'_>| title.decide(&ask, Timestamp(1)).answer == Err(Denial::TakenDown);
    let mut down: Vec<_> = edition.all_titles().filter(is_down).map(|title| title.id_str().into()).collect();
    down.sort();
    down
}

#[test]
fn a_series_goes_with_its_episodes_and_no_edition_brings_it_back() {
    let stage = Stage::new(300);
    stage.announce(&stage.build(1));
    stage.follower.poll();
    assert!(down(&stage).is_empty());
    let series = stage.catalogue.titles.iter().find(|title| !title.seasons.is_empty()).unwrap();
    let film = stage.catalogue.titles.iter().find(|title| title.seasons.is_empty()).unwrap();
    let mut all: Vec<String> = [&series.id, &film.id].map(ToString::to_string).to_vec();
    all.extend(
        series.seasons.iter().flat_map(|season| &season.episodes).map(|episode| episode.id.to_string()),
    );
    all.sort();

    announce_down(&stage, 1, &[&series.id, &film.id]);
    let before = stage.follower.snapshot().unwrap();
    let outcome = stage.follower.poll_takedowns();
    assert!(matches!(outcome, Withdrawn::Changed { number: 1, titles: 2 }), "{outcome:?}");
    assert!(matches!(stage.follower.poll_takedowns(), Withdrawn::Same));
    assert_eq!(down(&stage), all);
    assert_eq!((before.takedowns(), stage.follower.snapshot().unwrap().takedowns()), (0, 1));
    stage.announce(&stage.build(2));
    assert!(matches!(stage.follower.poll(), Outcome::Switched { to: 2, .. }));
    assert_eq!(down(&stage), all);

    announce_down(&stage, 2, &[]);
    stage.follower.poll_takedowns();
    assert!(down(&stage).is_empty());
}

#[test]
fn older_forged_damaged_or_lost_words_change_nothing() {
    let stage = Stage::new(30);
    stage.announce(&stage.build(1));
    stage.follower.poll();
    let title = stage.catalogue.titles[0].id.clone();
    announce_down(&stage, 3, &[&title]);
    stage.follower.poll_takedowns();
    let there = down(&stage);
    assert!(!there.is_empty());
    let kept = |what: &str| {
        let outcome = stage.follower.poll_takedowns();
        assert!(matches!(outcome, Withdrawn::Kept { repeated: false, .. }), "{what}: {outcome:?}");
        let again = stage.follower.poll_takedowns();
        assert!(matches!(again, Withdrawn::Kept { repeated: true, .. }), "{what}: {again:?}");
        assert_eq!(down(&stage), there, "{what}");
    };
    for (number, what) in [(2, "older"), (3, "another with its number")] {
        announce_down(&stage, number, &[]);
        kept(what);
    }
    let key = Key::current_takedowns();
    let other = SigningKey::generate(&SeededRng::new(2));
    let forged = Takedowns { number: 9, ..Takedowns::default() };
    stage.objects.delete(&key).unwrap();
    announce::publish(&stage.objects, &forged, &other, &other.public().into()).unwrap();
    kept("signed by somebody else");
    let payload = serde_json::to_vec(&forged).unwrap();
    let passed_off = signed::seal("current edition", &payload, &stage.key);
    stage.objects.replace(&key, &passed_off).unwrap();
    kept("signed as something else");
    stage.objects.replace(&key, b"{").unwrap();
    kept("damaged");
    stage.objects.delete(&key).unwrap();
    kept("lost");
    announce_down(&stage, 4, &[]);
    assert!(matches!(stage.follower.poll_takedowns(), Withdrawn::Changed { number: 4, titles: 0 }));
}

#[test]
fn nothing_is_shown_before_it_is_known_what_must_not_be() {
    let stage = Stage::new(30);
    stage.announce(&stage.build(1));
    stage.objects.replace(&Key::current_takedowns(), b"{").unwrap();
    for _ in 0..2 {
        let outcome = stage.follower.poll();
        let Outcome::Kept { error: EditionError::Takedowns(AnnounceError::Signed { .. }), .. } = outcome
        else {
            panic!("{outcome:?}")
        };
        assert!(stage.follower.snapshot().is_none());
    }
    announce_down(&stage, 5, &[&stage.catalogue.titles[0].id]);
    assert!(matches!(stage.follower.poll(), Outcome::Switched { to: 1, .. }));
    assert!(!down(&stage).is_empty());
}
