//! Time zones by their names in the IANA database.

use domain::Timestamp;
use fleet::plan::Zone;
use jiff::tz::TimeZone;

/// The clock of a zone as it stands at an instant: in a zone with summer time it is another one half a year later.
///
/// # Errors
/// In words, when there is no such zone.
pub fn at(name: &str, now: Timestamp) -> Result<Zone, String> {
    let zone = TimeZone::get(name).map_err(|_| format!("`{name}` is no time zone, as in Asia/Seoul"))?;
    let now = jiff::Timestamp::from_microsecond(now.micros()).map_err(|error| error.to_string())?;
    let there = zone.to_offset_info(now);
    Ok(Zone { name: there.abbreviation().to_owned(), east: there.offset().seconds() / 60 })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_clocks_and_how_far_east_they_are() {
        let summer = Timestamp::from_seconds(1_750_000_000);
        let winter = Timestamp::from_seconds(1_766_000_000);
        let clock = |name, now| at(name, now).map(|zone| (zone.name, zone.east));
        assert_eq!(clock("Asia/Seoul", summer), Ok(("KST".into(), 540)));
        assert_eq!(clock("Europe/Berlin", summer), Ok(("CEST".into(), 120)));
        assert_eq!(clock("Europe/Berlin", winter), Ok(("CET".into(), 60)));
        assert!(clock("Mars/Olympus", winter).unwrap_err().contains("Asia/Seoul"));
    }
}
