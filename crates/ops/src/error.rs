use domain::TitleId;
use fleet::rollout::{DriverError, PlanError, Refused};
use store::StoreError;

use crate::{
    GoesBack,
    audit::{Broken, Unwritable},
    fleet::PrometheusError,
};

/// Why something was not done.
#[derive(Debug, thiserror::Error)]
pub enum OpsError {
    /// The database did not do it.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The fleet could not be asked.
    #[error(transparent)]
    Driver(#[from] DriverError),
    /// Whoever measures could not be asked.
    #[error(transparent)]
    Prometheus(#[from] PrometheusError),
    /// There is no plan for what was wanted.
    #[error(transparent)]
    Plan(#[from] PlanError),
    /// The order does not fit the rollout.
    #[error(transparent)]
    Refused(#[from] Refused),
    /// The audit log was tampered with.
    #[error(transparent)]
    Audit(#[from] Broken),
    /// What is stored is not what this version writes.
    #[error("the database holds a rollout that this version cannot read: {0}")]
    Unreadable(#[from] serde_json::Error),
    /// One is under way.
    #[error("rollout {generation} of {service} to {release} is under way: {end}")]
    UnderWay {
        /// Which instances.
        service: String,
        /// Its number.
        generation: u64,
        /// Where it leads.
        release: String,
        /// What one may do: a way back is not undone.
        end: &'static str,
    },
    /// Prime time comes.
    #[error(
        "the fleet wants {floor} instances within the {minutes} min that this rollout may take, and {serving} take traffic: {why} A rollout \
         adds none; roll afterwards, or with --anyway"
    )]
    Rush {
        /// The greatest floor.
        floor: u32,
        /// How many there are.
        serving: usize,
        /// How long the rollout may take.
        minutes: u64,
        /// The floor's reasons.
        why: String,
    },
    /// There is none.
    #[error("no rollout of {0} is under way")]
    None(String),
    /// There is nothing to go back from.
    #[error(
        "there is nothing to go back to: {why}; `primetime release roll RELEASE` brings out what shall run"
    )]
    NoWayBack {
        /// In words.
        why: String,
    },
    /// One went back already: another step would bring what was bad again.
    #[error(
        "rollout {generation} went back from {from} to {to} already, which {service} stays on: if {from} shall run after all, \
         `primetime release roll {from}`"
    )]
    WentBack {
        /// Which instances.
        service: String,
        /// Which rollout went back.
        generation: u64,
        /// From what.
        from: String,
        /// To what.
        to: String,
    },
    /// Somebody goes back already.
    #[error("{0}")]
    GoesBack(GoesBack),
    /// The way back itself is undone.
    #[error("rollout {generation} back to {to} did not succeed ({why}): wait for its end, and undo again")]
    BackFails {
        /// Which.
        generation: u64,
        /// Where it led.
        to: String,
        /// Why not.
        why: String,
    },
    /// Nobody looks at the fleet.
    #[error("{service} was {seen}: is `primetime host` running? Without knowing what runs there is no plan")]
    Unseen {
        /// Which instances.
        service: String,
        /// `never seen`, or `last seen 300 s ago`.
        seen: String,
    },
    /// Approved was another plan.
    #[error("the plan has changed: it is {is} now, and {meant} was agreed to; look at it again")]
    OtherPlan {
        /// The hash that was agreed to.
        meant: String,
        /// The hash of the plan as it would be now.
        is: String,
    },
    /// Nothing ever had this id.
    #[error("there is no title `{0}`, and never was one: it is the last part of its page's address")]
    NoTitle(TitleId),
    /// Once is enough.
    #[error("`{0}` is taken down already")]
    IsDown(TitleId),
    /// There is nothing to lift.
    #[error("`{0}` is not taken down")]
    IsNotDown(TitleId),
    /// The announcement would be too long.
    #[error("{max} titles are taken down, which is all that one announcement holds: take what is gone for good out of the catalogue, publish, and lift it", max = objects::announce::MAX_TAKEDOWNS)]
    TooManyDown,
    /// It was decided on, and could not be announced yet.
    #[error(
        "it is decided and written down, but could not be announced yet: {0}; a process with the studio role goes on trying"
    )]
    Announce(#[from] objects::announce::AnnounceError),
    /// The process stops.
    #[error("it was interrupted")]
    Interrupted,
    /// A reason must be given.
    #[error("say why, in a few words: it stands in the audit log")]
    NoReason,
    /// Nobody would answer the viewers.
    #[error("{0} needs at least one instance; `primetime host --drain` ends those of a host")]
    NoInstances(String),
    /// Nobody would look at what is wanted.
    #[error("no host tells of {service}: there is {others}. Start one first (`primetime host`)")]
    NoHosts {
        /// Which instances.
        service: String,
        /// Of what hosts tell.
        others: String,
    },
    /// Hosts would stop before.
    #[error(
        "{} of {service} {}: start others first, or let them run more (`primetime host --most`)",
        if *hosts == 1 { "1 host".to_owned() } else { format!("{hosts} hosts") },
        if *hosts == 1 { format!("runs at most {most}") } else { format!("run at most {most} together") }
    )]
    TooMany {
        /// Which instances.
        service: String,
        /// How many answer.
        hosts: usize,
        /// What those may run.
        most: usize,
    },
    /// It cannot stand in the audit log.
    #[error(transparent)]
    Unwritable(#[from] Unwritable),
    /// Two hosts under one name would each take the other's orders.
    #[error(
        "another host is called {host}, and is heard of: give this one a name of its own by --name, or stop the other one"
    )]
    SameName {
        /// The name.
        host: String,
    },
}
