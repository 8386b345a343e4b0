//! Yes and no.

use ::chat::{
    Command, Reply,
    approval::{self, Needs},
};
use domain::Timestamp;
use store::{APPROVED_BY, IN_CHAT, StoreError};

use super::{Approved, Colleague, May, Talk, TalkError, Waiting, Write};
use crate::{
    OpsError,
    audit::{Deed, Who},
};

impl Talk {
    /// Lets a plan happen, if it is still the plan that was read, and whoever must say yes does.
    pub(super) async fn approve(
        &self,
        colleague: &Colleague,
        hash: &str,
        now: Timestamp,
    ) -> Result<Reply, TalkError> {
        let Waiting { proposal, plan, name } = self.waiting(hash, now).await?;
        proposal.approve(&colleague.chat, now)?;
        let own = proposal.by == colleague.chat;
        colleague.must(if own && proposal.needs == Needs::Confirmation { May::Ask } else { May::Approve })?;
        let command = Command::parse(&proposal.command)?;
        let short = proposal.short();
        // What would happen now must be what was approved: the same bytes.
        match self.plan(&command).await {
            Ok(now) if now.bytes == plan => {}
            // The database is away: the plan may be as good as before.
            Err(error) if error.said().is_none() => return Err(error),
            _ => {
                let line = format!("{}: plan {short} has changed", proposal.command);
                self.write_cancel(colleague, &line, &proposal.hash, now).await?;
                return Err(TalkError::Changed);
            }
        }
        let line = format!("{}: plan {short} of {name}", proposal.command);
        let approved = Approved { hash: proposal.hash.clone(), who: colleague.name.clone(), line };
        let who = match own {
            true => format!("{name}{IN_CHAT}"),
            false => format!("{name}{IN_CHAT}{APPROVED_BY}{}", colleague.name),
        };
        let done = self.perform(&command, &plan, &who, approved).await.map_err(decided)?;
        let (by, done) = (Reply::quote(&colleague.name), Reply::quote(&done));
        Ok(Reply::channel(format!("*{by}* approved `{}`: {done}", Reply::quote(&proposal.command))))
    }

    /// Lets a plan not happen: whoever may ask or approve.
    pub(super) async fn cancel(
        &self,
        colleague: &Colleague,
        hash: &str,
        now: Timestamp,
    ) -> Result<Reply, TalkError> {
        let waiting = self.waiting(hash, now).await?;
        colleague.must(May::Ask).or_else(|_| colleague.must(May::Approve))?;
        let proposal = &waiting.proposal;
        let line = format!("{}: plan {} of {}", proposal.command, proposal.short(), waiting.name);
        self.write_cancel(colleague, &line, &proposal.hash, now).await?;
        let by = Reply::quote(&colleague.name);
        Ok(Reply::channel(format!("*{by}* cancelled `{}`", Reply::quote(&proposal.command))))
    }

    async fn waiting(&self, hash: &str, now: Timestamp) -> Result<Waiting, TalkError> {
        let mut open = self.open(now).await?;
        let proposals: Vec<_> = open.iter().map(|waiting| waiting.proposal.clone()).collect();
        let wanted = approval::find(&proposals, hash)?;
        let at = proposals.iter().position(|proposal| proposal.hash == wanted.hash).unwrap_or(0);
        Ok(open.swap_remove(at))
    }

    async fn write_cancel(
        &self,
        colleague: &Colleague,
        line: &str,
        hash: &str,
        now: Timestamp,
    ) -> Result<(), TalkError> {
        let deed = Deed { who: Who::InChat(&colleague.name), what: "chat.cancel", body: line };
        self.write(Write::Cancel { hash }, &deed, now).await.map_err(decided)
    }
}

fn decided(error: TalkError) -> TalkError {
    match error {
        TalkError::Store(StoreError::Conflict("the plan"))
        | TalkError::Ops(OpsError::Store(StoreError::Conflict("the plan"))) => TalkError::Decided,
        error => error,
    }
}
