//! The quantile at the lead time: how often it was exceeded, against how often it said that it would be.

use std::fs;

use fleet::{
    forecast::{Forecaster, HORIZONS},
    simulate::{chance::Chance, demand::Demand, trace::Trace},
};
use proptest::prelude::*;

const DAY: usize = 1440;
const SHARES: [f64; 3] = [0.1, 0.05, 0.01];

/// The share of minutes after the first `from` in which the load was above the quantile that had been said for it.
fn exceeded(load: &[f64], lead: u32, from: usize) -> [f64; 3] {
    let mut forecaster = Forecaster::new(lead);
    let ahead = lead as usize + 1;
    let mut above = [0usize; 3];
    for now in 0..load.len() - ahead {
        let outlook = forecaster.push(Some(load[now]), true);
        if now < from {
            continue;
        }
        let (point, tail) = (outlook.points[HORIZONS - 1], &outlook.tails[HORIZONS - 1]);
        for (above, share) in above.iter_mut().zip(SHARES) {
            let bound = f64::from(point.mean) + f64::from(point.scale) * tail.quantile(share);
            *above += usize::from(load[now + ahead] > bound);
        }
    }
    above.map(|above| above as f64 / (load.len() - ahead - from) as f64)
}

/// Exceeded hardly more often than said. Less often than said it may be, most of all in the far tail, where the wide first
/// guess is forgotten last.
fn assert_covered(name: &str, seen: [f64; 3]) {
    let bounds = [0.8..1.15, 0.8..1.15, 0.4..1.4];
    for ((seen, share), bounds) in seen.into_iter().zip(SHARES).zip(bounds) {
        assert!(bounds.contains(&(seen / share)), "{name}: said {share}, exceeded in {seen:.4}");
    }
}

fn demand(mean: Vec<f64>) -> Demand {
    Demand { name: String::new(), start: domain::Timestamp(0), mean, calendar: Vec::new() }
}

/// A level that minutes scatter around, each by itself.
fn scattered(days: usize, scatter: impl FnMut() -> f64) -> Vec<f64> {
    let mut scatter = scatter;
    (0..days * DAY).map(|_| (60.0 * (1.0 + scatter())).max(0.0)).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2))]

    #[test]
    fn of_noise(seed in 0u64..1000) {
        let mut chance = Chance::new(seed);
        let independent = scattered(14, || 0.05 * chance.normal());
        assert_covered("noise", exceeded(&independent, 5, 5 * DAY));
        let remembered = demand(vec![60.0; 14 * DAY]).load(0.05, seed);
        assert_covered("noise with a memory", exceeded(&remembered, 5, 5 * DAY));
    }

    #[test]
    fn of_seasons(seed in 0u64..1000, lead in 3u32..12) {
        let turn = |minute: usize, period: usize| (minute as f64 / period as f64 * std::f64::consts::TAU).sin();
        let mean = (0..21 * DAY).map(|at| 60.0 + 35.0 * turn(at, DAY) + 10.0 * turn(at, 7 * DAY)).collect();
        assert_covered("season", exceeded(&demand(mean).load(0.03, seed), lead, 9 * DAY));
    }

    #[test]
    fn of_heavy_tails(seed in 0u64..1000) {
        let mut chance = Chance::new(seed);
        // Pareto upwards with index 3: the variance exists, and little more.
        let pareto = scattered(14, || 0.03 * ((1.0 - chance.uniform()).powf(-1.0 / 3.0) - 1.5));
        assert_covered("Pareto", exceeded(&pareto, 5, 5 * DAY));
    }
}

#[test]
fn of_the_public_trace() {
    let bytes = fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/../../bench/traces/nyc_taxi.csv")).unwrap();
    let trace = Trace::parse(&bytes).unwrap();
    let mut mean = trace.scaled_to(200.0);
    mean.truncate(8 * 7 * DAY);
    for (noise, lead) in [(0.02, 5), (0.05, 10)] {
        let load = demand(mean.clone()).load(noise, 1);
        assert_covered(&format!("taxi, noise {noise}"), exceeded(&load, lead, 28 * DAY));
    }
}
