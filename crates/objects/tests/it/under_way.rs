//! A push and a collection are never under way together, whoever was killed.

use std::time::Duration;

use domain::Timestamp;
use objects::{
    Key,
    under_way::{Collection, PUSHES_LAST, Push, UnderWayError},
};

use crate::backend::Stage;

const NOW: Timestamp = Timestamp(1_800_000_000_000_000);

fn a_push_and_a_collection_wait_for_each_other(stage: Stage) {
    let (here, there) = (&stage.objects, stage.another());
    let [one, other] = [(here, "one"), (&there, "other")]
        .map(|(objects, word)| Push::begin(objects, word.into(), NOW).unwrap());
    let refused = |objects| Collection::begin(objects, "c".into(), NOW).unwrap_err();
    assert!(matches!(refused(&there), UnderWayError::Pushing(began) if began == NOW));
    one.end().unwrap();
    assert!(matches!(refused(here), UnderWayError::Pushing(_)), "the other goes on");
    other.end().unwrap();

    let collection = Collection::begin(&there, "c".into(), NOW).unwrap();
    let refused = Push::begin(here, "p".into(), NOW).unwrap_err();
    assert!(refused.to_string().contains("primetime release collect"), "{refused}");
    collection.goes_on().unwrap();
    collection.end().unwrap();
    Push::begin(here, "p".into(), NOW).unwrap().end().unwrap();
}

fn who_was_killed_stands_in_nobodys_way_for_ever(stage: Stage) {
    let (here, there) = (&stage.objects, stage.another());
    let killed = Push::begin(here, "p".into(), NOW).unwrap();
    killed.in_time(NOW.plus(PUSHES_LAST / 3)).unwrap();
    let late = killed.in_time(NOW.plus(PUSHES_LAST / 2)).unwrap_err();
    assert!(matches!(late, UnderWayError::TooLong(_)), "{late}: long before it counts as dead");
    let almost = NOW.plus(PUSHES_LAST - Duration::from_secs(1));
    assert!(Collection::begin(here, "c".into(), almost).is_err());
    let killed = Collection::begin(here, "c".into(), NOW.plus(PUSHES_LAST)).unwrap();
    // Another takes over, and who was only slow deletes nothing any more.
    let next = Collection::begin(&there, "d".into(), NOW).unwrap();
    assert!(matches!(killed.goes_on(), Err(UnderWayError::Replaced)));
    killed.end().unwrap();
    next.goes_on().unwrap();
    assert!(Push::begin(here, "p".into(), NOW).is_err(), "it goes on");
    next.end().unwrap();
}

fn what_is_not_understood_is_nobodys_leave(stage: Stage) {
    stage.objects.replace(&Key::under_way(), br#"{"pushes":{},"collection":null,"more":1}"#).unwrap();
    for refused in [
        Push::begin(&stage.objects, "p".into(), NOW).map(drop).unwrap_err(),
        Collection::begin(&stage.objects, "c".into(), NOW).map(drop).unwrap_err(),
    ] {
        assert!(matches!(refused, UnderWayError::Content(_)), "{refused}");
    }
    stage.objects.delete(&Key::under_way()).unwrap();
    let collection = Collection::begin(&stage.objects, "c".into(), NOW).unwrap();
    stage.objects.delete(&Key::under_way()).unwrap();
    assert!(collection.goes_on().is_err());
}

contract! {
    a_push_and_a_collection_wait_for_each_other,
    who_was_killed_stands_in_nobodys_way_for_ever,
    what_is_not_understood_is_nobodys_leave,
}
