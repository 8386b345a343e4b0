use domain::Timestamp;
use fleet::{
    forecast::{
        event::{Event, Kin, Lifts},
        hold::Hold,
    },
    plan::{Planner, Role, Zone},
};

fn kin(brand: &str) -> Kin {
    Kin { brand: brand.into(), kind: "premiere".into() }
}

#[test]
fn lifts_come_from_the_same_brand_and_kind_first() {
    let mut lifts = Lifts::default();
    let (unknown, past) = lifts.quantile(&kin("harbour"), 0.85);
    assert!(past == 0 && unknown > 0.4, "careful without a past: {unknown}");
    for lift in [0.3, 0.31, 0.29, 0.32, 0.02, 0.3, 0.33, 0.28] {
        lifts.learn(&kin("harbour"), lift);
    }
    let (own, past) = lifts.quantile(&kin("harbour"), 0.85);
    assert!(past == 8 && (0.3..0.4).contains(&own), "{own}");
    let (other, past) = lifts.quantile(&kin("lumen"), 0.85);
    assert!(past == 0 && (own..=unknown).contains(&other), "another brand leans on it: {other}");
    lifts.learn(&kin("harbour"), f64::NAN);
    assert_eq!(lifts.quantile(&kin("harbour"), 0.85).1, 8);
}

fn start() -> Timestamp {
    Timestamp::parse("2026-03-01T00:00:00Z").unwrap()
}

fn minute(n: i64) -> Timestamp {
    Timestamp::from_seconds(start().seconds() + 60 * n)
}

#[test]
fn a_premiere_has_its_capacity_before_it_begins_and_says_why() {
    let mut planner = Planner::new(Role::Site, 5);
    let event = Event { kin: kin("harbour"), name: "Harbour Lights".into(), at: minute(660) };
    let calendar = [event.clone()];
    let mut floor = 10;
    for n in 0..660 {
        let view = planner.minute(minute(n), Some(10.0), &calendar);
        floor = view.want(floor, 0.01);
        if n == 648 {
            let words = planner.plan(floor, 0.01, &calendar, &Zone::fixed("KST", 540)).unwrap().to_string();
            assert!(
                words.contains("20:00 KST: premiere of Harbour Lights adds 90%; floor 19 from 19:50"),
                "{words}"
            );
        }
        if n == 640 {
            assert!(floor <= 12, "not yet: {floor}");
        }
    }
    assert_eq!(floor, 19, "learned from nobody: 90% on 10");
    // Cancelled at the last minute: let go at once. Moved: the floor moves with it.
    let mut cancelled = planner.clone();
    assert!(cancelled.minute(minute(660), Some(10.0), &[]).want(19, 0.01) <= 12);
    let moved = [Event { at: minute(720), ..event.clone() }];
    assert!(planner.minute(minute(660), Some(10.0), &moved).want(19, 0.01) <= 12);
    // A flop teaches, and its floor expires by itself.
    let mut flop = planner.clone();
    for n in 661..690 {
        floor = flop.minute(minute(n), Some(10.0), &calendar).want(floor, 0.01);
    }
    assert!(floor <= 12 && flop.lifts().quantile(&event.kin, 0.5).1 == 1, "{floor}");
}

#[test]
fn floors_expire() {
    let mut planner = Planner::new(Role::Origin, 5);
    planner.minute(start(), Some(30.0), &[]);
    let plan = planner.plan(30, 0.01, &[], &Zone::utc()).unwrap();
    assert!(plan.at(start()) >= 30);
    assert_eq!(plan.at(minute(10)), 0);
}

#[test]
fn a_sudden_fall_holds_and_a_slow_one_does_not() {
    let mut hold = Hold::default();
    for _ in 0..30 {
        assert_eq!(hold.push(100.0, Some(100.0)), None);
    }
    assert_eq!(hold.push(10.0, Some(100.0)), Some(125.0));
    assert!(hold.words().is_some());
    for _ in 0..20 {
        assert!(hold.push(10.0, Some(100.0)).is_some());
    }
    let back: Vec<bool> = (0..15).map(|_| hold.push(110.0, Some(100.0)).is_some()).collect();
    assert!(back[..9].iter().all(|held| *held) && !back[14], "{back:?}");
    let mut slow = Hold::default();
    assert!((0..200).all(|n| slow.push(100.0 - 0.4 * f64::from(n), Some(100.0)).is_none()));
}
