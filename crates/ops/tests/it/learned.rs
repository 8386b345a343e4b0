//! The loop closed: instances follow the floor, and what one of them can do is learned from how they answer.

use crate::fleet::{EACH, Land, usual};
use domain::Clock;
use ops::fleet::{Announced, Fleet};

/// One minute.
#[derive(Debug, Clone, Copy)]
struct Seen {
    /// Requests that came to each instance of the floor.
    each: f64,
    floor: f64,
    /// What one instance is taken to do.
    learned: f64,
    shed: f64,
}

/// From noon on: the load grows until eight in the evening, from four instances' worth to twelve.
fn afternoon(minute: i64) -> f64 {
    usual(minute + 12 * 60)
}

fn learned(announced: &Announced) -> f64 {
    let words = announced.capacity.strip_prefix("v1: ").unwrap();
    words.split(' ').next().unwrap().parse().unwrap()
}

/// Minute by minute, with as many instances as are planned and `times` the load.
async fn minutes(land: &mut Land, fleet: &mut Fleet, count: usize, times: f64) -> Vec<Seen> {
    let mut all = Vec::new();
    for _ in 0..count {
        let load = |minute| Some(afternoon(minute) * times);
        let Some(last) = land.minutes(fleet, 1, load, &[]).await else { continue };
        let floor = f64::from(last.plan.at(land.clock.now()));
        let each = afternoon(land.minute()) * times * EACH / floor;
        all.push(Seen { each, floor, learned: learned(&last), shed: last.shed });
    }
    all
}

async fn begun() -> (Land, Fleet) {
    let land = Land::after(2, afternoon).await;
    let fleet = land.fleet("a", false);
    (land, fleet)
}

/// The floor has what comes, at what an instance really does, and stays with it: no more than three instances beyond.
fn settled(all: &[Seen], does: f64) {
    let last = &all[all.len() - 30..];
    for Seen { each, floor, learned, shed } in last {
        assert!(*shed == 0.0 && *each <= does * 1.02, "{each} to each of {floor}, {shed} shed");
        assert!(each * floor / does >= floor - 3.0, "{floor} for {}", each * floor / does);
        assert!((learned / does - 1.0).abs() < 0.15, "{learned} of {does}");
    }
    // The load only grows. Where it stands between two numbers the floor may be the one or the other; whoever lets more go swings.
    let mut most = 0.0f64;
    for Seen { floor, .. } in all {
        most = most.max(*floor);
        assert!(*floor >= most - 1.0, "{all:?}");
    }
    assert!(all.windows(2).all(|pair| pair[1].learned <= pair[0].learned), "{all:?}");
}

#[tokio::test]
async fn a_release_that_becomes_slow_is_given_more_instances() {
    for share in [0.5, 0.65] {
        let (mut land, mut fleet) = begun().await;
        let before = minutes(&mut land, &mut fleet, 15, 1.0).await;
        assert_eq!(before.last().unwrap().learned, EACH);
        // It turns nobody away, and answers late whoever comes beyond its share.
        land.does = (EACH, EACH * share);
        let after = minutes(&mut land, &mut fleet, 120, 1.0).await;
        settled(&after, EACH * share);
    }
}

#[tokio::test]
async fn a_capacity_that_was_declared_twice_too_high_sinks() {
    let (mut land, mut fleet) = begun().await;
    land.does = (EACH * 0.5, EACH * 0.5);
    let all = minutes(&mut land, &mut fleet, 120, 1.0).await;
    assert!(all.iter().any(|seen| seen.shed > 0.0), "that is how it is found out");
    settled(&all, EACH * 0.5);
}

#[tokio::test]
async fn a_capacity_that_was_declared_twice_too_low_costs_until_more_comes() {
    let (mut land, mut fleet) = begun().await;
    land.does = (EACH * 2.0, EACH * 2.0);
    let before = minutes(&mut land, &mut fleet, 30, 1.0).await;
    assert!(before.iter().all(|seen| seen.learned == EACH && seen.shed == 0.0), "{before:?}");
    minutes(&mut land, &mut fleet, 10, 1.8).await;
    let after = minutes(&mut land, &mut fleet, 60, 1.0).await;
    let last = after.last().unwrap();
    assert!(last.learned > EACH * 1.4 && after.iter().all(|seen| seen.shed == 0.0), "{after:?}");
    assert!(last.floor < before.last().unwrap().floor, "for more than came before: {last:?}");
}

/// A host of the release before tells no latency: then a minute teaches nothing, neither that it was quick nor that it was not.
#[tokio::test]
async fn where_nobody_tells_how_quick_it_was_nothing_is_learned() {
    let (mut land, mut fleet) = begun().await;
    land.does = (EACH * 0.5, EACH * 0.5);
    land.tells_latency = false;
    let all = minutes(&mut land, &mut fleet, 20, 1.0).await;
    assert!(all.iter().all(|seen| seen.learned == EACH), "{all:?}");
}
