//! Chat: what colleagues type becomes plans, plans become deeds when the right people say yes.
//!
//! Whoever listens has verified the signature. Nothing here is needed to operate: the command line does all of it.

mod approved;
mod decide;
mod error;
mod people;
mod plan;

use std::sync::Arc;

use ::chat::{
    Command, FRESH, HELP, Reply, Request, Said, Seen,
    approval::{Needs, OPEN_FOR, Proposal},
};
use domain::{Clock, Timestamp};
use serde::{Deserialize, Serialize};
use store::{Decided, Store};

pub use approved::Approved;
pub use error::TalkError;
pub use people::{Colleague, May, People, PeopleError};

use crate::{
    Desk, OpsError, Takedowns,
    audit::{self, Deed, Who},
    words,
};

/// Rollouts that `status` tells of.
const LAST: u32 = 3;
/// Lines of the audit log that `log` shows.
const LOG: u32 = 10;
/// Plans that are open at a time; beyond, somebody plays.
const MOST_OPEN: u32 = 50;

/// Talks with colleagues about one service. Cheap to clone.
#[derive(Clone)]
pub struct Talk {
    /// Decides, and does.
    pub takedowns: Takedowns,
    /// Who may ask and approve.
    pub people: Arc<People>,
    /// What rollouts and status are about.
    pub service: String,
    /// Is it production: must somebody else than who asked say yes?
    pub production: bool,
}

/// A plan as it is kept while it waits.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Waiting {
    proposal: Proposal,
    /// Everything that will happen: made anew before it does, and compared.
    plan: String,
    /// Who asked, by name.
    name: String,
}

/// What changes of a plan.
#[derive(Debug, Clone, Copy)]
enum Write<'a> {
    Ask { hash: &'a str, body: &'a str },
    Cancel { hash: &'a str },
}

impl Talk {
    /// Answers a request whose signature was verified.
    ///
    /// # Errors
    /// [`TalkError`]; [`TalkError::said`] is for who asked.
    pub async fn answer(&self, request: &Request, seen: &Seen) -> Result<Reply, TalkError> {
        let now = self.clock().now();
        if !self.store().see_request(&seen.0, now, now.minus(2 * FRESH)).await? {
            return Err(TalkError::Replay);
        }
        let id = format!("{}/{}", request.person.team, request.person.id);
        let colleague = self.people.find(&id).ok_or_else(|| TalkError::Stranger(id.clone()))?;
        match command(request)? {
            Command::Help => Ok(Reply::asker(HELP)),
            Command::Status => {
                Ok(Reply::asker(Reply::quote_lines(&words::status(&self.desk("", "", None), LAST).await?)))
            }
            Command::Log => {
                Ok(Reply::asker(Reply::quote_lines(&words::log(self.store(), LOG).await?)).newest_last())
            }
            Command::Approve { hash } => self.approve(colleague, &hash, now).await,
            Command::Cancel { hash } => self.cancel(colleague, &hash, now).await,
            command => self.propose(colleague, &command, now).await,
        }
    }

    fn store(&self) -> &Store {
        &self.takedowns.store
    }

    fn clock(&self) -> &Arc<dyn Clock> {
        &self.takedowns.clock
    }

    /// A desk for `who`; of another service if one is named.
    fn desk(&self, who: &str, service: &str, approved: Option<Approved>) -> Desk {
        let service = if service.is_empty() { &self.service } else { service };
        Desk {
            store: self.store().clone(),
            clock: self.clock().clone(),
            service: service.into(),
            who: who.into(),
            approved,
        }
    }

    async fn propose(
        &self,
        colleague: &Colleague,
        command: &Command,
        now: Timestamp,
    ) -> Result<Reply, TalkError> {
        colleague.must(May::Ask)?;
        if self.open(now).await?.len() >= MOST_OPEN as usize {
            return Err(TalkError::TooMany);
        }
        let planned = self.plan(command).await?;
        let typed = command.to_string();
        let needs = self.needs(command);
        let proposal = Proposal::new(planned.bytes.as_bytes(), &typed, &colleague.chat, now, needs);
        let short = proposal.short().to_owned();
        let who = match needs {
            Needs::SecondPerson => "Somebody else must say yes within a quarter of an hour",
            Needs::Confirmation => "Say yes within a quarter of an hour",
        };
        let text = format!(
            "*{}* asks for `{}`\n{}",
            Reply::quote(&colleague.name),
            Reply::quote(&typed),
            Reply::quote_lines(&planned.words),
        );
        let waiting = Waiting { proposal, plan: planned.bytes, name: colleague.name.clone() };
        let body = serde_json::to_string(&waiting)?;
        let line = format!("{typed}: plan {short}");
        let ask = Write::Ask { hash: &waiting.proposal.hash, body: &body };
        let deed = Deed { who: Who::InChat(&colleague.name), what: "chat.ask", body: &line };
        self.write(ask, &deed, now).await?;
        let whole = &waiting.proposal.hash;
        let decide = format!("{who}: `approve {short}`, or `cancel {short}`");
        Ok(Reply::channel(text)
            .under(decide)
            .button("approve", whole, "Approve")
            .button("cancel", whole, "Cancel"))
    }

    async fn open(&self, now: Timestamp) -> Result<Vec<Waiting>, TalkError> {
        let rows = self.store().open_plans(now.minus(OPEN_FOR), MOST_OPEN).await?;
        Ok(rows.iter().map(|row| serde_json::from_str(row)).collect::<Result<_, _>>()?)
    }

    /// Does something together with its line in the audit log.
    async fn write(&self, write: Write<'_>, deed: &Deed<'_>, now: Timestamp) -> Result<(), TalkError> {
        let mut tries = audit::Tries::default();
        loop {
            let mut tx = self.store().begin().await?;
            match write {
                Write::Ask { hash, body } => tx.add_plan(hash, body, now).await?,
                Write::Cancel { hash } => {
                    tx.decide_plan(hash, Decided::Cancelled, &deed.who.to_string(), now).await?;
                }
            }
            let done = match audit::append(&mut tx, deed, now).await {
                Ok(()) => tx.commit().await.map_err(OpsError::from),
                Err(error) => Err(error),
            };
            match done {
                Err(OpsError::Store(error)) if tries.again(&error) => {}
                done => return Ok(done?),
            }
        }
    }
}

fn command(request: &Request) -> Result<Command, TalkError> {
    let text = match &request.said {
        Said::Typed(text) => text.clone(),
        // Buttons are the words that they stand for.
        Said::Pressed { action, value } => format!("{action} {value}"),
    };
    Ok(Command::parse(&text)?)
}
