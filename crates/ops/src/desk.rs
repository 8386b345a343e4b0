//! What people ask for: from a command line or a chat, by whoever has made sure who they are.

use std::{sync::Arc, time::Duration};

use domain::{Clock, Timestamp};
use fleet::{
    judge::Rules,
    rollout::{Limits, Observation, Order, Plan, Refused, Rollout, Stage, Wanted},
};
use objects::Hash;
use store::{NewRollout, RolloutRow, RolloutState, Store, Tx, WantedInstances};

use crate::{
    OpsError,
    audit::{self, Deed, Who},
    fleet::known,
    talk::Approved,
};

/// What was seen of a fleet longer ago than this is no ground for a plan.
const FRESH: Duration = Duration::from_secs(60);

/// Plans, begins, holds and undoes rollouts of one service, and writes down who did.
pub struct Desk {
    /// The database.
    pub store: Store,
    /// What time it is.
    pub clock: Arc<dyn Clock>,
    /// Which instances.
    pub service: String,
    /// Who asks.
    pub who: String,
    /// The yes to what is asked, where it takes one: written down together with the deed.
    pub approved: Option<Approved>,
}

/// A rollout as people see it.
#[derive(Debug, Clone)]
pub struct Status {
    /// Where it stands.
    pub state: RolloutState,
    /// What is known of it.
    pub rollout: Rollout,
    /// When it began.
    pub began: Timestamp,
    /// When it last changed.
    pub changed: Timestamp,
}

/// What a plan is agreed to by: the first 16 digits of the hash of its JSON.
fn hash(plan: &Plan) -> String {
    Hash::of(serde_json::to_string(plan).expect("a plan is JSON").as_bytes()).short()
}

impl Desk {
    /// The plan of a rollout to `release`, and its hash. Nothing happens yet.
    pub async fn plan(
        &self,
        release: &str,
        limits: Limits,
        rules: Rules,
    ) -> Result<(Plan, String), OpsError> {
        let wanted = self.wanted(release, limits, rules).await?;
        let plan = Plan::forward(&wanted, &self.seen().await?)?;
        let hash = hash(&plan);
        Ok((plan, hash))
    }

    /// Looks whether the fleet wants more instances within the time that a rollout may take: it exchanges what runs, and adds nothing.
    ///
    /// # Errors
    /// [`OpsError::Rush`]: a rollout now would stand in the way.
    pub async fn has_time(&self, plan: &Plan) -> Result<(), OpsError> {
        let Some(known) = known(&self.store, &self.service).await? else { return Ok(()) };
        let now = self.clock.now();
        let takes = plan.rules.longest_s.saturating_add(plan.limits.bake_s);
        let until = now.plus(Duration::from_secs(takes));
        let rush = known.announced.plan.greatest(now, until).filter(|floor| {
            usize::try_from(floor.instances).is_ok_and(|instances| instances > plan.old.len())
        });
        rush.map_or(Ok(()), |floor| {
            Err(OpsError::Rush {
                floor: floor.instances,
                serving: plan.old.len(),
                minutes: takes / 60,
                why: floor.reasons.join(" "),
            })
        })
    }

    /// Begins what was planned. Whoever agreed to a plan gives its hash; `why` may be empty.
    ///
    /// # Errors
    /// [`OpsError::OtherPlan`] when the fleet or the number of the rollout has changed since the plan was looked at;
    /// [`OpsError::UnderWay`] when somebody else was quicker.
    pub async fn begin(&self, plan: Plan, agreed: Option<&str>, why: &str) -> Result<Rollout, OpsError> {
        let is = hash(&plan);
        if let Some(meant) = agreed
            && meant != is
        {
            return Err(OpsError::OtherPlan { meant: meant.to_owned(), is });
        }
        let now = self.clock.now();
        let mut words =
            format!("{} {} from {} to {}, plan {is}", plan.service, plan.generation, plan.from, plan.to);
        if !why.is_empty() {
            words += &format!(": {why}");
        }
        let rollout = Rollout::begin(plan, now);
        let new = NewRollout {
            service: self.service.clone(),
            generation: i64::try_from(rollout.plan.generation).unwrap_or(i64::MAX),
            body: serde_json::to_string(&rollout)?,
        };
        let begin = async || {
            let mut tx = self.store.begin().await?;
            tx.begin_rollout(&new, now).await?;
            self.deed(&mut tx, "rollout.begin", &words, now).await?;
            Ok(tx.commit().await?)
        };
        let mut tries = audit::Tries::default();
        loop {
            match begin().await {
                Ok(()) => return Ok(rollout),
                // A rollout, or another line in the log.
                Err(OpsError::Store(error)) if tries.again(&error) => drop(self.none_under_way().await?),
                Err(error) => return Err(error),
            }
        }
    }

    /// Gives an order to the rollout under way.
    pub async fn order(&self, order: Order) -> Result<Rollout, OpsError> {
        let under_way = self.newest().await?.filter(|row| row.state == RolloutState::Running);
        let row = under_way.ok_or_else(|| OpsError::None(self.service.clone()))?;
        self.order_to(&row, order).await
    }

    /// Says how many instances of the service shall run from now on; whoever supervises them looks.
    ///
    /// # Errors
    /// As [`Desk::can_run`].
    pub async fn scale(&self, instances: u32, why: &str) -> Result<(), OpsError> {
        if why.trim().is_empty() {
            return Err(OpsError::NoReason);
        }
        if instances == 0 {
            return Err(OpsError::NoInstances(self.service.clone()));
        }
        self.can_run(instances).await?;
        let now = self.clock.now();
        let (service, who, why) = (self.service.clone(), self.who.clone(), why.to_owned());
        let body = format!("{service} to {instances} instances: {why}");
        let wanted = WantedInstances { service, instances, who, why };
        let scale = async || {
            let mut tx = self.store.begin().await?;
            tx.want_instances(&wanted, now).await?;
            self.deed(&mut tx, "service.scale", &body, now).await?;
            Ok(tx.commit().await?)
        };
        let mut tries = audit::Tries::default();
        loop {
            match scale().await {
                Err(OpsError::Store(error)) if tries.again(&error) => {}
                done => return done,
            }
        }
    }

    /// Looks whether the hosts that were last seen could run so many: a slip of the finger would be stored, and stay.
    ///
    /// # Errors
    /// [`OpsError::NoHosts`] when no host ever told of the service; [`OpsError::TooMany`] when it is more than they run at most.
    pub async fn can_run(&self, instances: u32) -> Result<(), OpsError> {
        let service = self.service.clone();
        let Some((text, _)) = self.store.fleet_seen(&service).await? else {
            let others = self.store.services_seen().await?;
            let others = if others.is_empty() { "nothing yet".to_owned() } else { others.join(", ") };
            return Err(OpsError::NoHosts { service, others });
        };
        let seen: Observation = serde_json::from_str(&text)?;
        // While none answers it is not known; each of them stops at its bound by itself.
        let most = seen.most.filter(|_| !seen.hosts.is_empty());
        match most {
            Some(most) if usize::try_from(instances).is_ok_and(|instances| instances > most) => {
                Err(OpsError::TooMany { service, hosts: seen.hosts.len(), most })
            }
            _ => Ok(()),
        }
    }

    /// The last rollouts, newest first.
    pub async fn status(&self, most: u32) -> Result<Vec<Status>, OpsError> {
        let rows = self.store.rollouts(&self.service, most).await?;
        let status = |row: RolloutRow| {
            let rollout = serde_json::from_str(&row.body)?;
            Ok(Status { state: row.state, rollout, began: row.created_at, changed: row.updated_at })
        };
        rows.into_iter().map(status).collect()
    }

    /// What was last seen of the service.
    pub async fn seen(&self) -> Result<Observation, OpsError> {
        let unseen = |seen: String| OpsError::Unseen { service: self.service.clone(), seen };
        let seen = self.store.fleet_seen(&self.service).await?;
        let (text, at) = seen.ok_or_else(|| unseen("never seen".into()))?;
        let age = self.clock.now().since(at);
        if age > FRESH {
            return Err(unseen(format!("last seen {} s ago", age.as_secs())));
        }
        Ok(serde_json::from_str(&text)?)
    }

    /// The order changes what is stored only if that is still what was read: the controller may have gone on meanwhile.
    pub(crate) async fn order_to(&self, row: &RolloutRow, order: Order) -> Result<Rollout, OpsError> {
        let mut row = row.clone();
        let mut tries = audit::Tries::default();
        loop {
            let now = self.clock.now();
            let mut rollout: Rollout = serde_json::from_str(&row.body)?;
            let generation = u64::try_from(row.generation).unwrap_or(0);
            if matches!(order, Order::Undo { .. }) && matches!(rollout.stage, Stage::Undo | Stage::Clean) {
                return Err(Refused::Undoing(generation).into());
            }
            rollout.order(generation, order.clone(), now)?;
            let (what, why) = match &order {
                Order::Hold { why } => ("rollout.hold", why.as_str()),
                Order::Go => ("rollout.go", ""),
                Order::Undo { why } => ("rollout.undo", why.as_str()),
            };
            let mut tx = self.store.begin().await?;
            let stored = async {
                tx.change_rollout(&row, &serde_json::to_string(&rollout)?, now).await?;
                self.deed(&mut tx, what, &format!("{} {generation}: {why}", self.service), now).await?;
                tx.commit().await?;
                Ok(())
            };
            match stored.await {
                Ok(()) => return Ok(rollout),
                Err(OpsError::Store(error)) if tries.again(&error) => {
                    let newest = self.newest().await?.filter(|newest| newest.generation == row.generation);
                    row = newest.ok_or_else(|| OpsError::None(self.service.clone()))?;
                }
                Err(error) => return Err(error),
            }
        }
    }

    pub(crate) async fn newest(&self) -> Result<Option<RolloutRow>, OpsError> {
        Ok(self.store.rollouts(&self.service, 1).await?.into_iter().next())
    }

    /// The last rollout, which has ended.
    async fn none_under_way(&self) -> Result<Option<RolloutRow>, OpsError> {
        let newest = self.newest().await?;
        if let Some(row) = newest.as_ref().filter(|row| row.state == RolloutState::Running) {
            let rollout: Rollout = serde_json::from_str(&row.body)?;
            return Err(OpsError::UnderWay {
                service: self.service.clone(),
                generation: rollout.plan.generation,
                end: if rollout.plan.goes_back() { "wait for its end" } else { "wait for it, or undo it" },
                release: rollout.plan.to,
            });
        }
        Ok(newest)
    }

    pub(crate) async fn wanted(
        &self,
        release: &str,
        limits: Limits,
        rules: Rules,
    ) -> Result<Wanted, OpsError> {
        let newest = self.none_under_way().await?;
        let generation = newest.map_or(1, |row| row.generation + 1);
        Ok(Wanted {
            service: self.service.clone(),
            release: release.to_owned(),
            generation: u64::try_from(generation).unwrap_or(1),
            limits,
            rules,
        })
    }

    async fn deed(&self, tx: &mut Tx, what: &str, body: &str, now: Timestamp) -> Result<(), OpsError> {
        if let Some(approved) = &self.approved {
            approved.write(tx, now).await?;
        }
        // Chat has made sure who they are.
        let who = if self.approved.is_some() { Who::InChat(&self.who) } else { Who::Person(&self.who) };
        audit::append(tx, &Deed { who, what, body }, now).await
    }
}
