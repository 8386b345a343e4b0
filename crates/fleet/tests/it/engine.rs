//! The engine and the bounds, against slow and obvious ways to the same.

use fleet::simulate::{
    chance::Chance,
    engine::{Boot, Policy, Run, Seen},
    policy::{
        bounds::{Foreseen, needs},
        reactive::{Highest, Hpa},
    },
};
use proptest::prelude::*;

struct Script(Vec<u32>);

impl Policy for Script {
    fn want(&mut self, seen: &Seen<'_>) -> u32 {
        self.0[seen.minute]
    }
}

fn run(load: &[f64], boot: Boot, policy: &mut dyn Policy) -> fleet::simulate::engine::Outcome {
    Run { load, from: 0, boot, seed: 7, waits: false, enough: f64::INFINITY }.with(policy, |_, _, _| {})
}

#[test]
fn a_launch_serves_after_its_boot_and_is_paid_from_the_start() {
    let load = [1.0, 3.0, 3.0, 3.0, 3.0];
    let out = run(&load, Boot::exact(2), &mut Script(vec![1, 3, 3, 3, 3]));
    // Launched in minute 1, ready in minute 3: minutes 1 and 2 turn two away.
    assert_eq!((out.shed, out.instance_minutes, out.launches), (4.0, 1 + 3 * 4, 2));
}

#[test]
fn given_up_boots_first_and_minutes_without_a_measurement_do_not_count() {
    let load = [2.0, f64::NAN, 2.0, 2.0];
    let out = run(&load, Boot::exact(2), &mut Script(vec![5, 2, 2, 2]));
    assert_eq!((out.shed, out.instance_minutes, out.minutes), (0.0, 5 + 2 + 2, 3));
}

#[test]
fn boots_vary_and_fail_as_asked() {
    let load = vec![1.0; 4000];
    let script = (0..4000).map(|minute| if minute % 40 == 0 { 101 } else { 1 }).collect();
    let never = Boot { minutes: 5, spread: 0.2, failing: 1.0 };
    let mut most = 0;
    Run { load: &load, from: 0, boot: never, seed: 1, waits: false, enough: f64::INFINITY }
        .with(&mut Script(script), |_, ready, _| most = most.max(ready));
    assert_eq!(most, 1, "all launches fail");
}

/// How long each of many launches took, in minutes, in ascending order; those that failed are not in it.
fn boot_times(boot: Boot, launches: usize) -> Vec<usize> {
    let load = vec![1.0; 200];
    let (mut took, mut before) = (Vec::new(), 1);
    Run { load: &load, from: 0, boot, seed: 11, waits: false, enough: f64::INFINITY }.with(
        &mut Once(launches as u32),
        |minute, ready, _| {
            took.extend(std::iter::repeat_n(minute.saturating_sub(1), (ready - before) as usize));
            before = ready;
        },
    );
    took
}

/// Launches in minute 1, and never again.
struct Once(u32);

impl Policy for Once {
    fn want(&mut self, seen: &Seen<'_>) -> u32 {
        seen.total() + if seen.minute == 1 { self.0 } else { 0 }
    }
}

#[test]
fn boots_have_their_median_their_mean_and_their_quantile() {
    let boot = Boot { minutes: 20, spread: 0.3, failing: 0.0 };
    let took = boot_times(boot, 20_000);
    assert_eq!(took.len(), 20_000);
    let median = took[10_000];
    let mean = took.iter().sum::<usize>() as f64 / 20_000.0;
    // Of a log-normal: the median is e^m, the mean e^(m + s²/2).
    assert!((19..=21).contains(&median), "{median}");
    assert!((mean - 20.0 * (0.3f64 * 0.3 / 2.0).exp()).abs() < 0.2, "{mean}");
    let lead = fleet::simulate::contest::planned_lead(boot) as usize;
    let within = took.iter().filter(|took| **took <= lead).count() as f64 / 20_000.0;
    assert!((0.89..0.93).contains(&within), "a tenth is later than what is planned for: {within} by {lead}");
}

#[test]
fn a_fifth_of_launches_fail_as_asked() {
    let came = boot_times(Boot { minutes: 5, spread: 0.0, failing: 0.2 }, 20_000).len() as f64 / 20_000.0;
    assert!((0.79..0.81).contains(&came), "{came}");
}

proptest! {
    /// With a plan made for the load itself nothing is turned away, and no cheaper plan of the same kind exists: an
    /// instance is let go exactly when it will not be needed for a boot's time.
    #[test]
    fn the_clairvoyant_serves_everything(load in proptest::collection::vec(0.1..9.0f64, 12..60), boot in 1u32..6) {
        let mut load = load;
        let first = load[0].min(1.0);
        load[..boot as usize].fill(first); // what the first minutes need cannot be launched before them
        let out = run(&load, Boot::exact(boot), &mut Foreseen::new(&needs(&load, 0.0, 1e-9), boot));
        prop_assert_eq!(out.shed, 0.0);
        // The oracle: for each instance, by its rank, needed minutes plus every gap no longer than a boot.
        let mut cost = 0u64;
        for rank in 0..9 {
            let needed: Vec<usize> = (0..load.len()).filter(|at| load[*at].ceil() as usize > rank).collect();
            cost += needed.len() as u64;
            cost += needed.windows(2).map(|pair| (pair[1] - pair[0] - 1).min(boot as usize) as u64).sum::<u64>();
            if let Some(first) = needed.first().filter(|first| **first > 0) {
                cost += (*first).min(boot as usize) as u64;
            }
        }
        prop_assert!(out.instance_minutes <= cost + u64::from(boot) * 2, "{} > {cost}", out.instance_minutes);
    }

    #[test]
    fn the_highest_of_a_window(numbers in proptest::collection::vec(0u32..50, 1..80), window in 1usize..12) {
        let mut highest = Highest::new(window);
        for at in 0..numbers.len() {
            let slow = numbers[at.saturating_sub(window - 1)..=at].iter().max().copied().unwrap();
            prop_assert_eq!(highest.push(numbers[at]), slow);
        }
    }
}

#[test]
fn perfect_mean_covers_the_noise_it_knows_of() {
    let mean = vec![50.0; 20_000];
    let mut chance = Chance::new(3);
    let load: Vec<f64> = mean.iter().map(|mean| mean * (1.0 + 0.05 * chance.normal())).collect();
    let price = 0.01;
    let n = f64::from(needs(&mean, 0.05, price)[0]);
    let saved = |n: f64| load.iter().map(|load| (load - n).clamp(0.0, 1.0)).sum::<f64>() / load.len() as f64;
    assert!(saved(n) < price * 1.2 && saved(n - 1.0) > price * 0.8, "{n}: {} {}", saved(n), saved(n - 1.0));
}

#[test]
fn hpa_by_its_documented_rules() {
    let seen = |last: f64, ready: u32| Seen { minute: 0, load: &[], last, ready, booting: 0 };
    // 50 pods at 90% of a target of 75%: ceil(50 * 90 / 75) = 60.
    assert_eq!(Hpa::new(0.75, 0.1, 5).want(&seen(45.0, 50)), 60);
    // Within the tolerance nothing happens.
    assert_eq!(Hpa::new(0.75, 0.1, 5).want(&seen(40.0, 50)), 50);
    // Down to the highest of the window only.
    let mut hpa = Hpa::new(1.0, 0.1, 2);
    assert_eq!([30.0, 10.0, 10.0, 10.0].map(|last| hpa.want(&seen(last, 30))), [30, 30, 30, 10]);
}

#[test]
fn noise_has_its_variance_and_its_memory() {
    let demand = fleet::simulate::demand::Demand {
        name: String::new(),
        start: domain::Timestamp(0),
        mean: vec![1.0; 50_000],
        calendar: Vec::new(),
    };
    let load = demand.load(0.05, 1);
    assert_eq!(load, demand.load(0.05, 1));
    let off: Vec<f64> = load.iter().map(|load| load - 1.0).collect();
    let var = off.iter().map(|x| x * x).sum::<f64>() / off.len() as f64;
    let lag = off.windows(2).map(|pair| pair[0] * pair[1]).sum::<f64>() / off.len() as f64;
    assert!((var.sqrt() - 0.05).abs() < 0.002 && (lag / var - 0.8).abs() < 0.02, "{var} {lag}");
}
