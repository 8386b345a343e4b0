//! A history of load, read from CSV.

use domain::Timestamp;

/// Largest file, bytes: a year of minutes is under 20 MB.
pub const MAX_BYTES: usize = 64 << 20;
/// Most minutes from the first row to the last: four years.
pub const MAX_MINUTES: usize = 4 * 366 * 1440;
/// A hole of up to so many steps is filled with a line; a longer one stays a hole.
const FILLED: usize = 3;

/// Why a file is no trace. Lines count from 1, as editors do.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum TraceError {
    /// Nothing in it.
    #[error("the trace has fewer than two rows: write `timestamp,value` and a row for each interval")]
    Empty,
    /// Too large.
    #[error("the trace is larger than {} MB: cut it", MAX_BYTES >> 20)]
    TooLarge,
    /// From the first row to the last is too long.
    #[error("line {line}: more than four years after the first row: is the year right?")]
    TooLong {
        /// Where.
        line: u64,
    },
    /// Not CSV.
    #[error("line {line}: {what}")]
    Csv {
        /// Where.
        line: u64,
        /// What the reader says.
        what: String,
    },
    /// Wrong number of columns.
    #[error("line {line}: found {found} columns; write a time and a value, as in `2014-07-01 00:30:00,8127`")]
    Columns {
        /// Where.
        line: u64,
        /// How many there are.
        found: usize,
    },
    /// Not a time.
    #[error(
        "line {line}: `{text}` is not a time: write `2014-07-01 00:30:00`, RFC 3339, or seconds since 1970"
    )]
    Time {
        /// Where.
        line: u64,
        /// What stands there.
        text: String,
    },
    /// Not a load.
    #[error("line {line}: `{text}` is not a load: write a number that is not negative")]
    Value {
        /// Where.
        line: u64,
        /// What stands there.
        text: String,
    },
    /// Rows out of order.
    #[error(
        "line {line}: its time is not after that of the row before it: sort the rows, and keep one of each time"
    )]
    Order {
        /// Where.
        line: u64,
    },
    /// Only zeroes.
    #[error("every value is zero: there is nothing to scale to the peak")]
    AllZero,
}

/// Load by the minute: a rate, in the file's own unit. NaN where nobody knows.
#[derive(Debug, Clone, PartialEq)]
pub struct Trace {
    /// The first minute.
    pub start: Timestamp,
    /// Minutes between most rows.
    pub step: u32,
    /// From the start on.
    pub minutes: Vec<f64>,
}

impl Trace {
    /// Reads `time,value` rows, with or without a line of names. Between rows the load goes in a straight line; rows within a
    /// minute are averaged; holes stay.
    pub fn parse(bytes: &[u8]) -> Result<Self, TraceError> {
        if bytes.len() > MAX_BYTES {
            return Err(TraceError::TooLarge);
        }
        let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
        let mut reader = csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .trim(csv::Trim::All)
            .from_reader(bytes);
        let mut rows: Vec<(i64, f64)> = Vec::new();
        let mut record = csv::StringRecord::new();
        let mut first = true;
        loop {
            match reader.read_record(&mut record) {
                Ok(true) => {}
                Ok(false) => break,
                Err(error) => {
                    let line = error.position().map_or(reader.position().line(), csv::Position::line);
                    return Err(TraceError::Csv { line, what: "not UTF-8, or a quote is not closed".into() });
                }
            }
            let line = record.position().map_or(0, |position| line_of(bytes, position));
            let names = std::mem::take(&mut first)
                && record.iter().all(|cell| number(cell).is_none() && time(cell).is_none());
            if names {
                continue;
            }
            rows.push(row(&record, line, rows.first().copied(), rows.last().copied())?);
        }
        Self::from_rows(&rows)
    }

    fn from_rows(rows: &[(i64, f64)]) -> Result<Self, TraceError> {
        let ((Some(first), Some(last)), true) = ((rows.first(), rows.last()), rows.len() >= 2) else {
            return Err(TraceError::Empty);
        };
        if rows.iter().all(|(_, value)| *value == 0.0) {
            return Err(TraceError::AllZero);
        }
        let mut gaps: Vec<i64> = rows.windows(2).map(|pair| pair[1].0 - pair[0].0).collect();
        gaps.sort_unstable();
        let usual = gaps[gaps.len() / 2].max(1);
        let start = first.0.div_euclid(60);
        let length = usize::try_from(last.0.div_euclid(60) - start + 1).unwrap_or(MAX_MINUTES);
        let mut sums = vec![(0.0, 0u32); length];
        if usual < 60 {
            for (at, value) in rows {
                let slot = &mut sums[usize::try_from(at.div_euclid(60) - start).unwrap_or(0)];
                *slot = (slot.0 + value, slot.1 + 1);
            }
            let minutes =
                sums.iter().map(|(sum, count)| if *count > 0 { sum / f64::from(*count) } else { f64::NAN });
            return Ok(Self {
                start: Timestamp::from_seconds(start * 60),
                step: 1,
                minutes: minutes.collect(),
            });
        }
        let mut minutes = vec![f64::NAN; length];
        for pair in rows.windows(2) {
            let ((from, a), (to, b)) = (pair[0], pair[1]);
            let (from, to) = (from.div_euclid(60) - start, to.div_euclid(60) - start);
            let hole = (to - from) * 60 > usual * FILLED as i64;
            for minute in from..=to {
                let part = (minute - from) as f64 / (to - from).max(1) as f64;
                let inside = minute > from && minute < to;
                if !(hole && inside) {
                    minutes[usize::try_from(minute).unwrap_or(0)] = a + (b - a) * part;
                }
            }
        }
        let step = u32::try_from(usual / 60).unwrap_or(1).max(1);
        Ok(Self { start: Timestamp::from_seconds(start * 60), step, minutes })
    }

    /// The same, so that its greatest minute is `peak` instances' worth.
    pub fn scaled_to(&self, peak: f64) -> Vec<f64> {
        let greatest = self.minutes.iter().copied().fold(0.0, f64::max);
        let factor = if greatest > 0.0 { peak / greatest } else { 0.0 };
        self.minutes.iter().map(|value| value * factor).collect()
    }
}

fn row(
    record: &csv::StringRecord,
    line: u64,
    first: Option<(i64, f64)>,
    last: Option<(i64, f64)>,
) -> Result<(i64, f64), TraceError> {
    if record.len() != 2 {
        return Err(TraceError::Columns { line, found: record.len() });
    }
    let short = |cell: &str| cell.chars().take(40).flat_map(char::escape_default).collect::<String>();
    let at = time(&record[0]).ok_or_else(|| TraceError::Time { line, text: short(&record[0]) })?;
    let value = number(&record[1])
        .filter(|value| *value >= 0.0 && *value < 1e15)
        .ok_or_else(|| TraceError::Value { line, text: short(&record[1]) })?;
    if last.is_some_and(|(before, _)| at <= before) {
        return Err(TraceError::Order { line });
    }
    if first.is_some_and(|(first, _)| at - first >= MAX_MINUTES as i64 * 60) {
        return Err(TraceError::TooLong { line });
    }
    Ok((at, value))
}

/// The line of a record; the reader's own position is before the empty lines that it skipped.
fn line_of(bytes: &[u8], position: &csv::Position) -> u64 {
    let from = usize::try_from(position.byte()).unwrap_or(0).min(bytes.len());
    let skipped = bytes[from..].iter().take_while(|byte| matches!(byte, b'\n' | b'\r'));
    position.line() + skipped.filter(|byte| **byte == b'\n').count() as u64
}

fn number(cell: &str) -> Option<f64> {
    cell.parse::<f64>().ok().filter(|number| number.is_finite())
}

/// Seconds since 1970. A time without an offset is taken as UTC: all that counts is that days are days.
fn time(cell: &str) -> Option<i64> {
    if let Ok(seconds) = cell.parse::<i64>() {
        return (0..=253_402_300_799).contains(&seconds).then_some(seconds);
    }
    if let Ok(instant) = cell.parse::<jiff::Timestamp>() {
        return Some(instant.as_second());
    }
    let civil = cell.parse::<jiff::civil::DateTime>().ok()?;
    jiff::tz::Offset::UTC.to_timestamp(civil).ok().map(jiff::Timestamp::as_second)
}
