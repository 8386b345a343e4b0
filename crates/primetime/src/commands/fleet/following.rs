//! Brings a group of an engine to the newest plan, and writes down what was changed.

use std::time::Duration;

use domain::Timestamp;
use drivers::{
    EngineError,
    group::{Aim, Followed, Follower, Group},
};
use ops::{
    audit::{self, Deed, Part, Who},
    fleet::known,
};
use store::Store;

/// Between two looks at an engine whose floor need not change: its own limits are few calls a second for all of an account.
const EVERY: Duration = Duration::from_secs(15);
/// As whom it writes into the audit log.
const WHO: Who<'_> = Who::Part(Part::Fleet);

/// One group that follows one service's plan.
pub struct Following<G> {
    store: Store,
    service: String,
    follower: Follower<G>,
    /// When it was last looked at with an answer that stands, and for which floor.
    looked: Option<(Timestamp, Option<u32>)>,
    /// What of the plan was over the group's most.
    over: Option<u32>,
}

impl<G: Group> Following<G> {
    pub fn new(store: Store, service: String, group: G, aim: Aim) -> Self {
        Self { store, service, follower: Follower::new(group, aim), looked: None, over: None }
    }

    /// One look, under the lease `fence`: the engine is asked when the plan's floor has changed, when it is not known what came of the last
    /// time, and now and then. Trouble is told, and is no reason to stop: the group keeps what it has, and the next look goes on.
    pub async fn look(&mut self, fence: i64, now: Timestamp) {
        let planned = match known(&self.store, &self.service).await {
            Ok(known) => known.and_then(|known| known.floor(now)),
            // The database is away, and with it the lease.
            Err(error) => return tracing::warn!(%error, "the plan is not known; the group keeps what it has"),
        };
        if self.looked.is_some_and(|(at, floor)| floor == planned && now.since(at) < EVERY) {
            return;
        }
        self.looked = None;
        let name = self.follower.group().name().to_owned();
        match self.follower.follow(planned, fence, now).await {
            Ok(followed) => {
                self.looked = Some((now, planned));
                self.tell(&name, followed, now).await;
            }
            Err(EngineError::Busy(wait)) => tracing::info!(group = name, ?wait, "the engine is busy"),
            Err(error) => {
                // Asking a moment later helps where nobody knows what happened. Who refuses does so for a while.
                if !matches!(error, EngineError::Uncertain(_)) {
                    self.looked = Some((now, planned));
                }
                tracing::warn!(group = name, %error, "the group does not follow the plan");
            }
        }
    }

    async fn tell(&mut self, group: &str, followed: Followed, now: Timestamp) {
        let Followed { changed_from, floor, over, serving } = followed;
        if serving < floor {
            tracing::info!(group, floor, serving, "not all of the floor serves yet");
        }
        let most = over
            .map_or(String::new(), |over| format!(" of the {over} that the plan wants: it may have no more"));
        if over.is_some() && over != self.over {
            tracing::error!(group, "floor {floor}{most}: raise the group's most");
        }
        let body = match changed_from {
            Some(before) => format!("{group}: floor {before} to {floor}{most}"),
            None if over.is_some() && over != self.over => format!("{group}: floor {floor}{most}"),
            None => String::new(),
        };
        self.over = over;
        if body.is_empty() {
            return;
        }
        let deed = Deed { who: WHO, what: "fleet.hold", body: &body };
        if let Err(error) = audit::write(&self.store, &deed, now).await {
            tracing::error!(%error, body, "done, and not in the audit log");
        }
    }

    /// What would be done for this floor, in words.
    pub async fn would(&self, planned: Option<u32>) -> String {
        let name = self.follower.group().name();
        match self.follower.would(planned).await {
            Ok((size, step)) => {
                let has = format!(
                    "{name}: floor {}, most {}, wants {}, {} serve",
                    size.floor, size.most, size.wanted, size.serving
                );
                match step {
                    None => format!("{has}; nothing to do.\n"),
                    Some(floor) => format!("{has}; the floor would be {floor}.\n"),
                }
            }
            Err(error) => format!("{name}: {error}\n"),
        }
    }
}
