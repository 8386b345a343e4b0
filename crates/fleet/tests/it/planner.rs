//! The planner on series that nobody would wish for.

use domain::Timestamp;
use fleet::{
    forecast::Forecaster,
    plan::{Planner, Role},
};
use proptest::prelude::*;

fn live(load: impl Fn(usize) -> Option<f64>, minutes: usize) -> (Planner, u32) {
    let mut planner = Planner::new(Role::Site, 5);
    let mut total = 1;
    for n in 0..minutes {
        let view = planner.minute(Timestamp::from_seconds(n as i64 * 60), load(n), &[]);
        total = view.want(total, 0.01);
    }
    (planner, total)
}

#[test]
fn a_constant_load_gets_what_it_needs_and_little_more() {
    let (_, total) = live(|_| Some(20.0), 4000);
    assert!((20..=21).contains(&total), "{total}");
}

#[test]
fn nothing_at_all_gets_one() {
    assert_eq!(live(|_| Some(0.0), 3000).1, 1);
    assert_eq!(live(|_| None, 3000).1, 1);
}

#[test]
fn an_hour_without_measurements_lets_nothing_go() {
    let (_, before) = live(|_| Some(20.0), 3000);
    let (_, blind) = live(|n| (n < 3000).then_some(20.0), 3060);
    assert!(blind >= before, "{blind} < {before}");
}

#[test]
fn a_level_shift_is_followed_within_the_hour() {
    let (_, total) = live(|n| Some(if n < 5000 { 20.0 } else { 60.0 }), 5060);
    assert!((60..=75).contains(&total), "{total}");
}

/// A walk of chance: nothing that came before says where it goes.
#[test]
fn without_skill_it_says_so_in_these_words() {
    let mut chance = fleet::simulate::chance::Chance::new(4);
    let walk: Vec<f64> = (0..9000)
        .scan(50.0f64, |level, _| {
            *level = (*level + chance.normal()).clamp(5.0, 200.0);
            Some(*level)
        })
        .collect();
    let words = live(|n| Some(walk[n]), walk.len()).0.forecaster().words();
    assert_eq!(
        words,
        "No skill on this series: the models missed by 1.86%, plain level and slope by 1.83%; following those."
    );
}

#[test]
fn a_daily_season_is_learned_and_beats_level_and_slope() {
    let day = |n: usize| Some(60.0 + 50.0 * (n as f64 / 1440.0 * std::f64::consts::TAU).sin());
    let words = live(day, 12 * 1440).0.forecaster().words();
    assert!(words.starts_with("Missed by 0.0"), "{words}");
}

#[test]
fn memory_does_not_grow() {
    let mut forecaster = Forecaster::new(10);
    let before = forecaster.bytes();
    (0..20_000).for_each(|n| drop(forecaster.push(Some(f64::from(n % 100)), true)));
    assert_eq!(forecaster.bytes(), before);
    assert!(before < 1_000_000, "{before}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn garbage_never_panics_and_never_asks_for_the_moon(
        loads in proptest::collection::vec(prop_oneof![
            4 => (0.0..100.0f64).prop_map(Some),
            1 => Just(None),
            1 => Just(Some(f64::NAN)),
            1 => Just(Some(f64::INFINITY)),
            1 => (-1e3..0.0f64).prop_map(Some),
        ], 1..600),
        lead in 0u32..100,
    ) {
        let mut planner = Planner::new(Role::Collect, lead);
        let mut total = 1;
        for (n, load) in loads.iter().enumerate() {
            let view = planner.minute(Timestamp::from_seconds(n as i64 * 60), *load, &[]);
            total = view.want(total, 0.01);
            prop_assert!((1..=100_000).contains(&total));
        }
    }
}
