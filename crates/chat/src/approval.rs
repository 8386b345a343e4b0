//! Plans that wait for somebody: approved by their hash, so that what happens is what was read.

use std::time::Duration;

use domain::Timestamp;
use serde::{Deserialize, Serialize};

/// A plan that nobody decided on is over after this long: the world that it was made for has changed.
pub const OPEN_FOR: Duration = Duration::from_secs(15 * 60);
/// How much of a hash people read and type.
const SHORT: usize = 12;

/// Who has to say yes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Needs {
    /// Anybody who may, the one who asked too.
    Confirmation,
    /// Somebody else than who asked: production.
    SecondPerson,
}

/// A plan as it was proposed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Proposal {
    /// Of the plan: everything that will happen.
    pub hash: String,
    /// What was typed.
    pub command: String,
    /// Who asked: workspace and id, as `T1/U2`; on the command line the login's name.
    pub by: String,
    /// When.
    pub at: Timestamp,
    /// Who has to say yes.
    pub needs: Needs,
}

/// Why a plan does not happen now.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ApprovalError {
    /// No open plan has this hash.
    #[error("no open plan begins with `{0}`: ask for a new one")]
    Unknown(String),
    /// More than one has.
    #[error("several open plans begin with `{0}`: write more of the hash")]
    Ambiguous(String),
    /// Too old.
    #[error("the plan was open for a quarter of an hour and is over: ask for a new one")]
    Over,
    /// The one who asked.
    #[error("production takes two people: somebody else must approve what you asked for")]
    SamePerson,
}

impl Proposal {
    /// Proposes what `plan` says, byte for byte.
    pub fn new(plan: &[u8], command: &str, by: &str, at: Timestamp, needs: Needs) -> Self {
        let mut hasher = blake3::Hasher::new();
        // Who asked and when belong to it: the same plan twice is two proposals.
        for part in [plan, command.as_bytes(), by.as_bytes(), &at.micros().to_le_bytes()] {
            hasher.update(&(part.len() as u64).to_le_bytes()).update(part);
        }
        let hash = hasher.finalize().to_hex().to_string();
        Self { hash, command: command.into(), by: by.into(), at, needs }
    }

    /// The part of the hash that people read and type.
    pub fn short(&self) -> &str {
        self.hash.get(..SHORT).unwrap_or(&self.hash)
    }

    /// May `by` approve it at `now`?
    pub fn approve(&self, by: &str, now: Timestamp) -> Result<(), ApprovalError> {
        if now.since(self.at) >= OPEN_FOR {
            return Err(ApprovalError::Over);
        }
        match self.needs {
            Needs::SecondPerson if by == self.by => Err(ApprovalError::SamePerson),
            _ => Ok(()),
        }
    }
}

/// The open proposal whose hash begins so.
pub fn find<'a>(open: &'a [Proposal], hash: &str) -> Result<&'a Proposal, ApprovalError> {
    let mut found = open.iter().filter(|proposal| proposal.hash.starts_with(hash));
    match (found.next(), found.next()) {
        (Some(proposal), None) => Ok(proposal),
        (None, _) => Err(ApprovalError::Unknown(hash.into())),
        _ => Err(ApprovalError::Ambiguous(hash.into())),
    }
}
