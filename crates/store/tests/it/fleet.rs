//! Minutes of load, and who may plan from them.

use std::time::Duration;

use store::{FleetMinute, StoreError};

use crate::backend::*;

const LEASE: Duration = Duration::from_secs(15);

async fn a_minute_is_written_once_and_old_ones_go(backend: Backend) {
    let Backend { store, dir: _dir, .. } = backend;
    let minute = |minute, load| FleetMinute { minute, load };
    for (one, oldest) in [
        (minute(10, Some((600, 3))), 0),
        (minute(11, None), 0),
        (minute(10, Some((1, 1))), 0),
        (minute(12, Some((0, 0))), 11),
    ] {
        let mut tx = store.begin().await.unwrap();
        tx.add_fleet_minute("site", one, oldest).await.unwrap();
        tx.commit().await.unwrap();
        if one.minute == 10 {
            assert_eq!(store.fleet_minutes("site", 0).await.unwrap()[0], minute(10, Some((600, 3))));
        }
    }
    let kept = store.fleet_minutes("site", 0).await.unwrap();
    assert_eq!(kept, [minute(11, None), minute(12, Some((0, 0)))]);
    assert_eq!(store.fleet_minutes("site", 12).await.unwrap().len(), 1);
    assert!(store.fleet_minutes("origin", 0).await.unwrap().is_empty());
}

async fn one_plans_at_a_time_and_who_was_replaced_plans_nothing(backend: Backend) {
    let Backend { store, dir: _dir, .. } = backend;
    let lease = async |owner: &str, when| store.lease_fleet("site", owner, LEASE, at(when)).await.unwrap();
    let put = async |who: (&str, i64), plan: &str, when| {
        let mut tx = store.begin().await.unwrap();
        tx.put_fleet_plan("site", who, plan, at(when)).await?;
        tx.commit().await
    };
    assert_eq!(lease("a", 0).await, Some(1));
    assert_eq!(store.fleet_plan("site").await.unwrap(), None);
    assert_eq!(lease("b", 10).await, None);
    assert_eq!(lease("a", 10).await, Some(1), "kept");
    put(("a", 1), "first", 11).await.unwrap();
    assert_eq!(lease("b", 26).await, Some(2));
    assert!(matches!(put(("a", 1), "late", 27).await, Err(StoreError::Conflict(_))));
    assert_eq!(store.fleet_plan("site").await.unwrap().unwrap().plan, "first");
    put(("b", 2), "second", 28).await.unwrap();
    let plan = store.fleet_plan("site").await.unwrap().unwrap();
    assert_eq!((plan.plan.as_str(), plan.made_at, plan.owner.as_str()), ("second", at(28), "b"));
    store.release_fleet("site", "b").await.unwrap();
    assert_eq!(lease("a", 29).await, Some(3));
    // A version before this one went by its machine's clock, which was two hours ahead, and died.
    assert_eq!(lease("ahead", 7230).await, Some(4));
    assert_eq!(lease("b", 46).await, Some(5));
    assert_eq!(lease("a", 46).await, None);
}

contract! {
    a_minute_is_written_once_and_old_ones_go,
    one_plans_at_a_time_and_who_was_replaced_plans_nothing,
}
