//! `make bench-fleet`: the goals of the fleet, on the public trace and on families made up to ask one question each.
#![allow(clippy::unwrap_used, clippy::print_stdout, clippy::disallowed_methods)]

use std::{fs, path::Path, time::Instant};

use domain::Timestamp;
use fleet::{
    forecast::event::Event,
    plan::{Planner, Role},
    simulate::{
        contest::REACTIVE,
        demand::{Demand, SEEDS},
        engine::Boot,
        families,
        report::{csv, page, table},
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
    let mut goals = Vec::new();
    let mut studies = vec![public(&seeds, &mut goals)];
    for demand in families::all(SEEDS[0]) {
        let conditions =
            Conditions { noises: vec![0.02], boots: [5, 10].map(Boot::exact).to_vec(), seeds: seeds.clone() };
        let study = Study::run(&demand, &conditions, |_, _| {});
        println!("{}", table(&study));
        if demand.name == "no season" {
            goals.push(goal(
                "fleet.no_season_vs_reactive",
                study.ratio_to(&REACTIVE),
                |x| x <= 1.0,
                "<= 1.0",
            ));
        }
        studies.push(study);
    }
    decisions();
    let write = |name: &str, text: String| fs::write(Path::new(OUT).join(name), text).unwrap();
    write("fleet.html", page(&studies));
    write("samples.csv", studies.iter().map(csv).collect::<Vec<_>>().concat());
    println!("raw samples: {OUT}/samples.csv, picture: {OUT}/fleet.html");
    goals.iter().for_each(|line| println!("{line}"));
}

/// The public trace, under every noise and boot time, and once with boots that vary and fail.
fn public(seeds: &[u64], goals: &mut Vec<String>) -> Study {
    let trace = Trace::parse(&fs::read("bench/traces/nyc_taxi.csv").unwrap()).unwrap();
    let demand = Demand {
        name: "New York taxi, 200 instances at peak".into(),
        start: trace.start,
        mean: trace.scaled_to(PEAK),
        calendar: Vec::new(),
    };
    let boots = [5, 10].map(Boot::exact).to_vec();
    let mut study: Option<Study> = None;
    for noise in [0.0, 0.02, 0.05] {
        let conditions = Conditions { noises: vec![noise], boots: boots.clone(), seeds: seeds.to_vec() };
        let next = Study::run(&demand, &conditions, |_, _| {});
        println!("{}", table(&next));
        match &mut study {
            Some(study) => study.rows.extend(next.rows),
            None => study = Some(next),
        }
    }
    let study = study.unwrap();
    for (noise, name) in
        [(0.0, "fleet.gap_closed_0"), (0.02, "fleet.gap_closed_2"), (0.05, "fleet.gap_closed_5")]
    {
        let worst = study
            .gaps()
            .iter()
            .filter(|gap| gap.noise == noise)
            .map(|gap| gap.median())
            .fold(f64::MAX, f64::min);
        goals.push(goal(name, worst, |x| x >= 0.5, ">= 0.5"));
    }
    let rough = Boot { minutes: 5, spread: 0.2, failing: 0.01 };
    let conditions = Conditions { noises: vec![0.02], boots: vec![rough], seeds: seeds.to_vec() };
    println!("{}", table(&Study::run(&demand, &conditions, |_, _| {})));
    study
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
