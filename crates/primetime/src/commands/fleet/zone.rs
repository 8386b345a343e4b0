//! Time zones by their names in the IANA database.

use fleet::plan::Zone;
use jiff::tz::TimeZone;

/// The clock of a zone, with all the times at which it was and will be set.
///
/// # Errors
/// In words, when there is no such zone.
pub fn named(name: &str) -> Result<Zone, String> {
    let zone = TimeZone::get(name).map_err(|_| format!("`{name}` is no time zone, as in Asia/Seoul"))?;
    Ok(Zone::Named(zone))
}

#[cfg(test)]
mod tests {
    use domain::Timestamp;

    use super::*;

    #[test]
    fn the_clock_is_the_one_that_holds_at_the_instant() {
        let clock = |name: &str, at: &str| {
            let (hours, name) = named(name).unwrap().clock(Timestamp::parse(at).unwrap());
            format!("{hours} {name}")
        };
        assert_eq!(clock("Asia/Seoul", "2026-07-01T11:00:00Z"), "20:00 KST");
        // The night in which clocks go back: an hour comes twice, and the evening after it is winter's.
        assert_eq!(clock("Europe/Berlin", "2026-10-25T00:30:00Z"), "02:30 CEST");
        assert_eq!(clock("Europe/Berlin", "2026-10-25T01:30:00Z"), "02:30 CET");
        assert_eq!(clock("Europe/Berlin", "2026-10-25T19:00:00Z"), "20:00 CET");
        // And the one in which they go forward.
        assert_eq!(clock("Europe/Berlin", "2026-03-29T00:59:00Z"), "01:59 CET");
        assert_eq!(clock("Europe/Berlin", "2026-03-29T18:00:00Z"), "20:00 CEST");
        assert!(named("Mars/Olympus").unwrap_err().contains("Asia/Seoul"));
    }
}
