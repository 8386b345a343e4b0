//! The right to plan for a service: of several that could, one has it, by a lease with a fence.

use std::time::Duration;

use domain::Timestamp;
use store::{Store, Tx};

use super::Announced;
use crate::{
    OpsError,
    audit::{self, Deed, Part, Who},
};

/// How long one who plans may be silent before another takes over.
const LEASE: Duration = Duration::from_secs(15);
/// As whom it writes into the audit log.
const WHO: Who<'_> = Who::Part(Part::Fleet);

/// One planner's right, had or not.
pub struct Right {
    store: Store,
    service: String,
    owner: String,
    /// Plans, and writes nothing down: then nobody need let it.
    dry: bool,
    stands_back: bool,
    fence: Option<i64>,
}

impl Right {
    pub(super) fn new(store: Store, service: String, owner: String, dry: bool) -> Self {
        Self { store, service, owner, dry, stands_back: false, fence: None }
    }

    /// Takes it, or keeps it; its fence, which is 0 where nothing is written down. `None`: this one leaves planning to others.
    pub(super) async fn take(&mut self, now: Timestamp) -> Result<Option<i64>, OpsError> {
        if self.dry {
            return Ok(Some(0));
        }
        self.fence = match self.stands_back {
            true => None,
            false => self.store.lease_fleet(&self.service, &self.owner, LEASE, now).await?,
        };
        Ok(self.fence)
    }

    /// The lease under which this one plans; `None` while another does, or while nothing is written down.
    pub fn fence(&self) -> Option<i64> {
        self.fence
    }

    /// Leaves planning to others, or no longer: whose clock is wrong plans for another minute.
    pub async fn stand_back(&mut self, back: bool) -> Result<(), OpsError> {
        self.stands_back = back;
        if back && self.fence.take().is_some() { self.leave().await } else { Ok(()) }
    }

    /// Gives it back, if it may be this one's.
    pub async fn leave(&self) -> Result<(), OpsError> {
        if self.dry { Ok(()) } else { Ok(self.store.release_fleet(&self.service, &self.owner).await?) }
    }

    /// Makes it the plan, under the lease `fence`, and audits its floor if that is not the one that was told last.
    pub(super) async fn tell(
        &self,
        tx: &mut Tx,
        fence: i64,
        announced: &Announced,
        (told, now): (Option<u32>, Timestamp),
    ) -> Result<(), OpsError> {
        let service = &self.service;
        let floor = announced.plan.at(now);
        tx.put_fleet_plan(service, (&self.owner, fence), &serde_json::to_string(announced)?, now).await?;
        if told != Some(floor) {
            let why = announced.plan.floors.iter().filter(|held| held.from <= now && held.instances == floor);
            let why: Vec<&str> = why.flat_map(|held| held.reasons.iter().map(String::as_str)).collect();
            let body = format!("{service}: floor {floor}. {}", why.join(" "));
            audit::append(tx, &Deed { who: WHO, what: "fleet.floor", body: &body }, now).await?;
        }
        Ok(())
    }
}
