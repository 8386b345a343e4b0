//! Reading what an instance says of itself: from outside, so anything may come.

use std::path::Path;

use fleet::judge::{
    Answers,
    exposition::{MOST_BYTES, Unreadable, fuzz, read},
};
use proptest::prelude::*;

const TEXT: &str = r#"# TYPE primetime_http_requests counter
primetime_http_requests_total{role="site",route="/{lang}/",class="2xx"} 90
primetime_http_requests_total{role="site",route="/{lang}/",class="5xx"} 10
primetime_http_requests_total{role="site",route="/api",class="4xx"} 7
primetime_http_request_seconds_bucket{le="0.001",role="site",route="/{lang}/"} 60
primetime_http_request_seconds_bucket{le="0.002",role="site",route="/{lang}/"} 95
primetime_http_request_seconds_bucket{le="+Inf",role="site",route="/{lang}/"} 100
primetime_http_request_seconds_bucket{le="0.001",role="site",route="/api"} 5
primetime_http_request_seconds_bucket{le="0.002",role="site",route="/api"} 7
primetime_http_request_seconds_bucket{le="+Inf",role="site",route="/api"} 7
process_resident_memory_bytes 123456
primetime_other{le="x"} y
# EOF
"#;

#[test]
fn requests_errors_times_and_gauges_are_read() {
    let sample = read(TEXT, 12).unwrap();
    assert_eq!(sample.paths["/{lang}/"], Answers { requests: 100, errors: 10 });
    assert_eq!(sample.total(), Answers { requests: 107, errors: 10 });
    assert_eq!((sample.latency.bounds, sample.latency.counts), (vec![1000, 2000], vec![65, 37, 5]));
    assert_eq!((sample.gauges["resident bytes"], sample.age_s), (123_456.0, 12));
}

#[test]
fn what_is_cut_short_or_odd_is_no_measurement() {
    for length in 0..TEXT.len() - "# EOF\n".len() {
        assert!(read(&TEXT[..length], 0).is_err(), "{length}");
    }
    let odd = TEXT.replace(" 90", " ninety");
    assert_eq!(read(&odd, 0), Err(Unreadable::Line(2)));
    assert_eq!(read(&TEXT.replace("le=\"0.002\"", "le=\"-1\""), 0), Err(Unreadable::Line(6)));
    assert_eq!(read(&" ".repeat(MOST_BYTES + 1), 0), Err(Unreadable::Long));
}

#[test]
fn the_corpus_is_replayed() {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus/exposition");
    let mut count = 0;
    for entry in std::fs::read_dir(dir).unwrap() {
        let bytes = std::fs::read(entry.unwrap().path()).unwrap();
        fuzz(&bytes);
        for at in 0..bytes.len() {
            let mut changed = bytes.clone();
            changed[at] ^= 1 << (at % 7);
            fuzz(&changed);
        }
        count += 1;
    }
    assert!(count >= 3);
}

proptest! {
    #[test]
    fn whatever_comes_is_read_or_refused(
        lines in prop::collection::vec("(primetime_http_requests_total|primetime_http_request_seconds_bucket|process_open_fds)[{}a-z0-9=\", .+-]{0,40}", 0..8),
    ) {
        if let Ok(sample) = read(&(lines.join("\n") + "\n# EOF\n"), 0) {
            prop_assert!(sample.latency.is_sound());
        }
    }
}
