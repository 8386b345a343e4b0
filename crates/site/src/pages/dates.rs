use domain::Timestamp;

use super::say::Say;

/// An instant for people, and for machines to turn into the viewer's own time zone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct When {
    /// RFC 3339, for `<time datetime>`.
    pub machine: String,
    /// In the page's language, UTC.
    pub people: String,
}

impl When {
    /// The day alone, or with the minute.
    pub fn new(say: Say<'_>, at: Timestamp, with_time: bool) -> Self {
        let machine = at.to_string();
        let people = spoken(say, &machine, with_time).unwrap_or_else(|| machine.clone());
        Self { machine, people }
    }
}

fn spoken(say: Say<'_>, rfc3339: &str, with_time: bool) -> Option<String> {
    let (day, time) = rfc3339.split_once('T')?;
    let mut parts = day.split('-');
    let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
    let month = say.maybe(&format!("month-{}", month.trim_start_matches('0')))?;
    let day = day.trim_start_matches('0');
    let date = say.all("date", [("year", year.into()), ("month", month.into()), ("day", day.into())]);
    if !with_time {
        return Some(date);
    }
    Some(say.all("date-time", [("date", date.into()), ("time", time.get(..5)?.into())]))
}

/// A running time in microseconds, as people say it: hours and minutes, under two minutes seconds.
pub fn duration(say: Say<'_>, micros: u64) -> String {
    let seconds = micros.div_ceil(1_000_000);
    let minutes = (seconds + 30) / 60;
    match () {
        () if seconds < 120 => say.with("duration-seconds", "seconds", seconds),
        () if minutes < 60 => say.with("duration-minutes", "minutes", minutes),
        () => {
            say.all("duration-hours", [("hours", (minutes / 60).into()), ("minutes", (minutes % 60).into())])
        }
    }
}

#[cfg(test)]
mod tests {
    use domain::Locale;

    use super::*;

    #[test]
    fn dates_and_durations_as_people_say_them() {
        let at = Timestamp::parse("2026-03-01T20:05:00Z").unwrap();
        let all: Vec<String> = ["en", "ko", "ja", "es", "ar"]
            .iter()
            .map(|tag| {
                let locale = Locale::new(tag).unwrap();
                let say = Say::new(&locale);
                let when = When::new(say, at, true);
                assert_eq!(when.machine, "2026-03-01T20:05:00Z");
                format!(
                    "{tag}: {}; {}; {}; {}; {}",
                    when.people,
                    When::new(say, at, false).people,
                    duration(say, 29_400_000),
                    duration(say, 1_500_000_000),
                    duration(say, 7_261_000_000)
                )
                .replace(['\u{2068}', '\u{2069}'], "")
            })
            .collect();
        insta::assert_snapshot!(all.join("\n"));
    }
}
