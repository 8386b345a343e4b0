use std::{fmt, str::FromStr};

use domain::TitleId;

/// Longest name of a release.
const MAX_RELEASE: usize = 64;
/// Shortest part of a plan's hash that names it.
const MIN_HASH: usize = 8;
/// A reason that nobody can learn from a year later is none.
const MIN_REASON: usize = 4;
/// No role is asked for more instances in chat: a slip of the finger is not a plan.
const MAX_COUNT: u32 = 1_000;
/// The roles that scale.
const ROLES: [&str; 4] = ["site", "origin", "studio", "work"];
const WORDS: [&str; 11] =
    ["status", "log", "roll", "undo", "hold", "go", "scale", "takedown", "approve", "cancel", "help"];

/// What can be typed.
pub const HELP: &str = "\
`status` what runs where, and what is under way
`log` who did what of late
`roll RELEASE [REASON]` plan a rollout; it begins when it is approved
`undo [REASON]` go back to the release before
`hold REASON` stop the rollout where it is; `go` lets it go on
`scale ROLE COUNT [REASON]` how many instances of ROLE there shall be
`takedown TITLE REASON` hide a title everywhere, within seconds
`approve HASH`, `cancel HASH` decide on a plan, by the beginning of its hash";

/// What somebody wants.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// How things are.
    Status,
    /// The last lines of the audit log.
    Log,
    /// Bring out a release.
    Roll {
        /// Its name.
        release: String,
        /// Why, if that was said.
        reason: Option<String>,
    },
    /// Go back to the release before.
    Undo {
        /// Why, if that was said: nobody who must hurry is asked.
        reason: Option<String>,
    },
    /// Stop the rollout where it is.
    Hold {
        /// Why.
        reason: String,
    },
    /// Let a held rollout go on.
    Go,
    /// Say how many instances of a role there shall be.
    Scale {
        /// Which role.
        role: String,
        /// How many.
        count: u32,
        /// Why, if that was said.
        reason: Option<String>,
    },
    /// Hide a title everywhere.
    Takedown {
        /// Which.
        title: TitleId,
        /// Why.
        reason: String,
    },
    /// Let a plan happen.
    Approve {
        /// The beginning of its hash.
        hash: String,
    },
    /// Let a plan not happen.
    Cancel {
        /// The beginning of its hash.
        hash: String,
    },
    /// Say what can be typed.
    Help,
}

/// Why words are no command, and what would be one.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CommandError {
    /// Not a word of ours.
    #[error("there is no `{word}`; did you mean `{nearest}`? `help` lists all")]
    Unknown {
        /// What was typed, cut.
        word: String,
        /// What is nearest.
        nearest: &'static str,
    },
    /// Too few words, too many, or of another form.
    #[error("write `{0}`")]
    Form(&'static str),
    /// A role that does not scale.
    #[error("`{0}` is no role: write site, origin, studio or work")]
    Role(String),
    /// A number that is none.
    #[error("`{0}` is no number of instances from 0 to {MAX_COUNT}")]
    Count(String),
    /// No reason.
    #[error("say why, in a few words: it stands in the audit log")]
    Reason,
}

impl Command {
    /// Reads what was typed. Nothing is a request for help.
    pub fn parse(text: &str) -> Result<Self, CommandError> {
        let (word, rest) = split(text);
        let alone = |command: Self, form| match rest {
            "" => Ok(command),
            _ => Err(CommandError::Form(form)),
        };
        match word {
            "" | "help" => Ok(Self::Help),
            "status" => alone(Self::Status, "status"),
            "log" => alone(Self::Log, "log"),
            "undo" => Ok(Self::Undo { reason: said(rest) }),
            "go" => alone(Self::Go, "go"),
            "roll" => {
                let (release, why) = split(rest);
                let release = named(release).ok_or(CommandError::Form("roll RELEASE [REASON]"))?;
                Ok(Self::Roll { release, reason: said(why) })
            }
            "hold" => reason(rest).map(|reason| Self::Hold { reason }),
            "scale" => scale(rest),
            "takedown" => {
                let (title, why) = split(rest);
                let title =
                    TitleId::from_str(title).map_err(|_| CommandError::Form("takedown TITLE REASON"))?;
                Ok(Self::Takedown { title, reason: reason(why)? })
            }
            "approve" => {
                hash(rest).map(|hash| Self::Approve { hash }).ok_or(CommandError::Form("approve HASH"))
            }
            "cancel" => hash(rest).map(|hash| Self::Cancel { hash }).ok_or(CommandError::Form("cancel HASH")),
            _ => Err(unknown(word)),
        }
    }

    /// Does it change anything? What does is planned first, and happens when it is approved.
    pub fn changes(&self) -> bool {
        matches!(
            self,
            Self::Roll { .. }
                | Self::Undo { .. }
                | Self::Hold { .. }
                | Self::Go
                | Self::Scale { .. }
                | Self::Takedown { .. }
        )
    }
}

impl fmt::Display for Command {
    /// As it would be typed.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Status => f.write_str("status"),
            Self::Log => f.write_str("log"),
            Self::Roll { release, reason } => write!(f, "roll {release}{}", Because(reason)),
            Self::Undo { reason } => write!(f, "undo{}", Because(reason)),
            Self::Hold { reason } => write!(f, "hold {reason}"),
            Self::Go => f.write_str("go"),
            Self::Scale { role, count, reason } => write!(f, "scale {role} {count}{}", Because(reason)),
            Self::Takedown { title, reason } => write!(f, "takedown {title} {reason}"),
            Self::Approve { hash } => write!(f, "approve {hash}"),
            Self::Cancel { hash } => write!(f, "cancel {hash}"),
            Self::Help => f.write_str("help"),
        }
    }
}

struct Because<'a>(&'a Option<String>);

impl fmt::Display for Because<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.as_ref().map_or(Ok(()), |reason| write!(f, " {reason}"))
    }
}

/// What was said besides, if anything.
fn said(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
}

fn split(text: &str) -> (&str, &str) {
    let text = text.trim();
    text.split_once(char::is_whitespace).map_or((text, ""), |(word, rest)| (word, rest.trim()))
}

/// A release's name is a file's name too: nothing that leads elsewhere.
fn named(text: &str) -> Option<String> {
    let of_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | '+');
    let fits = !text.is_empty() && text.len() <= MAX_RELEASE && text.chars().all(of_name);
    (fits && text.starts_with(|c: char| c.is_ascii_alphanumeric())).then(|| text.to_owned())
}

fn hash(text: &str) -> Option<String> {
    let of_hash = |c: char| matches!(c, '0'..='9' | 'a'..='f');
    ((MIN_HASH..=64).contains(&text.len()) && text.chars().all(of_hash)).then(|| text.to_owned())
}

fn reason(text: &str) -> Result<String, CommandError> {
    if text.chars().filter(|c| c.is_alphanumeric()).count() < MIN_REASON {
        return Err(CommandError::Reason);
    }
    Ok(text.to_owned())
}

fn scale(rest: &str) -> Result<Command, CommandError> {
    let (role, rest) = split(rest);
    let (count, why) = split(rest);
    if role.is_empty() || count.is_empty() {
        return Err(CommandError::Form("scale ROLE COUNT [REASON]"));
    }
    if !ROLES.contains(&role) {
        return Err(CommandError::Role(cut(role)));
    }
    let number = count.parse().ok().filter(|number| *number <= MAX_COUNT);
    let count = number.ok_or_else(|| CommandError::Count(cut(count)))?;
    Ok(Command::Scale { role: role.to_owned(), count, reason: said(why) })
}

fn unknown(word: &str) -> CommandError {
    let word = cut(word);
    let nearest = WORDS.into_iter().min_by_key(|known| strsim::osa_distance(known, &word)).unwrap_or("help");
    CommandError::Unknown { word, nearest }
}

/// For quoting back: short.
fn cut(text: &str) -> String {
    text.chars().take(30).collect()
}
