//! A small comparison from end to end.

use domain::Timestamp;
use fleet::simulate::{
    demand::Demand,
    engine::Boot,
    premieres::{self, Premiere},
    report::{csv, page, table},
    setting::{OURS, REACTIVE},
    study::{Conditions, Study},
    trace::Trace,
};

fn demand(name: &str, mean: Vec<f64>) -> Demand {
    Demand { name: name.into(), start: Timestamp::from_seconds(1_767_571_200), mean, calendar: Vec::new() }
}

fn study(demand: &Demand, noise: f64) -> Study {
    let conditions = Conditions { noises: vec![noise], boots: vec![Boot::exact(5)], seeds: vec![1] };
    Study::run(demand, &conditions, |_, _| {})
}

/// A week of half-hours by a formula, read as a file would be.
fn week() -> Demand {
    let rows = (0..7 * 48).map(|half| {
        let load = 1000.0 * (1.2 + (f64::from(half) / 48.0 * std::f64::consts::TAU).sin());
        format!("{},{load:.0}\n", 1_767_571_200 + half * 1800)
    });
    let trace = Trace::parse(rows.collect::<String>().as_bytes()).unwrap();
    demand("a week", trace.scaled_to(40.0))
}

#[test]
fn golden_table_and_page() {
    let study = study(&week(), 0.02);
    insta::assert_snapshot!(table(&study));
    assert_eq!(csv(&study).lines().count(), 1 + 9);
    let away = |policy: &str| {
        let row = study.rows.iter().find(|row| row.policy == policy).unwrap();
        row.seeds[0].by_default.unwrap().shed_share()
    };
    assert!(away(OURS) <= away("planner alone"), "the backstop only adds");
    let page = page(std::slice::from_ref(&study));
    assert!(page.matches("<svg").count() == 2 && !page.contains("NaN"));
    assert!(
        !page.contains("http") && !page.contains("<script") && !page.contains("src="),
        "one page, nothing fetched"
    );
}

fn hours(study: &Study, policy: &str) -> f64 {
    study.rows.iter().find(|row| row.policy == policy).unwrap().hours()
}

/// Studies it without noise and looks at what holds of any series: everybody is there, and has a number.
fn of(mean: Vec<f64>) -> Study {
    let study = study(&demand("made up", mean), 0.0);
    assert_eq!(study.rows.len(), 9);
    assert!(study.rows.iter().all(|row| row.hours().is_finite()));
    let text = table(&study);
    assert!(!text.contains("inf") && !text.contains("NaN%"), "{text}");
    study
}

#[test]
fn a_constant_costs_an_instance_more_than_knowing_it() {
    let study = of(vec![30.0; 6000]);
    let (ours, bound) = (hours(&study, OURS), hours(&study, "perfect-mean"));
    assert!((bound - 30.0 * 50.0).abs() < 1.0, "30 instances for the second half, of 50 hours: {bound}");
    assert!((bound..=bound * 31.0 / 30.0).contains(&ours), "{ours} of {bound}");
}

#[test]
fn nothing_at_all_costs_the_least_floor() {
    let study = of(vec![0.0; 1200]);
    for row in &study.rows {
        assert_eq!((row.policy, row.hours()), (row.policy, 10.0), "one instance for ten hours");
    }
}

#[test]
fn two_minutes_are_enough_for_a_table() {
    assert!(table(&of(vec![1.0; 2])).contains("Less than two days of history"));
}

#[test]
fn a_single_day_is_followed_as_the_reactive_ones_do_and_says_so() {
    let study = of((0..1440).map(|n| 20.0 + 10.0 * (f64::from(n) / 200.0).sin()).collect());
    assert_eq!(study.words, "Less than two days of history: following level and slope.");
    assert!(study.ratio_to(&REACTIVE) < 1.03, "{}", study.ratio_to(&REACTIVE));
}

#[test]
fn holes_cost_no_more_than_what_is_around_them() {
    let study = of((0..6000).map(|n| if n % 700 < 90 { f64::NAN } else { 30.0 }).collect());
    let ratio = hours(&study, OURS) / hours(&study, "perfect-mean");
    assert!((1.0..1.08).contains(&ratio), "{ratio}");
}

#[test]
fn a_level_shift_is_paid_once() {
    // Twelve days, and half as much again from the tenth on.
    let day = |n: usize| 40.0 + 25.0 * (n as f64 / 1440.0 * std::f64::consts::TAU).sin();
    let shifted = |n: usize| day(n) * if n > 9 * 1440 { 1.5 } else { 1.0 };
    let study = of((0..12 * 1440).map(shifted).collect());
    // Kept within the goal, the one jump would have to be paid for all the time; at the price it is not.
    let row = study.rows.iter().find(|row| row.policy == OURS).unwrap();
    let came = row.seeds[0].by_default.unwrap();
    let ratio = came.hours() / hours(&study, "perfect-mean");
    assert!(ratio < 1.05 && came.shed_share() < 3e-4, "{ratio} {}", came.shed_share());
}

#[test]
fn the_calendar_is_a_row_of_its_own() {
    let mut demand = week();
    let premieres: Vec<Premiere> = (1..6)
        .map(|day| day * 1440 + 1200)
        .map(|at| Premiere { planned: at, begins: at, changed: 0, is_cancelled: false, lift: 0.6 })
        .collect();
    premieres::put(&mut demand, &premieres);
    let study = study(&demand, 0.0);
    assert!(hours(&study, OURS) < hours(&study, "no calendar"), "{}", table(&study));
    assert!(csv(&study).contains("no calendar"));
}
