//! What a command would do, before it does.

use ::chat::{Command, approval::Needs};
use domain::TitleId;
use fleet::{
    judge::Rules,
    rollout::{Limits, Order, Rollout},
};
use store::RolloutState;

use super::{Approved, Talk, TalkError};
use crate::{Asked, Desk, OpsError, WayBack};

/// Why, where the command holds no reason.
const ASKED: &str = "asked for in chat";

/// What would happen now.
pub(super) struct Planned {
    /// For people.
    pub words: String,
    /// All of it: the same bytes, the same deeds.
    pub bytes: String,
}

impl Talk {
    /// Who must say yes. What stops something needs nobody else, also in production: waiting would make it worse.
    pub(super) fn needs(&self, command: &Command) -> Needs {
        match command {
            Command::Undo { .. } | Command::Hold { .. } => Needs::Confirmation,
            _ if self.production => Needs::SecondPerson,
            _ => Needs::Confirmation,
        }
    }

    pub(super) async fn plan(&self, command: &Command) -> Result<Planned, TalkError> {
        let desk = self.desk("", "", None);
        let words = match command {
            Command::Roll { release, .. } => {
                let (plan, hash) = desk.plan(release, Limits::default(), Rules::default()).await?;
                desk.has_time(&plan).await?;
                return Ok(Planned { words: plan.to_string(), bytes: hash });
            }
            Command::Undo { .. } => undo(&desk).await?,
            Command::Hold { reason } => {
                let plan = under_way(&desk).await?.plan;
                format!("rollout {} of {} stays where it is: {reason}", plan.generation, plan.service)
            }
            Command::Go => {
                let Rollout { plan, held, .. } = under_way(&desk).await?;
                let held = held.map_or("nobody holds it".to_owned(), |why| format!("it was held: {why}"));
                format!("rollout {} of {} goes on; {held}", plan.generation, plan.service)
            }
            Command::Scale { role, count, .. } => {
                self.desk("", role, None).can_run(*count).await?;
                let now = self.store().wanted_instances(role).await?;
                let now = now.map_or("nobody said how many".to_owned(), |now| format!("now {now}"));
                format!("{role} shall have {count} instances ({now})")
            }
            Command::Takedown { title, reason } => {
                self.may_go_down(title).await?;
                format!("{title} is hidden from everybody, within seconds: {reason}")
            }
            Command::Status
            | Command::Log
            | Command::Help
            | Command::Approve { .. }
            | Command::Cancel { .. } => String::new(),
        };
        Ok(Planned { bytes: words.clone(), words })
    }

    async fn may_go_down(&self, title: &TitleId) -> Result<(), TalkError> {
        if !self.store().knows_title(title).await? {
            return Err(OpsError::NoTitle(title.clone()).into());
        }
        match self.store().taken_down().await?.1.contains(title) {
            true => Err(OpsError::IsDown(title.clone()).into()),
            false => Ok(()),
        }
    }

    /// Does it, as planned in `bytes`, and writes down in the same transaction that it was approved; what came of it.
    pub(super) async fn perform(
        &self,
        command: &Command,
        bytes: &str,
        who: &str,
        approved: Approved,
    ) -> Result<String, TalkError> {
        let desk = |service: &str| self.desk(who, service, Some(approved.clone()));
        Ok(match command {
            Command::Roll { release, reason } => {
                let (plan, _) = desk("").plan(release, Limits::default(), Rules::default()).await?;
                let rollout =
                    desk("").begin(plan, Some(bytes), reason.as_deref().unwrap_or_default()).await?;
                format!("rollout {} to {} has begun", rollout.plan.generation, rollout.plan.to)
            }
            Command::Undo { reason } => match desk("").undo(because(reason)).await? {
                WayBack::Undoes(plan) => format!("rollout {} is undone", plan.generation),
                WayBack::Begins(plan) => {
                    format!("rollout {} back to {} has begun", plan.generation, plan.to)
                }
                WayBack::UnderWay(goes_back) => return Err(OpsError::GoesBack(goes_back).into()),
            },
            Command::Hold { reason } => {
                let held = desk("").order(Order::Hold { why: format!("{who}: {reason}") }).await?;
                format!("rollout {} stays where it is; `go` lets it go on", held.plan.generation)
            }
            Command::Go => format!("rollout {} goes on", desk("").order(Order::Go).await?.plan.generation),
            Command::Scale { role, count, reason } => {
                desk(role).scale(*count, because(reason)).await?;
                format!("{role} shall have {count} instances")
            }
            Command::Takedown { title, reason } => {
                self.takedowns
                    .take_down(Asked { who, title, why: reason, approved: Some(&approved) })
                    .await?;
                format!("{title} is taken down")
            }
            Command::Status
            | Command::Log
            | Command::Help
            | Command::Approve { .. }
            | Command::Cancel { .. } => String::new(),
        })
    }
}

fn because(reason: &Option<String>) -> &str {
    reason.as_deref().unwrap_or(ASKED)
}

async fn undo(desk: &Desk) -> Result<String, TalkError> {
    match desk.way_back().await? {
        WayBack::Undoes(plan) => {
            Ok(format!("rollout {} is undone, {} gets the traffic back", plan.generation, plan.from))
        }
        WayBack::Begins(plan) => Ok(format!(
            "{} runs {}, and rollout {} goes back to {}, without a judge",
            plan.service, plan.from, plan.generation, plan.to
        )),
        WayBack::UnderWay(goes_back) => Err(OpsError::GoesBack(goes_back).into()),
    }
}

async fn under_way(desk: &Desk) -> Result<Rollout, TalkError> {
    let newest = desk.status(1).await?.into_iter().next();
    let running = newest.filter(|status| status.state == RolloutState::Running);
    Ok(running.ok_or_else(|| OpsError::None(desk.service.clone()))?.rollout)
}
