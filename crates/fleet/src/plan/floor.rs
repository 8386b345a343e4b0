use std::{fmt, time::Duration};

use domain::Timestamp;
use serde::{Deserialize, Serialize};

use super::Role;
use crate::forecast::event::{DECIDES, EARLY, Event};

/// Minutes that a plan looks ahead for events.
pub const AHEAD: i64 = 24 * 60;

/// In which clock a plan speaks to people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Zone {
    /// What people call it: KST.
    pub name: String,
    /// Minutes east of UTC.
    pub east: i32,
}

impl Zone {
    /// UTC.
    pub fn utc() -> Self {
        Self { name: "UTC".into(), east: 0 }
    }

    /// Hours and minutes of an instant.
    pub fn clock(&self, at: Timestamp) -> String {
        let minutes = (at.seconds().div_euclid(60) + i64::from(self.east)).rem_euclid(24 * 60);
        format!("{:02}:{:02}", minutes / 60, minutes % 60)
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
        let words = format!(
            "{} {}: {} of {} adds {:.0}%; floor {} from {} ({rests})",
            zone.clock(event.at),
            zone.name,
            event.kin.kind,
            event.name,
            lift * 100.0,
            instances,
            zone.clock(from)
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
