//! Brings a group to the plan's floor, look by look, whatever its engine does in between.

use std::time::Duration;

use domain::Timestamp;

use super::{Group, Size};
use crate::EngineError;

/// What holds whatever the plan says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Aim {
    /// Members of the group, never fewer.
    pub least: u32,
    /// Instances that one member runs.
    pub each: u32,
}

/// What one look came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Followed {
    /// The floor before, where it was changed.
    pub changed_from: Option<u32>,
    /// The floor now, in members.
    pub floor: u32,
    /// What the plan asks for, in members, where that is more than the group may have.
    pub over: Option<u32>,
    /// How many of the floor are in service.
    pub serving: u32,
}

/// The floor to set when the plan's is `planned` instances; `None`: all is as it should be. Without a plan nothing is let go.
pub fn step(size: Size, planned: Option<u32>, aim: Aim) -> Option<u32> {
    let floor = members(planned?, aim).min(size.most);
    // An engine that did half of what it was asked has the floor, and does not yet want as many.
    (size.floor != floor || size.wanted < floor).then_some(floor)
}

fn members(planned: u32, aim: Aim) -> u32 {
    planned.div_ceil(aim.each.max(1)).max(aim.least)
}

/// The one who follows, for one group.
#[derive(Debug)]
pub struct Follower<G> {
    group: G,
    aim: Aim,
    /// A busy engine asked to be left alone until then.
    not_before: Timestamp,
}

impl<G: Group> Follower<G> {
    /// One who has done nothing yet.
    pub fn new(group: G, aim: Aim) -> Self {
        Self { group, aim, not_before: Timestamp(i64::MIN) }
    }

    /// The group.
    pub fn group(&self) -> &G {
        &self.group
    }

    /// Looks, and says what would be done.
    pub async fn would(&self, planned: Option<u32>) -> Result<(Size, Option<u32>), EngineError> {
        let size = self.group.size().await?;
        Ok((size, step(size, planned, self.aim)))
    }

    /// Looks, and brings the group to `planned` instances under `fence`. To be called again and again; one call asks for one change.
    ///
    /// # Errors
    /// The engine's, and [`EngineError::Uncertain`] when it said yes and did not. The next call starts from what is.
    pub async fn follow(
        &mut self,
        planned: Option<u32>,
        fence: i64,
        now: Timestamp,
    ) -> Result<Followed, EngineError> {
        if now < self.not_before {
            return Err(EngineError::Busy(self.not_before.since(now)));
        }
        let done = self.look(planned, fence).await;
        if let Err(EngineError::Busy(wait)) = done {
            self.not_before = now.plus(wait.min(LONGEST_WAIT));
        }
        done
    }

    async fn look(&self, planned: Option<u32>, fence: i64) -> Result<Followed, EngineError> {
        let before = self.group.size().await?;
        let wanted = planned.map(|planned| members(planned, self.aim));
        let over = wanted.filter(|wanted| *wanted > before.most);
        let Some(floor) = step(before, planned, self.aim) else {
            let Size { floor, serving, .. } = before;
            return Ok(Followed { changed_from: None, floor, over, serving });
        };
        self.group.hold(floor, fence).await?;
        let after = self.group.size().await?;
        if after.floor != floor {
            let name = self.group.name();
            return Err(EngineError::Uncertain(format!(
                "{name} said yes to a floor of {floor}, and has {}",
                after.floor
            )));
        }
        // The other half of what was done before is no change of the floor.
        let changed_from = (before.floor != floor).then_some(before.floor);
        Ok(Followed { changed_from, floor, over, serving: after.serving })
    }
}

/// An engine that asks to be left alone for longer is asked again all the same.
const LONGEST_WAIT: Duration = Duration::from_secs(60);
