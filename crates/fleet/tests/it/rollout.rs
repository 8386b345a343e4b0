//! Rollouts from end to end, on good days and bad ones.

use fleet::rollout::{Observation, Order, Phase, Plan, PlanError, Refused, Rollout, Stage};
use proptest::prelude::*;

use crate::{traffic::*, world::*};

fn read(stored: &str) -> Rollout {
    serde_json::from_str(stored).unwrap()
}

/// Carries it out in one go; how it ended, and the transcript.
fn told(count: usize, trouble: Trouble) -> (World, Rollout, String) {
    let (mut world, mut stored) = rolling(count, trouble);
    carry_out(&mut world, &mut stored, 2000, None);
    let transcript = world.transcript.join("\n");
    (world, read(&stored), transcript)
}

#[test]
fn a_plan_says_what_will_happen() {
    let plan = |count| Plan::forward(&wanted("v2", 2), &World::new(count, Trouble::None).seen()).unwrap();
    let back = Plan::back(&wanted("v0", 3), &World::new(3, Trouble::None).seen()).unwrap();
    insta::assert_snapshot!(format!("{}\n{}\n{back}", plan(1), plan(9)));
    let stored = serde_json::to_string(&plan(9)).unwrap();
    assert_eq!(serde_json::from_str::<Plan>(&stored).unwrap(), plan(9));
}

#[test]
fn as_many_as_one_rollout_exchanges_have_a_plan() {
    let plan = Plan::forward(&wanted("v2", 2), &World::new(1000, Trouble::None).seen()).unwrap();
    let started: usize = plan.waves.iter().map(|wave| wave.start.len()).sum();
    assert_eq!((started, plan.waves.last().unwrap().start.is_empty()), (999, false));
}

#[test]
fn what_cannot_be_planned_is_refused_in_words() {
    let seen = World::new(2, Trouble::None).seen();
    let refused = |wanted: fleet::rollout::Wanted, seen: &Observation| {
        Plan::forward(&wanted, seen).unwrap_err().to_string()
    };
    let mut high = wanted("v2", 2);
    high.limits.floor = Some(3);
    let mut mixed = seen.clone();
    mixed.instances[0].release = "v0".into();
    let words = [
        refused(wanted("v2; rm", 2), &seen),
        refused(wanted("v1", 2), &seen),
        refused(wanted("v2", 2), &Observation::default()),
        refused(wanted("v2", 2), &mixed),
        refused(high, &seen),
    ];
    insta::assert_snapshot!(words.join("\n"));
    assert!(matches!(Plan::forward(&wanted("", 2), &seen), Err(PlanError::Name(_))));
}

#[test]
fn a_good_release_goes_out_and_the_floor_is_kept() {
    let (world, rollout, transcript) = told(4, Trouble::None);
    insta::assert_snapshot!(transcript);
    assert_eq!((rollout.stage, world.least_serving), (Stage::Done, 4));
    assert_eq!(world.serving(), [("v2".to_owned(), 4)].into());
    assert_eq!(world.instances.len(), 4, "nothing is left behind");
}

#[test]
fn a_bad_release_is_undone_by_itself() {
    let bad = [
        Trouble::Behaves(Arm { errors: 0.021, ..GOOD }),
        Trouble::Behaves(Arm { rare_fails: true, ..GOOD }),
        Trouble::Behaves(Arm { ms: 40.0, ..GOOD }),
        Trouble::Behaves(Arm { leak: 4e6, ..GOOD }),
        Trouble::NeverReady,
        Trouble::Ends,
        Trouble::Locks,
        Trouble::Silence(0),
        Trouble::Silence(18),
        Trouble::Silence(30),
    ];
    let mut transcripts = String::new();
    for trouble in bad {
        let (world, rollout, transcript) = told(3, trouble);
        transcripts.push_str(&format!("# {trouble:?}\n{transcript}\n\n"));
        assert_eq!(rollout.stage, Stage::Undone, "{trouble:?}\n{transcript}");
        assert_eq!(world.serving(), [("v1".to_owned(), 3)].into(), "{trouble:?}");
        assert_eq!((world.least_serving, world.instances.len()), (3, 3), "{trouble:?}");
    }
    insta::assert_snapshot!(transcripts);
}

#[test]
fn a_host_that_vanishes_mid_wave_is_replaced_and_not_blamed_on_the_release() {
    let mut transcripts = String::new();
    for tick in [3, 8, 14, 20, 24, 30] {
        let (world, rollout, transcript) = told(6, Trouble::HostGone("jeju", tick));
        assert_eq!(rollout.stage, Stage::Done, "{tick}\n{transcript}");
        assert_eq!(world.serving(), [("v2".to_owned(), 6)].into(), "{tick}\n{transcript}");
        // What went with the host is gone; nothing that we did made it worse.
        assert!(world.least_serving >= 4, "{tick}\n{transcript}");
        if tick == 20 {
            transcripts.push_str(&transcript);
        }
    }
    insta::assert_snapshot!(transcripts);
}

#[test]
fn killed_at_every_breath_it_ends_as_if_it_had_lived() {
    let troubles = [
        Trouble::None,
        Trouble::Behaves(Arm { errors: 0.2, ..GOOD }),
        Trouble::Ends,
        Trouble::HostGone("jeju", 20),
    ];
    for trouble in troubles {
        let (mut world, mut stored) = rolling(4, trouble);
        let breaths = carry_out(&mut world, &mut stored, 2000, None);
        let (stage, serving) = (read(&stored).stage, world.serving());
        assert!(breaths > 10);
        for dies in 0..breaths {
            let (mut world, mut stored) = rolling(4, trouble);
            carry_out(&mut world, &mut stored, 2000, Some(dies));
            assert_eq!(read(&stored).stage, stage, "{trouble:?}, dead at {dies}");
            assert_eq!(world.serving(), serving, "{trouble:?}, dead at {dies}");
            let floor = if matches!(trouble, Trouble::HostGone(..)) { 2 } else { 4 };
            assert!(world.least_serving >= floor, "{trouble:?}, dead at {dies}: {}", world.least_serving);
        }
    }
}

#[test]
fn an_undo_is_a_switch_of_traffic_while_the_old_is_warm() {
    for tick in 1..60 {
        let (mut world, mut stored) = rolling(5, Trouble::None);
        carry_out(&mut world, &mut stored, tick, None);
        let mut rollout = read(&stored);
        if matches!(rollout.stage, Stage::Retire | Stage::Done) {
            continue;
        }
        rollout.order(2, Order::Undo { why: "min: looks odd".into() }, at(world.tick)).unwrap();
        stored = serde_json::to_string(&rollout).unwrap();
        carry_out(&mut world, &mut stored, 3, None);
        assert_eq!(world.serving(), [("v1".to_owned(), 5)].into(), "undone at {tick}: three looks later");
        carry_out(&mut world, &mut stored, 100, None);
        assert_eq!((read(&stored).stage, world.least_serving), (Stage::Undone, 5), "undone at {tick}");
        assert_eq!(world.instances.len(), 5, "undone at {tick}");
    }
}

#[test]
fn after_the_end_going_back_is_a_rollout_without_a_judge() {
    let (mut world, rollout, _) = told(3, Trouble::None);
    let ended = rollout.clone().order(2, Order::Undo { why: String::new() }, at(0));
    assert_eq!(ended, Err(Refused::Ended(2)));
    let plan = Plan::back(&wanted("v1", 3), &world.seen()).unwrap();
    let began = world.tick;
    let mut stored = serde_json::to_string(&Rollout::begin(plan, at(began))).unwrap();
    world.transcript.clear();
    carry_out(&mut world, &mut stored, 100, None);
    assert_eq!(world.serving(), [("v1".to_owned(), 3)].into());
    assert!(world.tick - began < 12, "{}", world.tick - began);
    insta::assert_snapshot!(world.transcript.join("\n"));
}

#[test]
fn what_is_held_stays_and_is_still_judged() {
    let hold = |trouble: fn(&mut World)| {
        let (mut world, mut stored) = rolling(4, Trouble::None);
        carry_out(&mut world, &mut stored, 12, None);
        let mut rollout = read(&stored);
        rollout.order(2, Order::Hold { why: "ana: let me look".into() }, at(world.tick)).unwrap();
        let stage = rollout.stage;
        stored = serde_json::to_string(&rollout).unwrap();
        trouble(&mut world);
        carry_out(&mut world, &mut stored, 300, None);
        (stage, world, stored)
    };
    let (stage, mut world, stored) = hold(|_| ());
    let mut rollout = read(&stored);
    assert_eq!(rollout.stage, stage);
    rollout.order(2, Order::Go, at(world.tick)).unwrap();
    let mut stored = serde_json::to_string(&rollout).unwrap();
    carry_out(&mut world, &mut stored, 300, None);
    assert_eq!(read(&stored).stage, Stage::Done);
    let (_, world, stored) = hold(|world| world.trouble = Trouble::Behaves(Arm { errors: 0.1, ..GOOD }));
    assert_eq!(read(&stored).stage, Stage::Undone);
    assert_eq!(world.serving(), [("v1".to_owned(), 4)].into());
}

#[test]
fn an_order_for_another_rollout_is_refused() {
    let (_, stored) = rolling(2, Trouble::None);
    let mut rollout = read(&stored);
    let stale = rollout.order(1, Order::Go, at(0)).unwrap_err();
    assert_eq!(stale, Refused::Stale { meant: 1, is: 2 });
    rollout.order(2, Order::Undo { why: "x".into() }, at(0)).unwrap();
    assert_eq!(rollout.order(2, Order::Go, at(0)), Err(Refused::Undoing(2)));
    rollout.order(2, Order::Undo { why: "twice".into() }, at(0)).unwrap();
    assert_eq!(rollout.why.as_deref(), Some("x"));
}

#[test]
fn floors_that_rise_under_way_are_followed_and_nothing_is_parked_below_them() {
    let (mut world, mut stored) = rolling(3, Trouble::None);
    // Judged while the evening comes.
    carry_out(&mut world, &mut stored, 8, None);
    world.floor = 6;
    carry_out(&mut world, &mut stored, 6, None);
    assert!(
        world.serving()["v1"] >= 6,
        "of the old release, which everybody can be sent to: {:?}",
        world.serving()
    );
    world.least_serving = usize::MAX;
    carry_out(&mut world, &mut stored, 2000, None);
    let rollout = read(&stored);
    assert_eq!((rollout.stage, world.serving()), (Stage::Done, [("v2".to_owned(), 6)].into()));
    assert!(world.least_serving >= 6, "{}", world.transcript.join("\n"));
    assert_eq!(world.instances.len(), 6, "nothing is left behind");
    insta::assert_snapshot!(
        world
            .transcript
            .iter()
            .filter(|line| line.contains("fleet wants"))
            .cloned()
            .collect::<Vec<_>>()
            .join("\n")
    );
}

#[test]
fn an_undo_waits_for_no_floor_and_keeps_what_was_added() {
    let (mut world, mut stored) = rolling(3, Trouble::Behaves(Arm { errors: 0.2, ..GOOD }));
    world.floor = 5;
    carry_out(&mut world, &mut stored, 2000, None);
    assert_eq!((read(&stored).stage, world.serving()), (Stage::Undone, [("v1".to_owned(), 5)].into()));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    /// Whatever dies, in whatever order, and whatever is ordered: we never take the traffic below the floor, and it ends.
    #[test]
    fn nothing_that_we_do_breaks_the_floor(
        count in 1usize..7,
        events in prop::collection::vec((1u64..40, 0usize..12, prop::bool::ANY, 0usize..10), 0..4),
    ) {
        let (mut world, mut stored) = rolling(count, Trouble::None);
        let mut killed = 0;
        for (ticks, which, orders, floor) in events {
            carry_out(&mut world, &mut stored, ticks, None);
            let mut rollout = read(&stored);
            world.floor = floor;
            if orders {
                let _ended = rollout.order(2, Order::Undo { why: "x".into() }, at(world.tick));
                stored = serde_json::to_string(&rollout).unwrap();
            } else if let Some((seen, _)) = world.instances.values_mut().nth(which) {
                killed += usize::from(seen.phase == Phase::Serving);
                seen.phase = Phase::Failed("killed".into());
            }
        }
        carry_out(&mut world, &mut stored, 2000, None);
        let rollout = read(&stored);
        prop_assert!(rollout.has_ended(), "{:?}\n{}", rollout.stage, world.transcript.join("\n"));
        prop_assert!(world.least_serving + killed >= count, "{}", world.transcript.join("\n"));
        let serving = world.serving();
        prop_assert!(serving.len() <= 1, "{serving:?}");
        // What the fleet wanted when the traffic was one release's, or what there was; whatever was killed in the end is the keeper's.
        let names: std::collections::BTreeSet<_> = rollout.slots.iter().map(|slot| &slot.name).collect();
        prop_assert_eq!(names.len(), rollout.slots.len(), "no two places have one name");
    }
}
