use std::collections::BTreeMap;

use domain::Timestamp;
use serde::Deserialize;

/// Most bytes of an answer that are read. A thousand instances with two roles each make about one million.
pub const MOST_BYTES: usize = 16 << 20;
/// Series that are read.
pub const MOST_SERIES: usize = 50_000;
/// Characters of what a server says of itself that are passed on.
const MOST_WORDS: usize = 200;
/// The end of the year 9999, in seconds.
const LAST: f64 = 253_402_300_800.0;

/// Why an answer is none. None of these is an answer that says zero.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    /// Too long.
    #[error("the answer is longer than {MOST_BYTES} bytes: select fewer instances")]
    Long,
    /// Too many.
    #[error("the answer has more than {MOST_SERIES} series: select fewer instances")]
    Many,
    /// No JSON, cut off, or of another shape.
    #[error("the answer is not what Prometheus says: {0}")]
    Shape(String),
    /// It says no.
    #[error("it says {0}")]
    Error(String),
    /// A part is missing, as when one of several stores behind it is away.
    #[error("it answered in part only: {0}")]
    Warned(String),
    /// No samples, though samples were asked for.
    #[error("the answer holds a {0}, and samples were asked for")]
    Kind(String),
    /// A series' samples are out of order, or of no time.
    #[error("a sample has the time {0}, which is none or not after the one before")]
    Time(String),
    /// Its value cannot be read.
    #[error("a sample has the value {0}, which is no number")]
    Value(String),
}

/// One series: its labels, the name among them, and its samples in the order of their time.
#[derive(Debug, Clone, PartialEq)]
pub struct Series {
    /// `__name__` and the others.
    pub labels: BTreeMap<String, String>,
    /// When each was scraped, and what it said.
    pub values: Vec<(Timestamp, f64)>,
}

impl Series {
    /// A label's value; one that is not there is empty, as for Prometheus.
    pub fn label(&self, name: &str) -> &str {
        self.labels.get(name).map_or("", String::as_str)
    }
}

#[derive(Deserialize)]
struct Answer {
    status: String,
    #[serde(default)]
    data: Option<Data>,
    #[serde(default, rename = "errorType")]
    kind: String,
    #[serde(default)]
    error: String,
    #[serde(default)]
    warnings: Vec<String>,
}

#[derive(Deserialize)]
struct Data {
    #[serde(rename = "resultType")]
    kind: String,
    result: Vec<Row>,
}

#[derive(Deserialize)]
struct Row {
    metric: BTreeMap<String, String>,
    #[serde(default)]
    values: Vec<(f64, String)>,
    #[serde(default)]
    value: Option<(f64, String)>,
}

/// Reads the answer to a query for samples.
pub fn read(body: &[u8]) -> Result<Vec<Series>, Unreadable> {
    if body.len() > MOST_BYTES {
        return Err(Unreadable::Long);
    }
    let shape = |error: serde_json::Error| Unreadable::Shape(words(&error.to_string()));
    let answer: Answer = serde_json::from_slice(body).map_err(shape)?;
    if answer.status != "success" {
        return Err(Unreadable::Error(said(&answer)));
    }
    if let Some(warning) = answer.warnings.first() {
        return Err(Unreadable::Warned(words(warning)));
    }
    let data = answer.data.ok_or_else(|| Unreadable::Shape("there is no data".into()))?;
    if !["matrix", "vector"].contains(&data.kind.as_str()) {
        return Err(Unreadable::Kind(words(&data.kind)));
    }
    if data.result.len() > MOST_SERIES {
        return Err(Unreadable::Many);
    }
    data.result.into_iter().map(series).collect()
}

/// What a server that refused says why, if it is one of Prometheus.
pub fn refusal(body: &[u8]) -> Option<String> {
    let body = body.get(..body.len().min(MOST_BYTES))?;
    let answer: Answer = serde_json::from_slice(body).ok()?;
    (answer.status == "error").then(|| said(&answer))
}

fn said(answer: &Answer) -> String {
    words(&format!("{}: {}", answer.kind, answer.error))
}

fn series(row: Row) -> Result<Series, Unreadable> {
    let mut values: Vec<(Timestamp, f64)> = Vec::with_capacity(row.values.len() + 1);
    for (at, value) in row.values.into_iter().chain(row.value) {
        let value = value.parse().map_err(|_| Unreadable::Value(words(&value)))?;
        // Samples have milliseconds; a floating number has a few more digits than that.
        let time = Timestamp(((at * 1e3).round() as i64).saturating_mul(1000));
        if !(0.0..LAST).contains(&at) || values.last().is_some_and(|(before, _)| *before >= time) {
            return Err(Unreadable::Time(at.to_string()));
        }
        values.push((time, value));
    }
    Ok(Series { labels: row.metric, values })
}

/// What somebody else wrote, fit for a log: short, and on one line.
fn words(text: &str) -> String {
    let plain = |char: char| if char.is_control() { ' ' } else { char };
    text.chars().take(MOST_WORDS).map(plain).collect()
}
