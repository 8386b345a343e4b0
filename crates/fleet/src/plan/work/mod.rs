//! Encoders are not there for a load but for deadlines: a premiere's ladder must be ready when it opens.

mod pace;

use std::time::Duration;

use domain::Timestamp;

pub use pace::{Pace, Paces, THROUGH, Took};

use super::{EXPIRES, Floor, Plan, Role, Zone};

/// Jobs of one deadline.
#[derive(Debug, Clone, PartialEq)]
pub struct Due {
    /// Minutes of one instance that they take. What is no number, or not above zero, is no work.
    pub minutes: f64,
    /// How many instances could share them: a job is done by one.
    pub instances: u32,
    /// When they must be finished; `None`: whenever.
    pub by: Option<Timestamp>,
    /// Whose, for the reason.
    pub name: String,
}

/// A job without a deadline is finished within so many minutes.
pub const WHENEVER: f64 = 240.0;
/// More instances than anybody has.
const MOST: f64 = 10_000.0;

/// Minutes that there are for something due then. What is late already has as long as it has been late, at least a minute: who missed a
/// premiere by a little hurries, and what opened a year ago is no emergency.
pub fn left(now: Timestamp, by: Option<Timestamp>) -> f64 {
    let Some(by) = by else { return WHENEVER };
    match by.micros().saturating_sub(now.micros()) as f64 / 60e6 {
        ahead if ahead >= 0.0 => ahead,
        late => (-late).clamp(1.0, WHENEVER),
    }
}

/// The fewest instances that finish everything in time when those launched now start in `lead` minutes and do first what is due first;
/// and what decides.
pub fn need(now: Timestamp, lead: u32, zone: &Zone, queue: &[Due]) -> (u32, String) {
    let work = |due: &&Due| due.minutes.is_finite() && due.minutes > 0.0;
    let mut order: Vec<&Due> = queue.iter().filter(work).collect();
    order.sort_by(|a, b| left(now, a.by).total_cmp(&left(now, b.by)));
    let (mut sum, mut share, mut need) = (0.0, 0u32, 0);
    let mut why = "The queue is empty".to_owned();
    for due in order {
        sum += due.minutes;
        share = share.saturating_add(due.instances.max(1));
        // One that cannot be in time any more gets what a single minute would take.
        let time = (left(now, due.by) - f64::from(lead)).max(1.0);
        let count = ((sum / time).ceil().min(MOST) as u32).min(share);
        if count > need {
            need = count;
            why = words(now, zone, sum, due);
        }
    }
    (need, why)
}

fn words(now: Timestamp, zone: &Zone, sum: f64, due: &Due) -> String {
    let (Due { name, .. }, left) = (due, left(now, due.by));
    match due.by {
        None => format!("{sum:.0} min of work with {name}, within {left:.0} min"),
        Some(by) if by < now => {
            let late = now.since(by).as_secs() / 60;
            format!("{sum:.0} min of work with {name}, {late} min late")
        }
        Some(by) => {
            let (at, clock) = zone.clock(by);
            format!("{sum:.0} min of work before {name}, in {left:.0} min ({at} {clock})")
        }
    }
}

/// How encoders are planned for.
#[derive(Debug, Clone, PartialEq)]
pub struct Bounds {
    /// Minutes from a launch until the first job is taken.
    pub lead: u32,
    /// Never more instances, whatever is due.
    pub most: u32,
    /// Instances that are in the middle of a job, of those that an earlier plan asked for: to stop them would lose what they have done.
    pub busy: u32,
}

/// The floor for a queue, with its reasons. One instance at least: who may not have any cannot find out that something is to do.
pub fn plan(now: Timestamp, bounds: &Bounds, zone: &Zone, queue: &[Due]) -> Plan {
    let (need, why) = need(now, bounds.lead, zone, queue);
    let instances = need.max(bounds.busy).min(bounds.most).max(1);
    let mut reasons = vec![format!("{why}: floor {}.", need.max(1).min(bounds.most.max(1)))];
    if need > bounds.most {
        reasons.push(format!("It needs {need}, and may have no more than {}.", bounds.most));
    }
    if instances > need.max(1) {
        reasons.push(format!("{} are in the middle of a job: none of them is let go.", bounds.busy));
    }
    let until = now.plus(Duration::from_secs(u64::from(EXPIRES) * 60));
    Plan { role: Role::Work, made: now, floors: vec![Floor { from: now, until, instances, reasons }] }
}
