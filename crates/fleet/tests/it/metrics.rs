//! Metrics that are not what we write.

use fleet::{
    judge::{self, Answers},
    metrics::{MOST_BYTES, Unreadable, fuzz, read},
};
use proptest::prelude::*;

use crate::corpus::replay;

const GOOD: &str = r#"# HELP primetime_http_offered Requests that came.
# TYPE primetime_http_offered counter
primetime_http_offered_total{role="site"} 7
primetime_http_offered_total{role="origin"} 3
primetime_http_connections_accepted_total 4
primetime_http_requests_total{role="site",route="/t/\"{title}\"",class="5xx"} 2
primetime_http_request_seconds_sum{role="site",route="/t/\"{title}\""} 0.5
primetime_http_request_seconds_bucket{le="0.0005",role="site",route="/t/\"{title}\""} 1
primetime_http_request_seconds_bucket{le="+Inf",role="site",route="/t/\"{title}\""} 7
other_metric -1.5e3 1700000000
# EOF
"#;

#[test]
fn roles_are_summed_and_routes_kept_apart() {
    let sample = read(GOOD).unwrap();
    assert_eq!((sample.offered, sample.accepted, sample.answers("5xx")), (10, 4, 2));
    let route = &sample.routes[&("site".to_owned(), "/t/\"{title}\"".to_owned())];
    assert_eq!((route.latency.count(), route.latency.sum), (7, 0.5));
    assert_eq!(sample.memory, None);
}

#[test]
fn what_is_missing_is_no_zero() {
    let cut = GOOD.replace("# EOF\n", "");
    assert!(matches!(read(&cut), Err(Unreadable::Cut)));
    let lacks = GOOD.replace("http_offered", "http_other");
    assert!(matches!(read(&lacks), Err(Unreadable::Missing("primetime_http_offered_total"))));
    for (from, to, why) in [
        ("site\"} 7", "site\"} -7", "no count"),
        ("site\"} 7", "site\"} NaN", "no number"),
        ("site\"} 7", "site\"} 1.5", "no count"),
        ("le=\"+Inf\"", "le=\"0.0001\"", "do not grow"),
        ("# EOF\n", "# EOF\nmore 1\n", "follows"),
        ("route=\"/t/\\\"{title}\\\"\"", "route=\"/t", "label"),
    ] {
        let text = GOOD.replace(from, to);
        assert_ne!(text, GOOD);
        let error = read(&text).unwrap_err().to_string();
        assert!(error.contains(why), "{to}: {error}");
    }
}

/// As the judge counts: over all roles, and what took longer in the buckets.
#[test]
fn the_judge_has_routes_times_and_gauges_of_it() {
    let text = r#"primetime_http_offered_total{role="site"} 107
primetime_http_connections_accepted_total 9
primetime_http_requests_total{role="site",route="/{lang}/",class="2xx"} 90
primetime_http_requests_total{role="site",route="/{lang}/",class="5xx"} 10
primetime_http_requests_total{role="site",route="/api",class="4xx"} 7
primetime_http_request_seconds_bucket{le="0.001",role="site",route="/{lang}/"} 60
primetime_http_request_seconds_bucket{le="0.002",role="site",route="/{lang}/"} 95
primetime_http_request_seconds_bucket{le="+Inf",role="site",route="/{lang}/"} 100
primetime_http_request_seconds_bucket{le="0.001",role="site",route="/api"} 5
primetime_http_request_seconds_bucket{le="0.002",role="site",route="/api"} 7
primetime_http_request_seconds_bucket{le="+Inf",role="site",route="/api"} 7
primetime_process_resident_memory_bytes 123456
primetime_process_open_fds 17
primetime_origin_bytes_total 5000000
# EOF
"#;
    assert_eq!(read(text).unwrap().bytes, Some(5_000_000));
    let sample = judge::Sample::of(&read(text).unwrap(), 12).unwrap();
    assert_eq!(sample.paths["/{lang}/"], Answers { requests: 100, errors: 10 });
    assert_eq!(sample.total(), Answers { requests: 107, errors: 10 });
    assert_eq!((sample.latency.bounds, sample.latency.counts), (vec![1000, 2000], vec![65, 37, 5]));
    assert_eq!((sample.gauges["resident bytes"], sample.gauges["open files"]), (123_456.0, 17.0));
    assert_eq!(sample.age_s, 12);
    assert_eq!(read(&" ".repeat(MOST_BYTES + 1)), Err(Unreadable::Long));
}

#[test]
fn the_corpus_is_replayed() {
    let files = replay("exposition", fuzz);
    assert!(files.iter().any(|bytes| std::str::from_utf8(bytes).is_ok_and(|text| read(text).is_ok())));
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
