//! Who may do what in chat. Ids count, names are for the log.

use std::{collections::BTreeSet, fmt};

use serde::Deserialize;

use super::TalkError;
use crate::audit::{Unwritable, may_be_called};

/// What a colleague may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum May {
    /// Ask for changes, and confirm those of one's own that need nobody else.
    Ask,
    /// Say yes to what somebody else asked for.
    Approve,
}

impl fmt::Display for May {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Ask => "ask for changes",
            Self::Approve => "approve what others ask for",
        })
    }
}

/// Somebody who is listened to. Everybody of them may look.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Colleague {
    /// Workspace and member, as `T024BE7LH/U2147483697`.
    pub chat: String,
    /// As it stands in the audit log.
    pub name: String,
    /// What they may do beyond looking.
    #[serde(default)]
    pub may: BTreeSet<May>,
}

impl Colleague {
    pub(super) fn must(&self, may: May) -> Result<(), TalkError> {
        if self.may.contains(&may) { Ok(()) } else { Err(TalkError::MayNot(may)) }
    }
}

/// Everybody who is listened to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct People(Vec<Colleague>);

/// Why a list of people is none.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PeopleError {
    /// Nobody could ask for anything.
    #[error("there is nobody in it")]
    Nobody,
    /// Two people would be one, or one two.
    #[error("`{0}` stands in it twice: one id is one person, and one name too")]
    Twice(String),
    /// Not `T…/U…`.
    #[error("`{0}` is no workspace and member, as in T024BE7LH/U2147483697")]
    Id(String),
    /// A name that cannot stand in the audit log, or stands for others there.
    #[error("the name of `{0}`: {1}")]
    Name(String, Unwritable),
}

impl People {
    /// Two people are never one: not by id, and not by name, or approvals by a second person would mean nothing.
    pub fn new(all: Vec<Colleague>) -> Result<Self, PeopleError> {
        if all.is_empty() {
            return Err(PeopleError::Nobody);
        }
        let (mut ids, mut names) = (BTreeSet::new(), BTreeSet::new());
        for one in &all {
            let word = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric());
            if !one.chat.split_once('/').is_some_and(|(team, member)| word(team) && word(member)) {
                return Err(PeopleError::Id(one.chat.clone()));
            }
            may_be_called(&one.name).map_err(|why| PeopleError::Name(one.chat.clone(), why))?;
            if !ids.insert(&one.chat) {
                return Err(PeopleError::Twice(one.chat.clone()));
            }
            if !names.insert(one.name.trim()) {
                return Err(PeopleError::Twice(one.name.clone()));
            }
        }
        Ok(Self(all))
    }

    pub(super) fn find(&self, id: &str) -> Option<&Colleague> {
        self.0.iter().find(|one| one.chat == id)
    }
}
