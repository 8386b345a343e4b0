//! How quickly instances answered of late, from what each has counted since it started.

use domain::Timestamp;
use fleet::{
    load::{Answers, Lately},
    metrics::read,
    rollout::Totals,
};

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_seconds(1_800_000_000 + seconds)
}

fn answers(all: u64, quick: u64) -> Answers {
    Answers { all, quick }
}

#[test]
fn the_last_minute_counts_and_a_restart_begins_at_zero() {
    let mut lately = Lately::default();
    assert_eq!(lately.was_quick(at(0)), None, "nobody tells");
    lately.push(at(0), "a", answers(1_000, 0));
    assert_eq!(lately.was_quick(at(0)), None, "what came before we looked is of no time");
    lately.push(at(10), "a", answers(1_100, 95));
    lately.push(at(10), "b", answers(7, 7));
    assert_eq!(lately.was_quick(at(10)), Some(true));
    lately.push(at(20), "a", answers(1_200, 180));
    assert_eq!(lately.was_quick(at(20)), Some(false), "180 of 200");
    // It began anew, and a report that is heard twice is nothing new.
    lately.push(at(30), "a", answers(300, 300));
    lately.push(at(32), "a", answers(300, 300));
    assert_eq!(lately.was_quick(at(32)), Some(true), "480 of 500");
    assert_eq!(lately.was_quick(at(95)), None, "that was long ago");
    // After a silence nobody knows when it came.
    lately.push(at(600), "a", answers(900, 300));
    assert_eq!(lately.was_quick(at(600)), None);
    lately.push(at(610), "a", answers(1_000, 300));
    assert_eq!(lately.was_quick(at(610)), Some(false));
}

#[test]
fn totals_tell_it_and_releases_before_read_and_write_without() {
    let text = "primetime_http_offered_total 9\nprimetime_http_connections_accepted_total 9\n".to_owned()
        + &[("site", "/", 4, 6), ("origin", "/m/{asset}", 1, 3)]
            .map(|(role, route, quick, all)| {
                let labels = format!("role=\"{role}\",route=\"{route}\"");
                let bucket = |le, count| {
                    format!("primetime_http_request_seconds_bucket{{{labels},le=\"{le}\"}} {count}\n")
                };
                [bucket("0.256", quick - 1), bucket("0.512", quick), bucket("+Inf", all)].concat()
            })
            .concat()
        + "# EOF\n";
    let totals = Totals::from(&read(&text).unwrap());
    assert_eq!(totals.answers, Some(answers(9, 5)));
    assert_eq!(totals.origin, Some(answers(3, 1)));
    let told = serde_json::to_value(totals).unwrap();
    assert_eq!(serde_json::from_value::<Totals>(told.clone()).unwrap(), totals);
    let before: Totals = serde_json::from_str(r#"{"offered":9,"shed":1,"bytes":null}"#).unwrap();
    assert_eq!((before.answers, before.origin), (None, None));

    /// As the release before this one has it.
    #[derive(serde::Deserialize)]
    struct Before {
        offered: u64,
        shed: u64,
        #[serde(default)]
        bytes: Option<u64>,
    }
    let Before { offered, shed, bytes } = serde_json::from_value(told).unwrap();
    assert_eq!((offered, shed, bytes), (9, 0, None));
}
