//! Metrics that are not what we write.

use drivers::scrape::{ScrapeError, fuzz_metrics, read};
use proptest::prelude::*;

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
    assert!(matches!(read(&cut), Err(ScrapeError::Cut)));
    let lacks = GOOD.replace("http_offered", "http_other");
    assert!(matches!(read(&lacks), Err(ScrapeError::Missing("primetime_http_offered_total"))));
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

proptest! {
    #[test]
    fn anything_is_read_or_refused(noise in any::<Vec<u8>>(), at in 0..GOOD.len(), byte in any::<u8>()) {
        fuzz_metrics(&noise);
        let mut changed = GOOD.as_bytes().to_vec();
        changed[at] = byte;
        fuzz_metrics(&changed);
        fuzz_metrics(&changed[..at]);
    }
}
