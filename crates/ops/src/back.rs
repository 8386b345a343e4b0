//! `undo`: where it leads, looked at before it is done. However many ask for it, one goes back once.

use std::fmt;

use domain::Timestamp;
use fleet::rollout::{Order, Plan, PlanError, Refused, Rollout, Stage};
use store::{AuditWanted, RolloutRow, RolloutState};

use crate::{Desk, OpsError};

/// Others who may begin or end a rollout in between before one gives up.
const MOST_TRIES: u32 = 3;
/// Rollouts, of other services too, that begin in the same microsecond.
const MOST_BEGUN: u32 = 20;

/// Where `undo` leads.
#[derive(Debug, Clone, PartialEq)]
pub enum WayBack {
    /// What is under way is undone: a switch of traffic.
    Undoes(Plan),
    /// All has ended: this rollout goes back, without a judge.
    Begins(Plan),
    /// Somebody was quicker: nothing is changed.
    UnderWay(GoesBack),
}

/// A way back that is under way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GoesBack {
    /// Which rollout goes back, or is undone.
    pub generation: u64,
    /// Which instances.
    pub service: String,
    /// To what.
    pub to: String,
    /// Who began it, and why, in the audit log's words; empty where that is not known.
    pub who: String,
    /// Who holds it, and why.
    pub held: Option<String>,
}

impl fmt::Display for GoesBack {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { generation, service, to, who, held } = self;
        write!(f, "{service} goes back to {to} already, by rollout {generation}")?;
        if !who.is_empty() {
            write!(f, " ({who})")?;
        }
        match held {
            Some(held) => write!(f, "; it is held ({held}) until `primetime release go`"),
            None => f.write_str("; nothing more is needed"),
        }
    }
}

impl Desk {
    /// Where `undo` leads now. Nothing happens yet.
    ///
    /// # Errors
    /// [`OpsError::NoWayBack`] and [`OpsError::WentBack`] say what to type instead.
    pub async fn way_back(&self) -> Result<WayBack, OpsError> {
        Ok(self.look_back().await?.0)
    }

    /// Goes back: undoes what is under way; after the end, begins a rollout to the release before, without a judge. While one goes back
    /// already it changes nothing, and writes nothing down.
    pub async fn undo(&self, why: &str) -> Result<WayBack, OpsError> {
        let mut tries = 0;
        loop {
            tries += 1;
            match self.go_back(why).await {
                // It ended just now, or somebody else undid it just now: look again.
                Err(OpsError::Refused(Refused::Ended(_) | Refused::Undoing(_)) | OpsError::None(_))
                    if tries < MOST_TRIES => {}
                Err(error @ OpsError::UnderWay { .. }) => match self.way_back().await? {
                    way @ WayBack::UnderWay(_) => return Ok(way),
                    // What somebody else has begun meanwhile is not what was to be undone.
                    _ => return Err(error),
                },
                done => return done,
            }
        }
    }

    async fn go_back(&self, why: &str) -> Result<WayBack, OpsError> {
        let (way, row) = self.look_back().await?;
        match (&way, row) {
            (WayBack::Undoes(_), Some(row)) => {
                let order = Order::Undo { why: format!("{}: {why}", self.who) };
                self.order_to(&row, order).await?;
            }
            (WayBack::Begins(plan), _) => drop(self.begin(plan.clone(), None, why).await?),
            _ => {}
        }
        Ok(way)
    }

    /// The way back, and the rollout under way.
    async fn look_back(&self) -> Result<(WayBack, Option<RolloutRow>), OpsError> {
        let newest = self.newest().await?.filter(|row| row.state == RolloutState::Running);
        let Some(row) = newest else { return Ok((WayBack::Begins(self.back_from_the_end().await?), None)) };
        let rollout: Rollout = serde_json::from_str(&row.body)?;
        let Rollout { plan, stage, why, held, .. } = rollout;
        let undoing = matches!(stage, Stage::Undo | Stage::Clean);
        let why = why.unwrap_or_default();
        let goes_back = |to: &str, who: String| {
            let (generation, service) = (plan.generation, plan.service.clone());
            WayBack::UnderWay(GoesBack { generation, service, to: to.to_owned(), who, held })
        };
        let way = match (plan.goes_back(), undoing) {
            (true, true) => {
                return Err(OpsError::BackFails { generation: plan.generation, to: plan.to, why });
            }
            (true, false) => goes_back(&plan.to, self.who_began(&row).await?),
            (false, true) => goes_back(&plan.from, why),
            (false, false) => WayBack::Undoes(plan),
        };
        Ok((way, Some(row)))
    }

    /// By the last rollout that was completed: those that were undone have changed nothing.
    async fn back_from_the_end(&self) -> Result<Plan, OpsError> {
        let none = |why: String| OpsError::NoWayBack { why };
        let service = &self.service;
        let Some(row) = self.store.last_rollout(service, RolloutState::Done).await? else {
            return Err(none(format!("no rollout of {service} was completed")));
        };
        let last: Rollout = serde_json::from_str(&row.body)?;
        let goes_back = last.plan.goes_back();
        let Plan { generation, from, to, limits, rules, .. } = last.plan;
        if goes_back {
            return Err(OpsError::WentBack { service: service.clone(), generation, from, to });
        }
        let other = |runs: &str| {
            none(format!(
                "{service} runs {runs}, and the last rollout that was completed, {generation}, led to {to}"
            ))
        };
        let seen = self.seen().await?;
        let wanted = self.wanted(&from, limits, rules).await?;
        match Plan::back(&wanted, &seen) {
            Ok(plan) if plan.from == to => Ok(plan),
            Ok(plan) => Err(other(&plan.from)),
            Err(PlanError::Same { release, .. }) => Err(other(&release)),
            Err(error) => Err(error.into()),
        }
    }

    /// Who began a rollout, as the audit log has it.
    async fn who_began(&self, row: &RolloutRow) -> Result<String, OpsError> {
        let (what, began) = (Some("rollout.begin".to_owned()), row.created_at);
        let wanted = AuditWanted {
            what,
            since: Some(began),
            until: Some(Timestamp(began.0 + 1)),
            ..AuditWanted::default()
        };
        let line = format!("{} {} ", row.service, row.generation);
        let lines = self.store.audit_last(&wanted, MOST_BEGUN).await?;
        let begun = lines.into_iter().find(|deed| deed.body.starts_with(&line));
        Ok(begun.map_or_else(String::new, |deed| format!("begun by {}", deed.who)))
    }
}
