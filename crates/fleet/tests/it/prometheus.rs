//! Answers of Prometheus, and what is made of them.

use std::time::Duration;

use domain::Timestamp;
use fleet::{
    load::Load,
    plan::Role,
    prometheus::{Select, Unreadable, Unusable, fuzz, instances, read, refusal, was_quick},
};
use proptest::prelude::*;

use crate::corpus::replay;

const GOOD: &str = include_str!("../../fuzz/corpus/prometheus/group.json");

fn group(role: Role) -> std::collections::BTreeMap<String, fleet::prometheus::Instance> {
    instances(&read(GOOD.as_bytes()).unwrap(), role).unwrap()
}

#[test]
fn who_serves_what_came_and_when() {
    let site = group(Role::Site);
    let names: Vec<&str> = site.keys().map(String::as_str).collect();
    // The one that only encodes is none of the site's; the one of a version before says nothing of itself.
    assert_eq!(names, ["tv/10.0.0.1:9090", "tv/10.0.0.2:9090", "tv/10.0.0.3:9090"]);
    let first = &site["tv/10.0.0.1:9090"];
    assert_eq!((first.release.as_str(), first.serving), ("v42", true), "the newest word counts");
    assert_eq!(first.sample.at, Timestamp(1_767_225_615_123_000));
    assert_eq!((first.sample.offered, first.sample.shed, first.sample.served), (130.0, 5.0, 125.0));
    assert!(!site["tv/10.0.0.2:9090"].serving, "it was not scraped");
    let old = &site["tv/10.0.0.3:9090"];
    assert_eq!((old.release.as_str(), old.serving), ("", true));
    let origin = group(Role::Origin);
    let first = &origin["tv/10.0.0.1:9090"].sample;
    assert_eq!((first.offered, first.shed, first.served), (30.0, 5.0, 5_000_000.0));
    assert_eq!(origin.len(), 1);
}

#[test]
fn an_origin_is_weighed_by_bytes_and_what_it_turned_away_by_its_mean() {
    let load = Load { offered: 30.0, served: 5_000.0, shed: 5.0 };
    let weighed_as = |role: Role| role.weighed(load).unwrap();
    assert_eq!(weighed_as(Role::Origin), Load { offered: 6_000.0, served: 5_000.0, shed: 1_000.0 });
    assert_eq!(weighed_as(Role::Site), load);
    let nothing = Load { offered: 5.0, served: 0.0, shed: 5.0 };
    assert_eq!(Role::Origin.weighed(nothing), None, "a gap, and not zero");
    assert_eq!(Role::Origin.weighed(Load::default()), Some(Load::default()));
}

#[test]
fn what_would_count_twice_or_nobody_is_refused() {
    let with = |from: &str, to: &str| {
        let text = GOOD.replace(from, to);
        assert_ne!(text, GOOD);
        read(text.as_bytes()).map(|series| instances(&series, Role::Site))
    };
    let twice = with("\"10.0.0.3:9090\"", "\"10.0.0.1:9090\"").unwrap().unwrap_err();
    assert!(matches!(twice, Unusable::Twice(..)), "{twice}");
    assert!(matches!(with("\"instance\"", "\"pod\"").unwrap(), Err(Unusable::Nameless(_))));
    assert_eq!(with("http_offered", "http_other").unwrap(), Err(Unusable::Nobody));
    assert!(matches!(
        with("\"success\"", "\"success\",\"warnings\":[\"a store is away\"]"),
        Err(Unreadable::Warned(_))
    ));
    assert!(matches!(with("matrix", "streams"), Err(Unreadable::Kind(_))));
    assert!(matches!(with("1767225615.123", "1767225600.123"), Err(Unreadable::Time(_))));
    assert!(matches!(with("1767225615.123", "-3"), Err(Unreadable::Time(_))));
    assert!(matches!(with("\"100\"", "\"many\""), Err(Unreadable::Value(_))));
    assert!(matches!(with("\"100\"", "100"), Err(Unreadable::Shape(_))));
    assert!(matches!(read(&GOOD.as_bytes()[..GOOD.len() / 2]), Err(Unreadable::Shape(_))));
    assert_eq!(refusal(br#"{"status":"error","errorType":"a","error":"b"}"#), Some("a: b".into()));
}

#[test]
fn questions() {
    let select: Select = " { job=\"site\", } ".parse().unwrap();
    assert_eq!(
        select.query(Role::Site, Duration::from_secs(30)),
        "{__name__=~\"up|primetime_http_offered_total|primetime_http_shed_total|primetime_serving|primetime_instance_info\",job=\"site\"}[30s]"
    );
    assert!(select.query(Role::Origin, Duration::from_secs(30)).contains("|primetime_origin_bytes_total\""));
    for wrong in ["job=\"a\"} or up{", "job=\"a", "sum(a)"] {
        assert!(wrong.parse::<Select>().is_err(), "{wrong}");
    }
    assert!("job=\"}\\\"{\"".parse::<Select>().is_ok());
    let share = |value: &str| {
        let text = r#"{"status":"success","data":{"resultType":"vector","result":[{"metric":{},"value":[1,"SHARE"]}]}}"#;
        was_quick(&read(text.replace("SHARE", value).as_bytes()).unwrap())
    };
    assert_eq!(
        ["1", "0.95", "0.94", "NaN", "+Inf"].map(share),
        [Some(true), Some(true), Some(false), None, None]
    );
    assert_eq!(was_quick(&[]), None);
}

#[test]
fn the_corpus_is_replayed() {
    replay("prometheus", fuzz);
}

proptest! {
    #[test]
    fn anything_is_read_or_refused(noise in any::<Vec<u8>>(), at in 0..GOOD.len(), byte in any::<u8>()) {
        fuzz(&noise);
        let mut changed = GOOD.as_bytes().to_vec();
        changed[at] = byte;
        fuzz(&changed);
        fuzz(&changed[..at]);
    }
}
