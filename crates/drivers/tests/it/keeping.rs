//! The keeper, on an engine that costs nothing.

use std::{
    sync::{Arc, atomic::Ordering::SeqCst},
    time::Duration,
};

use domain::{ManualClock, Timestamp};
use drivers::{Clocks, End, Engine, Goal, Keeper, Kept, Patience, State};

use crate::{
    engine::name,
    fake::{Fake, HANGS, spec},
};

fn at(seconds: i64) -> Arc<ManualClock> {
    Arc::new(ManualClock::new(Timestamp::from_seconds(seconds)))
}

#[tokio::test]
async fn all_that_can_be_done_is_done_on_one_look() {
    let engine = Fake::new(at(0));
    let mut keeper = Keeper::new(Arc::new(engine.clone()), &Clocks::same(at(0)), Patience::default());
    let goal = |instances| Goal { instances, spec: spec("v1") };
    for (goal, looks) in [(goal(3), 1), (goal(3), 2), (goal(1), 3)] {
        let _is_whole_at_the_next_look = keeper.keep(&goal).await.unwrap();
        assert_eq!(engine.looks.load(SeqCst), looks);
        assert_eq!(engine.list().await.unwrap().len(), goal.instances);
        engine.looks.fetch_sub(1, SeqCst);
    }
    assert_eq!(keeper.keep(&goal(1)).await, Ok(Kept::Whole));
}

#[tokio::test]
async fn who_is_late_and_who_died_are_replaced_though_the_time_of_day_is_set_back() {
    let (wall, steady) = (at(1_800_000_000), at(1_000));
    let engine = Fake::new(at(0));
    let clocks = Clocks { wall: wall.clone(), steady: steady.clone() };
    let mut keeper = Keeper::new(Arc::new(engine.clone()), &clocks, Patience::default());
    let goal = Goal { instances: 2, spec: spec("v1") };
    let count = async || engine.list().await.unwrap().len();
    assert_eq!(keeper.keep(&goal).await, Ok(Kept::Under));
    assert_eq!(keeper.keep(&goal).await, Ok(Kept::Whole));
    let end = End { asked: false, how: "signal: 9".into() };
    engine.instances.lock().unwrap().get_mut(&name("i1")).unwrap().state = State::Ended(end);
    assert_eq!(keeper.keep(&goal).await, Ok(Kept::Under));
    assert_eq!(count().await, 1, "the pause before it is started again");
    wall.set(Timestamp::from_seconds(1_800_000_000 - 7_200));
    steady.advance(Duration::from_secs(1));
    let _under = keeper.keep(&goal).await.unwrap();
    assert_eq!(count().await, 2);

    let hangs = Goal { instances: 1, spec: spec(HANGS) };
    let engine = Fake::new(at(0));
    let mut keeper = Keeper::new(Arc::new(engine.clone()), &clocks, Patience::default());
    for waited in [0, 60] {
        steady.advance(Duration::from_secs(waited));
        assert_eq!(keeper.keep(&hangs).await, Ok(Kept::Under));
        assert_eq!(engine.list().await.unwrap().len(), 1);
    }
    wall.set(Timestamp::from_seconds(0));
    steady.advance(Duration::from_secs(1));
    assert_eq!(keeper.keep(&hangs).await, Ok(Kept::Under));
    assert_eq!(engine.list().await.unwrap().len(), 0, "it was not ready for more than a minute");
}
