//! Replacing as a plan: nobody is missed, and it comes to an end.

use domain::Timestamp;
use drivers::{
    End, Instance, Name, State,
    plan::{SURGE, Step, step},
};
use proptest::prelude::*;

/// An engine in miniature: what is started may become ready or die, what drains ends.
fn advance(all: &mut Vec<Instance>, taken: &Step, release: &str, choice: u8) {
    match taken {
        Step::Start(name) => all.push(Instance {
            name: name.clone(),
            release: release.to_owned(),
            state: State::NotReady("new".into()),
            ops: None,
            pid: None,
            started: Timestamp(all.len() as i64),
        }),
        Step::Drain(name) => {
            all.iter_mut().filter(|i| i.name == *name).for_each(|i| i.state = State::Draining)
        }
        Step::Admit(name) => all.iter_mut().filter(|i| i.name == *name).for_each(|i| i.state = State::Ready),
        Step::Forget(name) => all.retain(|i| i.name != *name),
        Step::Wait | Step::Done => {}
    }
    let ended = |asked| State::Ended(End { asked, how: "test".into() });
    for (at, instance) in all.iter_mut().enumerate() {
        if (choice >> (at % 8)) & 1 == 0 {
            continue;
        }
        instance.state = match &instance.state {
            State::NotReady(_) => State::Ready,
            State::Draining => ended(true),
            other => other.clone(),
        };
    }
}

proptest! {
    #[test]
    fn replacing_never_leaves_too_few_and_ends(
        wanted in 0..6usize,
        there in 0..6usize,
        warm in any::<u8>(),
        choices in prop::collection::vec(any::<u8>(), 0..60),
        death in prop::option::of((0..60usize, 0..6usize)),
    ) {
        let mut all: Vec<Instance> = Vec::new();
        for number in 0..there {
            let name = Name::new(format!("old{number}")).unwrap();
            advance(&mut all, &Step::Start(name), "old", 0xff);
        }
        // What a rollout that nobody remembers has left behind, also of the wanted release.
        for (at, instance) in all.iter_mut().enumerate().filter(|(at, _)| warm >> at & 1 == 1) {
            instance.state = State::Warm;
            instance.release = if at % 2 == 0 { "new".into() } else { "old".into() };
        }
        let mut choices = choices.into_iter().chain(std::iter::repeat(0xff));
        for turn in 0..400 {
            let next = step(&all, wanted, "new");
            let ready = all.iter().filter(|i| i.state == State::Ready).count();
            if let Step::Drain(name) = &next {
                let leaves = all.iter().find(|i| i.name == *name).unwrap();
                prop_assert!(leaves.state != State::Ready || ready > wanted);
            }
            if next == Step::Done {
                prop_assert!(all.len() == wanted && all.iter().all(|i| i.release == "new" && i.state == State::Ready));
                return Ok(());
            }
            let staying = all.iter().filter(|i| i.state.stays()).count();
            prop_assert!(!matches!(next, Step::Start(_)) || staying < wanted + SURGE);
            advance(&mut all, &next, "new", choices.next().unwrap());
            if let Some((_, who)) = death.filter(|(when, _)| *when == turn)
                && let Some(dies) = all.get_mut(who)
            {
                dies.state = State::Ended(End { asked: false, how: "dies".into() });
            }
        }
        prop_assert!(false, "it never ends: {all:?}");
    }
}
