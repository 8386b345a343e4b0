//! Plans capacity ahead for one service: hears its hosts or whoever measures its instances, keeps the load of each minute, and writes
//! down the plan that the hosts follow. Whoever is killed here takes no capacity with it: the plan stands until it expires, and longer where nobody sinks it.

mod encoders;
mod heard;
mod known;
mod prometheus;
mod queue;
mod right;
mod source;

use std::sync::Arc;

use domain::{Clock, Timestamp};
use fleet::{
    capacity::{self, Capacity},
    forecast::event::{DECIDES, Event, LASTS},
    load::{Lately, Load, Minutes},
    plan::{Plan, Planner, Role, Zone},
};
use serde::{Deserialize, Serialize};
use store::{FleetMinute, Store};

use crate::{Hosts, OpsError};

use heard::Heard;

pub use encoders::{EncoderAims, Encoders};
pub use known::{Known, known};
pub use prometheus::{Prometheus, PrometheusError};
pub use queue::{Opening, Openings};
pub use right::Right;
pub use source::Source;

/// Minutes of history that are kept and learned from: nine weeks, so that the season of a week has been seen often.
const KEPT: i64 = 63 * 24 * 60;
/// When what an instance can do has changed by more than this, the history is read anew in the new worth.
const REWEIGHED: f64 = 0.02;
/// The trouble of a look that heard nothing.
const SILENT: &str = "whoever measures was not heard";

/// What is planned for, and how.
#[derive(Debug, Clone)]
pub struct Aims {
    /// Which instances.
    pub service: String,
    /// What they are: the unit of their load.
    pub role: Role,
    /// What one instance does in a minute, in the role's unit, as the operator says; what is learned stays near it.
    pub declared: f64,
    /// Minutes from a launch to service, at most.
    pub lead: u32,
    /// What an instance costs, in its own worth of load that may be turned away instead: lower means more instances.
    pub price: f64,
    /// In which clock it speaks.
    pub zone: Zone,
    /// Plans, and writes nothing down.
    pub dry: bool,
}

/// What is announced to the hosts and to whoever asks for the status.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Announced {
    /// The floors and their reasons.
    pub plan: Plan,
    /// The load of the last minute, in the role's unit; `None`: nobody measured it. Of encoders, minutes of work that are left.
    pub offered: Option<f64>,
    /// How much of it was turned away.
    pub shed: f64,
    /// Instances that served at its end; encoders that are in the middle of a job.
    pub serving: u32,
    /// What one instance does, in words.
    pub capacity: String,
    /// What was wrong with measurements since this one began to plan, and how often.
    pub troubles: Vec<String>,
}

/// What one look came to.
#[derive(Debug, Clone, PartialEq)]
pub enum Looked {
    /// Another one plans.
    StandsBy,
    /// No minute has ended since the last look, or what there is is not known yet.
    Waits,
    /// A minute ended; this was planned.
    Planned(Box<Announced>),
}

/// The one who plans.
pub struct Fleet {
    store: Store,
    source: Source,
    clock: Arc<dyn Clock>,
    right: Right,
    aims: Aims,
    minutes: Minutes,
    capacity: Capacity,
    /// Instances that served when the last minute ended.
    served_by: u32,
    /// What was heard last, without what it counted.
    heard: Heard,
    /// None while another one plans.
    led: Option<Led>,
}

struct Led {
    fence: i64,
    planner: Planner,
    /// Requests a minute that the planner takes for one instance's worth.
    worth: f64,
    /// The floor that stands in the audit log.
    told: Option<u32>,
}

impl Fleet {
    /// One who has not looked yet, and will hear the hosts. `owner` is unique among all that may plan for the service.
    pub fn new(store: Store, clock: Arc<dyn Clock>, owner: impl Into<String>, aims: Aims) -> Self {
        let source = Source::Hosts(Hosts::new(store.clone(), clock.clone()), Lately::default());
        let capacity = Capacity::new(aims.declared);
        let right = Right::new(store.clone(), aims.service.clone(), owner.into(), aims.dry);
        Self {
            store,
            source,
            clock,
            right,
            aims,
            minutes: Minutes::open_for(1),
            capacity,
            served_by: 0,
            heard: Heard::default(),
            led: None,
        }
    }

    /// Hears from there instead.
    pub fn hears(self, source: Source) -> Self {
        Self { source, ..self }
    }

    /// One look: hears what there is, and plans when a minute has ended. `calendar`: everything from the oldest minute that is kept to a
    /// day ahead, in the order of its time: a history is lived through with thousands of premieres.
    ///
    /// # Errors
    /// Nothing was planned; the last plan stands. When a minute ends that nobody could be asked about, it is a gap and planned from.
    pub async fn look(&mut self, calendar: &[Event]) -> Result<Looked, OpsError> {
        let now = self.clock.now();
        let leads = self.lead(now, calendar).await?;
        let silent = match self.source.look(&self.aims.service, self.aims.role, now).await {
            Ok(None) => return Ok(Looked::Waits),
            Ok(Some(heard)) => {
                self.take(now, heard);
                None
            }
            Err(error) => {
                *self.minutes.troubles.entry(SILENT.into()).or_default() += 1;
                Some(error)
            }
        };
        let closed = self.minutes.close(now.minus(self.source.late()), self.heard.serving());
        if !leads {
            return silent.map_or(Ok(Looked::StandsBy), Err);
        }
        let mut planned = None;
        for (minute, load) in closed {
            let load = load.and_then(|load| self.aims.role.weighed(load));
            planned = Some(self.minute(minute, load, calendar).await?);
        }
        match (planned, silent) {
            (Some(announced), _) => Ok(Looked::Planned(Box::new(announced))),
            (None, Some(error)) => Err(error),
            (None, None) => Ok(Looked::Waits),
        }
    }

    fn take(&mut self, now: Timestamp, heard: Heard) {
        for (instance, sample) in &heard.samples {
            // What is wrong with a sample is counted among the troubles, and no reason to stop.
            let _trouble = self.minutes.push(now, instance, *sample);
        }
        self.heard = Heard { samples: Vec::new(), ..heard };
    }

    /// Its right to plan.
    pub fn right(&mut self) -> &mut Right {
        &mut self.right
    }

    async fn lead(&mut self, now: Timestamp, calendar: &[Event]) -> Result<bool, OpsError> {
        let Some(fence) = self.right.take(now).await? else {
            self.led = None;
            return Ok(false);
        };
        // Somebody else may have written minutes since we led last.
        if self.led.as_ref().is_none_or(|led| led.fence != fence) {
            self.led = Some(self.begin(fence, calendar).await?);
        }
        Ok(true)
    }

    /// Lives through the history that is kept.
    async fn begin(&self, fence: i64, calendar: &[Event]) -> Result<Led, OpsError> {
        let now = self.clock.now();
        let oldest = minute_of(now) - KEPT;
        let history = self.store.fleet_minutes(&self.aims.service, oldest).await?;
        let worth = self.capacity.of("");
        let planner = replayed(&self.aims, worth, &history, minute_of(now), calendar);
        tracing::info!(service = self.aims.service, minutes = history.len(), "planning from what is known");
        Ok(Led { fence, planner, worth, told: None })
    }

    async fn minute(
        &mut self,
        minute: i64,
        load: Option<Load>,
        calendar: &[Event],
    ) -> Result<Announced, OpsError> {
        let serving = self.heard.serving();
        let release = self.heard.release().to_owned();
        // Only while as many serve as a minute ago: else nobody knows how many the minute's load was spread over.
        if let (Some(load), true) = (load, serving > 0 && self.served_by == serving)
            && let Some(quick) = self.source.quick(self.aims.role, self.clock.now()).await
        {
            let each = f64::from(serving);
            let (offered, served) = (load.offered / each, load.served / each);
            self.capacity.learn(&release, capacity::Minute { offered, served, quick });
        }
        self.served_by = serving;
        let learned = match serving == 0 {
            // Nobody is heard: what was learned stands.
            true => self.led.as_ref().map_or(self.aims.declared, |led| led.worth),
            false => self.capacity.of(&release),
        };
        let Some(led) = &mut self.led else { return Err(OpsError::Interrupted) };
        if (learned / led.worth - 1.0).abs() > REWEIGHED {
            let history = self.store.fleet_minutes(&self.aims.service, minute - KEPT).await?;
            led.planner = replayed(&self.aims, learned, &history, minute, calendar);
            led.worth = learned;
        }
        let end = start_of(minute + 1);
        led.planner.minute(end, load.map(|load| load.offered / led.worth), &around(calendar, end));
        let plan = led.planner.plan(serving, self.aims.price, &around(calendar, end), &self.aims.zone);
        let plan = plan.ok_or(OpsError::Interrupted)?;
        let announced = Announced {
            plan,
            offered: load.map(|load| load.offered),
            shed: load.map_or(0.0, |load| load.shed),
            serving,
            capacity: self.capacity.words(&release, self.aims.role.unit()),
            troubles: self
                .minutes
                .troubles
                .iter()
                .map(|(what, times)| format!("{what}: {times} times"))
                .collect(),
        };
        if !self.aims.dry {
            self.announce(minute, load, &announced).await?;
        }
        Ok(announced)
    }

    /// The minute and the plan, and the floor if it has changed: all of it or nothing.
    async fn announce(
        &mut self,
        minute: i64,
        load: Option<Load>,
        announced: &Announced,
    ) -> Result<(), OpsError> {
        let now = self.clock.now();
        let Some(led) = &mut self.led else { return Ok(()) };
        let service = &self.aims.service;
        let whole = |number: f64| number.round() as i64;
        let row = FleetMinute { minute, load: load.map(|load| (whole(load.offered), whole(load.shed))) };
        let mut tx = self.store.begin().await?;
        tx.add_fleet_minute(service, row, minute - KEPT).await?;
        self.right.tell(&mut tx, led.fence, announced, (led.told, now)).await?;
        tx.commit().await?;
        led.told = Some(announced.plan.at(now));
        Ok(())
    }
}

/// A planner that has lived through `history` up to the minute before `until`; minutes that are not there were not measured.
fn replayed(aims: &Aims, worth: f64, history: &[FleetMinute], until: i64, calendar: &[Event]) -> Planner {
    let mut planner = Planner::new(aims.role, aims.lead);
    let Some(first) = history.first() else { return planner };
    let mut rows = history.iter().peekable();
    for minute in first.minute..until {
        let row = rows.next_if(|row| row.minute == minute);
        let load = row.and_then(|row| row.load).map(|(offered, _)| offered as f64 / worth);
        let end = start_of(minute + 1);
        planner.minute(end, load, &around(calendar, end));
    }
    planner
}

/// The entries that a planner looks at: those that still decide or touch the load, and a day ahead.
fn around(calendar: &[Event], now: Timestamp) -> Vec<Event> {
    let age = |event: &Event| event.age(now);
    let oldest = calendar.partition_point(|event| age(event) >= DECIDES.max(LASTS));
    let latest = calendar.partition_point(|event| age(event) >= -fleet::plan::AHEAD);
    calendar.get(oldest..latest).unwrap_or_default().to_vec()
}

fn minute_of(at: Timestamp) -> i64 {
    at.seconds().div_euclid(60)
}

fn start_of(minute: i64) -> Timestamp {
    Timestamp::from_seconds(minute * 60)
}

#[cfg(test)]
mod tests {
    use super::*;
    use fleet::forecast::event::Kin;

    #[test]
    fn what_is_around_is_what_a_slow_look_finds() {
        let minute = |n: i64| Timestamp::from_seconds(1_800_000_000 + 60 * n);
        let event = |n: i64| Event {
            kin: Kin { brand: String::new(), kind: "premiere".into() },
            name: n.to_string(),
            at: minute(n),
        };
        let calendar: Vec<Event> = (-4000..4000).step_by(7).map(event).collect();
        for now in [-5000, -1441, -3, 0, 179, 180, 181, 1440, 3999, 9000] {
            let near = |event: &&Event| (-fleet::plan::AHEAD..LASTS).contains(&event.age(minute(now)));
            let slowly: Vec<Event> = calendar.iter().filter(near).cloned().collect();
            assert_eq!(around(&calendar, minute(now)), slowly, "{now}");
        }
    }
}
