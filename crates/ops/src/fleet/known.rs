//! What the hosts and people get to know of a plan.

use std::time::Duration;

use domain::Timestamp;
use store::Store;

use super::Announced;
use crate::OpsError;

/// The newest plan.
#[derive(Debug, Clone, PartialEq)]
pub struct Known {
    /// What was announced.
    pub announced: Announced,
    /// When.
    pub made: Timestamp,
    /// By whom.
    pub owner: String,
}

impl Known {
    /// The floor that holds now; `None` when the plan has expired, or was made by a clock that is ahead of ours.
    pub fn floor(&self, now: Timestamp) -> Option<u32> {
        const AHEAD: Duration = Duration::from_secs(60);
        let floor = self.announced.plan.at(now);
        (floor > 0 && self.made <= now.plus(AHEAD)).then_some(floor)
    }
}

/// Reads it.
///
/// # Errors
/// The database did not answer, or holds a plan of another version's shape.
pub async fn known(store: &Store, service: &str) -> Result<Option<Known>, OpsError> {
    let Some(row) = store.fleet_plan(service).await? else { return Ok(None) };
    let announced = serde_json::from_str(&row.plan)?;
    Ok(Some(Known { announced, made: row.made_at, owner: row.owner }))
}
