//! The OpenMetrics text of an instance of ours: the names that we know, strictly; others are passed over.

use std::collections::BTreeMap;

use super::{Counted, Route};
use crate::judge;

/// Most bytes of a text that are read; the metrics of a role with a hundred routes have a tenth.
pub const MOST_BYTES: usize = 4 << 20;
/// Series that are read; a role has some hundreds.
const MAX_SERIES: usize = 50_000;
/// Labels of one series.
const MAX_LABELS: usize = 16;

/// Why nothing is known. None of these is a look that saw zeros.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    /// Too long.
    #[error("the metrics are longer than {MOST_BYTES} bytes")]
    Long,
    /// This line is not what we write.
    #[error("metrics, line {0}: {1}")]
    Text(usize, &'static str),
    /// The text ends before its end.
    #[error("the metrics are cut off: there is no `# EOF`")]
    Cut,
    /// Something that every instance counts is not there.
    #[error("the metrics lack {0}: is this an instance of ours?")]
    Missing(&'static str),
}

/// Reads a text in the OpenMetrics format 1.0. [`Counted::at`] is left at zero.
pub fn read(text: &str) -> Result<Counted, Unreadable> {
    if text.len() > MOST_BYTES {
        return Err(Unreadable::Long);
    }
    let mut sample = Counted::default();
    let (mut offered, mut accepted, mut ended) = (None, None, false);
    for (number, line) in (1..).zip(text.lines()) {
        let wrong = |why| Unreadable::Text(number, why);
        if number > MAX_SERIES {
            return Err(wrong("there are too many series"));
        }
        if ended {
            return Err(wrong("something follows `# EOF`"));
        }
        if line.starts_with('#') || line.is_empty() {
            ended = line == "# EOF";
            continue;
        }
        let (name, labels, value) = series(line).map_err(wrong)?;
        let Some(name) = name.strip_prefix("primetime_") else { continue };
        let count = || count(value).ok_or_else(|| wrong("the value is no count"));
        match name {
            "http_offered_total" => {
                offered = Some(total(offered, count()?).ok_or_else(|| wrong("too many"))?)
            }
            "http_connections_accepted_total" => accepted = Some(count()?),
            "http_shed_total" => {
                sample.shed = total(Some(sample.shed), count()?).ok_or_else(|| wrong("too many"))?
            }
            "origin_bytes_total" => sample.bytes = Some(count()?),
            "http_requests_in_flight" => {
                sample.in_flight =
                    total(Some(sample.in_flight), count()?).ok_or_else(|| wrong("too many"))?;
            }
            "http_connections" => sample.open = count()?,
            "process_resident_memory_bytes" => sample.memory = Some(count()?),
            "process_open_fds" => sample.files = Some(count()?),
            "http_requests_total" => {
                let class = labels.get("class").cloned().ok_or_else(|| wrong("no class"))?;
                route(&mut sample, &labels)
                    .ok_or_else(|| wrong("no role and route"))?
                    .answers
                    .insert(class, count()?);
            }
            "http_request_seconds_sum" => {
                let sum =
                    Some(value).filter(|v| v.is_finite()).ok_or_else(|| wrong("the sum is no number"))?;
                route(&mut sample, &labels).ok_or_else(|| wrong("no role and route"))?.latency.sum = sum;
            }
            "http_request_seconds_bucket" => {
                let bound = labels.get("le").and_then(|le| float(le)).ok_or_else(|| wrong("no bound"))?;
                let count = count()?;
                let route = route(&mut sample, &labels).ok_or_else(|| wrong("no role and route"))?;
                let grows = route.latency.buckets.last().is_none_or(|last| last.0 < bound && last.1 <= count);
                if !grows {
                    return Err(wrong("the buckets do not grow"));
                }
                route.latency.buckets.push((bound, count));
            }
            _ => {}
        }
    }
    if !ended {
        return Err(Unreadable::Cut);
    }
    sample.offered = offered.ok_or(Unreadable::Missing("primetime_http_offered_total"))?;
    sample.accepted = accepted.ok_or(Unreadable::Missing("primetime_http_connections_accepted_total"))?;
    Ok(sample)
}

fn total(before: Option<u64>, more: u64) -> Option<u64> {
    before.unwrap_or(0).checked_add(more)
}

fn route<'a>(sample: &'a mut Counted, labels: &BTreeMap<String, String>) -> Option<&'a mut Route> {
    let key = (labels.get("role")?.clone(), labels.get("route")?.clone());
    Some(sample.routes.entry(key).or_default())
}

/// `name{label="value",…} value`; a timestamp or an exemplar may follow.
fn series(line: &str) -> Result<(&str, BTreeMap<String, String>, f64), &'static str> {
    let end = line.find(['{', ' ']).ok_or("there is no value")?;
    let (name, mut rest) = line.split_at(end);
    let mut labels = BTreeMap::new();
    if let Some(inside) = rest.strip_prefix('{') {
        rest = inside;
        while !rest.starts_with('}') {
            let (label, after) = rest.split_once("=\"").ok_or("a label has no value")?;
            let (value, after) = quoted(after)?;
            labels.insert(label.to_owned(), value);
            rest = after.strip_prefix(',').unwrap_or(after);
            if labels.len() > MAX_LABELS {
                return Err("there are too many labels");
            }
        }
        rest = &rest[1..];
    }
    let value = rest.strip_prefix(' ').and_then(|rest| rest.split(' ').next()).ok_or("there is no value")?;
    Ok((name, labels, float(value).ok_or("the value is no number")?))
}

/// Up to the closing quote, and what follows it.
fn quoted(text: &str) -> Result<(String, &str), &'static str> {
    let mut value = String::new();
    let mut chars = text.char_indices();
    while let Some((at, char)) = chars.next() {
        match char {
            '"' => return Ok((value, &text[at + 1..])),
            '\\' => match chars.next() {
                Some((_, 'n')) => value.push('\n'),
                Some((_, escaped @ ('\\' | '"'))) => value.push(escaped),
                _ => return Err("an unknown escape"),
            },
            char => value.push(char),
        }
    }
    Err("a label does not end")
}

fn float(text: &str) -> Option<f64> {
    text.parse().ok().filter(|value: &f64| !value.is_nan())
}

/// A count: whole, not negative, exact as a floating number.
fn count(value: f64) -> Option<u64> {
    const EXACT: f64 = 9_007_199_254_740_992.0;
    ((0.0..=EXACT).contains(&value) && value.fract() == 0.0).then_some(value as u64)
}

/// For the fuzzer: reads the bytes as metrics; what is read holds only buckets that grow, and can be judged.
pub fn fuzz(data: &[u8]) {
    let Some(counted) = std::str::from_utf8(data).ok().and_then(|text| read(text).ok()) else { return };
    for route in counted.routes.values() {
        assert!(route.latency.buckets.is_sorted_by(|a, b| a.0 < b.0 && a.1 <= b.1));
    }
    assert!(counted.since(&counted).is_some_and(|nothing| nothing.offered == 0));
    let Some(sample) = judge::Sample::of(&counted, 0) else { return };
    assert!(sample.latency.is_sound());
    let window = judge::Window { canary: Some(sample.clone()), control: Some(sample) };
    let mut judge = judge::Judge::new(judge::Rules::default());
    judge.observe(&window);
    judge.verdict(1);
}
