//! What an instance says on its `/metrics`, read for the judge (OpenMetrics text, as `web::HttpMetrics` writes it).

use std::collections::BTreeMap;

use super::{Answers, MOST_BOUNDS, Sample};

/// Most bytes of an exposition that are read.
pub const MOST_BYTES: usize = 4 << 20;

const REQUESTS: &str = "primetime_http_requests_total";
const SECONDS: &str = "primetime_http_request_seconds_bucket";
/// What may leak; the first name is the exposition's, the second is for people.
const GAUGES: [(&str, &str); 2] =
    [("process_resident_memory_bytes", "resident bytes"), ("process_open_fds", "open files")];

/// Why an exposition is not read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    /// Too long.
    #[error("the metrics are longer than {MOST_BYTES} bytes")]
    Long,
    /// A line of ours is not as it should be.
    #[error("line {0} of the metrics cannot be read")]
    Line(usize),
    /// Cut short.
    #[error("the metrics end in the middle")]
    Cut,
}

/// Reads an exposition. `age_s`: seconds since the instance was ready.
pub fn read(text: &str, age_s: u64) -> Result<Sample, Unreadable> {
    if text.len() > MOST_BYTES {
        return Err(Unreadable::Long);
    }
    let mut sample = Sample { age_s, ..Sample::default() };
    // Upper bound in microseconds to answers up to it, over all routes; the last is without a bound.
    let mut buckets: BTreeMap<u64, u64> = BTreeMap::new();
    for (at, line) in text.lines().enumerate() {
        let wrong = || Unreadable::Line(at + 1);
        let name = line.split(['{', ' ']).next().unwrap_or_default();
        if name == REQUESTS {
            let route = label(line, "route").ok_or_else(wrong)?;
            let class = label(line, "class").ok_or_else(wrong)?;
            let requests = count(line).ok_or_else(wrong)?;
            let errors = if class == "5xx" { requests } else { 0 };
            sample.paths.entry(route.to_owned()).or_default().add(Answers { requests, errors });
        } else if name == SECONDS {
            let bound = bound_us(label(line, "le").ok_or_else(wrong)?).ok_or_else(wrong)?;
            let answers = buckets.entry(bound).or_default();
            *answers = answers.saturating_add(count(line).ok_or_else(wrong)?);
            if buckets.len() > MOST_BOUNDS {
                return Err(wrong());
            }
        } else if let Some((_, gauge)) = GAUGES.iter().find(|(known, _)| *known == name) {
            let value: f64 = value(line).and_then(|text| text.parse().ok()).ok_or_else(wrong)?;
            sample.gauges.insert((*gauge).to_owned(), value);
        }
    }
    // OpenMetrics 1.0, "Overall Structure": an exposition ends with this line.
    if !text.ends_with("# EOF\n") && !text.ends_with("# EOF") {
        return Err(Unreadable::Cut);
    }
    // Without a line for `+Inf` nothing is known to be slower than the last bound.
    buckets.entry(u64::MAX).or_insert(0);
    let mut before = 0;
    for (bound, answers) in buckets {
        if bound != u64::MAX {
            sample.latency.bounds.push(bound);
        }
        sample.latency.counts.push(answers.saturating_sub(before));
        before = answers;
    }
    Ok(sample)
}

/// Reads the bytes as an exposition: it may refuse, it may not panic, and what it takes can be judged.
pub fn fuzz(data: &[u8]) {
    if let Ok(text) = std::str::from_utf8(data)
        && let Ok(sample) = read(text, 0)
    {
        assert!(sample.latency.is_sound());
        let window = super::Window { canary: Some(sample.clone()), control: Some(sample) };
        let mut judge = super::Judge::new(super::Rules::default());
        judge.observe(&window);
        judge.verdict(1);
    }
}

/// The value of a label. Ours hold no quotes: routes, classes, numbers.
fn label<'a>(line: &'a str, name: &str) -> Option<&'a str> {
    let labels = line.split_once('{')?.1.rsplit_once('}')?.0;
    let start = format!("{name}=\"");
    let at = if labels.starts_with(&start) {
        start.len()
    } else {
        labels.find(&format!(",{start}"))? + start.len() + 1
    };
    labels.get(at..)?.split_once('"').map(|(value, _)| value)
}

fn value(line: &str) -> Option<&str> {
    let after = line
        .rsplit_once('}')
        .map_or_else(|| line.split_once(' ').map(|(_, rest)| rest), |(_, rest)| Some(rest))?;
    after.split_ascii_whitespace().next()
}

fn count(line: &str) -> Option<u64> {
    value(line)?.parse().ok()
}

fn bound_us(text: &str) -> Option<u64> {
    if text == "+Inf" {
        return Some(u64::MAX);
    }
    let seconds: f64 = text.parse().ok()?;
    (0.0..1e9).contains(&seconds).then(|| (seconds * 1e6).round() as u64)
}
