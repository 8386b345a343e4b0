//! Plans encoders for one service: reads the queue every minute, and writes down the floor that its premieres need.

use std::sync::Arc;

use domain::{Clock, Timestamp};
use fleet::plan::{
    Zone,
    work::{self, Bounds},
};
use store::Store;

use super::{Announced, Looked, Openings, Right, known, minute_of, queue::Queue};
use crate::OpsError;

/// What is planned for, and how.
#[derive(Debug, Clone)]
pub struct EncoderAims {
    /// Which instances.
    pub service: String,
    /// Seconds that a job takes for a second of film, until finished ones say it.
    pub declared: f64,
    /// Jobs that one instance does at a time, at least 1.
    pub slots: u32,
    /// Minutes from a launch until the first job is taken.
    pub lead: u32,
    /// Never more instances.
    pub most: u32,
    /// In which clock it speaks.
    pub zone: Zone,
    /// Plans, and writes nothing down.
    pub dry: bool,
}

/// The one who plans.
pub struct Encoders {
    store: Store,
    clock: Arc<dyn Clock>,
    right: Right,
    aims: EncoderAims,
    /// None while another one plans.
    led: Option<Led>,
}

struct Led {
    fence: i64,
    /// The minute that was planned for.
    minute: Option<i64>,
    /// What the last plan asked for, this one's or another's.
    floor: u32,
    /// The floor that stands in the audit log.
    told: Option<u32>,
}

impl Encoders {
    /// One who has not looked yet. `owner` is unique among all that may plan for the service.
    pub fn new(store: Store, clock: Arc<dyn Clock>, owner: impl Into<String>, aims: EncoderAims) -> Self {
        let right = Right::new(store.clone(), aims.service.clone(), owner.into(), aims.dry);
        Self { store, clock, right, aims, led: None }
    }

    /// One look: plans once in every minute, with the catalogue's `openings` as they stand.
    ///
    /// # Errors
    /// Nothing was planned; the last plan stands.
    pub async fn look(&mut self, openings: &Openings) -> Result<Looked, OpsError> {
        let now = self.clock.now();
        let Some(fence) = self.right.take(now).await? else {
            self.led = None;
            return Ok(Looked::StandsBy);
        };
        if self.led.as_ref().is_none_or(|led| led.fence != fence) {
            // Also of a plan that has expired: whoever followed it lets go slowly.
            let last = known(&self.store, &self.aims.service).await?;
            let floor = last.map_or(0, |known| known.announced.plan.at(known.made));
            self.led = Some(Led { fence, minute: None, floor, told: None });
        }
        let Some(led) = &mut self.led else { return Ok(Looked::StandsBy) };
        if led.minute == Some(minute_of(now)) {
            return Ok(Looked::Waits);
        }
        let EncoderAims { declared, slots, .. } = self.aims;
        let queue = Queue::read(&self.store, (declared, slots.max(1)), openings, now).await?;
        let announced = announced(&queue, &self.aims, led.floor, now);
        let floor = announced.plan.at(now);
        if !self.aims.dry {
            let mut tx = self.store.begin().await?;
            for (job, place) in &queue.places {
                tx.press_job(job, *place).await?;
            }
            self.right.tell(&mut tx, fence, &announced, (led.told, now)).await?;
            tx.commit().await?;
            led.told = Some(floor);
        }
        (led.minute, led.floor) = (Some(minute_of(now)), floor);
        Ok(Looked::Planned(Box::new(announced)))
    }

    /// Its right to plan.
    pub fn right(&mut self) -> &mut Right {
        &mut self.right
    }
}

fn announced(queue: &Queue, aims: &EncoderAims, before: u32, now: Timestamp) -> Announced {
    // Instances that nobody planned, as those of one process with all roles, are not the plan's to keep.
    let busy = queue.workers.busy.min(before);
    let bounds = Bounds { lead: aims.lead, most: aims.most, busy };
    let mut troubles = Vec::new();
    if queue.unknown > 0 {
        troubles
            .push(format!("{} jobs are about films of unknown length, taken for 90 min each", queue.unknown));
    }
    if queue.workers.failing > 0 {
        let failing = queue.workers.failing;
        troubles.push(format!("{failing} jobs have failed for a day, and are planned for no more"));
    }
    Announced {
        plan: work::plan(now, &bounds, &aims.zone, &queue.dues),
        offered: Some(queue.minutes()),
        shed: 0.0,
        serving: queue.workers.busy,
        capacity: format!(
            "{} jobs, {} of them running. {}",
            queue.jobs,
            queue.workers.running,
            queue.paces.words()
        ),
        troubles,
    }
}
