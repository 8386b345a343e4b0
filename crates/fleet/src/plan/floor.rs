use std::{fmt, time::Duration};

use domain::Timestamp;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use super::Role;
use crate::forecast::event::{DECIDES, EARLY, Event};

/// Minutes that a plan looks ahead for events.
pub const AHEAD: i64 = 24 * 60;

/// In which clock a plan speaks to people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Zone {
    /// The same all year.
    Fixed {
        /// What people call it: KST.
        name: String,
        /// Minutes east of UTC.
        east: i32,
    },
    /// With a past and a future: clocks are set in some.
    Named(TimeZone),
}

impl Zone {
    /// UTC.
    pub fn utc() -> Self {
        Self::fixed("UTC", 0)
    }

    /// One that is so many minutes east of UTC all year.
    pub fn fixed(name: &str, east: i32) -> Self {
        Self::Fixed { name: name.into(), east }
    }

    /// Hours and minutes of an instant, and what people call the clock that holds then.
    pub fn clock(&self, at: Timestamp) -> (String, String) {
        let (name, east) = match self {
            Self::Fixed { name, east } => (name.clone(), *east),
            Self::Named(zone) => {
                let there =
                    zone.to_offset_info(jiff::Timestamp::from_microsecond(at.micros()).unwrap_or_default());
                (there.abbreviation().to_owned(), there.offset().seconds() / 60)
            }
        };
        let minutes = (at.seconds().div_euclid(60) + i64::from(east)).rem_euclid(24 * 60);
        (format!("{:02}:{:02}", minutes / 60, minutes % 60), name)
    }
}

/// The least capacity that the fleet asks for, in an interval.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Floor {
    /// Launches begin here.
    pub from: Timestamp,
    /// From here on the floor means nothing, whoever still holds it.
    pub until: Timestamp,
    /// How many.
    pub instances: u32,
    /// Why, in words.
    pub reasons: Vec<String>,
}

impl Floor {
    /// What an event asks for: `lift` over `base`, which is in instances' worth, resting on `known` past ones.
    pub(super) fn of_event(
        event: &Event,
        lift: f64,
        known: usize,
        base: f64,
        lead: u32,
        zone: &Zone,
    ) -> Self {
        let minutes = |count: i64| Duration::from_secs(60 * count.unsigned_abs());
        let from = event.at.minus(minutes(EARLY + i64::from(lead)));
        let instances = (base * (1.0 + lift)).ceil().max(1.0) as u32;
        let rests = match known {
            0 => "no past one of its brand and kind".to_owned(),
            1 => "1 past one".to_owned(),
            many => format!("{many} past ones"),
        };
        let (begins, clock) = zone.clock(event.at);
        let launches = match zone.clock(from) {
            (launches, same) if same == clock => launches,
            // Clocks are set in between.
            (launches, before) => format!("{launches} {before}"),
        };
        let words = format!(
            "{begins} {clock}: {} of {} adds {:.0}%; floor {} from {launches} ({rests})",
            event.kin.kind,
            event.name,
            lift * 100.0,
            instances,
        );
        Self { from, until: event.at.plus(minutes(DECIDES)), instances, reasons: vec![words] }
    }
}

/// What a group shall have, from now on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Plan {
    /// Whose.
    pub role: Role,
    /// When it was made.
    pub made: Timestamp,
    /// In the order of their beginnings; where several hold, the greatest counts.
    pub floors: Vec<Floor>,
}

impl Plan {
    /// The floor at an instant; 0 when every one is over.
    pub fn at(&self, now: Timestamp) -> u32 {
        let holds = |floor: &&Floor| floor.from <= now && now < floor.until;
        self.floors.iter().filter(holds).map(|floor| floor.instances).max().unwrap_or(0)
    }
}

impl Plan {
    /// The greatest floor that holds at any time from `now` until `until`.
    pub fn greatest(&self, now: Timestamp, until: Timestamp) -> Option<&Floor> {
        let meets = |floor: &&Floor| floor.from <= until && now < floor.until;
        self.floors.iter().filter(meets).max_by_key(|floor| floor.instances)
    }
}

impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for floor in &self.floors {
            writeln!(f, "{} {}: {}", self.role, floor.instances, floor.reasons.join(" "))?;
        }
        Ok(())
    }
}
