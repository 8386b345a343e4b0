//! `make bench-fleet`: the goals of the fleet, on the public trace and on families made up to ask one question each.
#![allow(clippy::unwrap_used, clippy::print_stdout, clippy::disallowed_methods)]

use std::{fs, path::Path, thread, time::Instant};

use domain::Timestamp;
use fleet::{
    forecast::event::Event,
    plan::{Planner, Role},
    simulate::{
        demand::{Demand, SEEDS},
        engine::Boot,
        families,
        report::{csv, page, table},
        setting::REACTIVE,
        study::{Conditions, Study},
        trace::Trace,
    },
};

const PEAK: f64 = 200.0;
const OUT: &str = "target/bench/fleet";

fn main() {
    let quick = std::env::args().any(|arg| arg == "--quick");
    let seeds = if quick { vec![SEEDS[0]] } else { SEEDS.to_vec() };
    fs::create_dir_all(OUT).unwrap();
    decisions();
    let [premieres, no_season, level_shift, retry_storm] = families::all(SEEDS[0]).try_into().unwrap();
    // Studies know nothing of one another; the last one here takes as long as the others together.
    let studies: Vec<Study> = thread::scope(|scope| {
        let ours = |demands: Vec<Demand>| {
            let seeds = &seeds;
            scope.spawn(move || demands.iter().map(|demand| study(demand, seeds)).collect())
        };
        let others = [
            ours(vec![families::with_premieres(taxi(), SEEDS[0])]),
            ours(vec![premieres, no_season]),
            ours(vec![level_shift, retry_storm]),
        ];
        let public: Study = public(&seeds);
        [public]
            .into_iter()
            .chain(others.into_iter().flat_map(|done| -> Vec<Study> { done.join().unwrap() }))
            .collect()
    });
    let write = |name: &str, text: String| fs::write(Path::new(OUT).join(name), text).unwrap();
    write("fleet.html", page(&studies));
    write("samples.csv", studies.iter().map(csv).collect::<Vec<_>>().concat());
    println!("raw samples: {OUT}/samples.csv, picture: {OUT}/fleet.html");
    goals(&studies).iter().for_each(|line| println!("{line}"));
}

/// The trace of New York's taxis.
fn taxi() -> Demand {
    let trace = Trace::parse(&fs::read("bench/traces/nyc_taxi.csv").unwrap()).unwrap();
    Demand {
        name: "New York taxi, 200 instances at peak".into(),
        start: trace.start,
        mean: trace.scaled_to(PEAK),
        calendar: Vec::new(),
    }
}

/// A demand at 2% noise.
fn study(demand: &Demand, seeds: &[u64]) -> Study {
    let conditions =
        Conditions { noises: vec![0.02], boots: [5, 10].map(Boot::exact).to_vec(), seeds: seeds.to_vec() };
    let study = Study::run(demand, &conditions, |_, _| {});
    println!("{}", table(&study));
    study
}

/// The public trace, under every noise and boot time, and once with boots that vary and fail.
fn public(seeds: &[u64]) -> Study {
    // The noise that comes nearest to a real service is the picture's, which is of the first.
    let exact = Conditions {
        noises: vec![0.02, 0.0, 0.05],
        boots: [5, 10].map(Boot::exact).to_vec(),
        seeds: seeds.to_vec(),
    };
    let rough = Boot { minutes: 5, spread: 0.2, failing: 0.01 };
    let rough = Conditions { noises: vec![0.02], boots: vec![rough], seeds: seeds.to_vec() };
    let [mut study, rough] = [exact, rough].map(|conditions| Study::run(&taxi(), &conditions, |_, _| {}));
    study.rows.extend(rough.rows);
    println!("{}", table(&study));
    study
}

/// The goals, which are of boots that take what they take.
fn goals(studies: &[Study]) -> Vec<String> {
    let mut goals = Vec::new();
    for (noise, name) in
        [(0.0, "fleet.gap_closed_0"), (0.02, "fleet.gap_closed_2"), (0.05, "fleet.gap_closed_5")]
    {
        let worst = studies[0]
            .gaps()
            .iter()
            .filter(|gap| gap.noise == noise && gap.boot == Boot::exact(gap.boot.minutes))
            .map(|gap| gap.median())
            .fold(f64::MAX, f64::min);
        goals.push(goal(name, worst, |x| x >= 0.5, ">= 0.5"));
    }
    for study in studies.iter().filter(|study| study.name == "no season") {
        goals.push(goal("fleet.no_season_vs_reactive", study.ratio_to(&REACTIVE), |x| x <= 1.0, "<= 1.0"));
    }
    goals
}

/// How long a decision for 500 groups takes, and what a year of minutes leaves in memory.
fn decisions() {
    let mut planners: Vec<Planner> = (0..500).map(|_| Planner::new(Role::Site, 5)).collect();
    let start = 1_767_571_200;
    let mut took = Vec::new();
    let calendar: [Event; 0] = [];
    for minute in 0..200 {
        let now = Timestamp::from_seconds(start + minute * 60);
        let begun = Instant::now();
        for (at, planner) in planners.iter_mut().enumerate() {
            let view = planner.minute(now, Some(50.0 + (at as f64 + minute as f64 / 9.0).sin()), &calendar);
            std::hint::black_box(view.want(50, 0.01));
        }
        took.push(begun.elapsed().as_secs_f64() * 1e3);
    }
    took.sort_by(f64::total_cmp);
    println!("decisions for 500 groups: median {:.2} ms, slowest of 200 {:.2} ms", took[100], took[199]);
    let one = &mut planners[0];
    for minute in 200..525_600 {
        one.minute(
            Timestamp::from_seconds(start + minute * 60),
            Some(50.0 + (minute as f64 / 229.0).sin()),
            &calendar,
        );
    }
    println!("a year of minutes: {:.0} kB for a group", one.forecaster().bytes() as f64 / 1e3);
}

fn goal(name: &str, value: f64, met: fn(f64) -> bool, aim: &str) -> String {
    format!("goal {name} = {value:.3} (aim {aim}) {}", if met(value) { "met" } else { "missed" })
}
