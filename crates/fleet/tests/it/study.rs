//! A small comparison from end to end.

use domain::Timestamp;
use fleet::simulate::{
    demand::Demand,
    engine::Boot,
    report::{csv, page, table},
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
    assert_eq!(csv(&study).lines().count(), 1 + 8);
    let page = page(std::slice::from_ref(&study));
    assert!(page.matches("<svg").count() == 2 && !page.contains("NaN"));
    assert!(
        !page.contains("http") && !page.contains("<script") && !page.contains("src="),
        "one page, nothing fetched"
    );
}

#[test]
fn series_that_are_short_flat_or_full_of_holes() {
    let day: Vec<f64> = (0..1440).map(|n| 20.0 + 10.0 * (f64::from(n) / 200.0).sin()).collect();
    let holes = (0..3000).map(|n| if n % 700 < 90 { f64::NAN } else { 30.0 }).collect();
    for (name, mean) in [
        ("a day", day),
        ("constant", vec![30.0; 2000]),
        ("zero", vec![0.0; 1000]),
        ("holes", holes),
        ("two", vec![1.0; 2]),
    ] {
        let study = study(&demand(name, mean), 0.0);
        assert_eq!(study.rows.len(), 8, "{name}");
        assert!(study.rows.iter().all(|row| row.hours().is_finite()), "{name}");
        let text = table(&study);
        assert!(!text.contains("inf"), "{text}");
    }
}
