//! What may stand in a line, and whose it is: nobody makes up a line of somebody else's, in the log or on a screen.

use std::fmt;

use store::IN_CHAT;

/// Longest name, in characters.
const MOST_NAME: usize = 100;
/// Longest text, in characters: a reason is a few words.
const MOST_BODY: usize = 2_000;

/// Whose deed it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Who<'a> {
    /// Somebody at a command line, by whatever name they gave; not by one that stands for others.
    Person(&'a str),
    /// Colleagues of chat's list: a name, or who asked and who said yes, in the words that chat makes of names.
    InChat(&'a str),
    /// Nobody: a part of the platform.
    Part(Part),
}

/// Parts of the platform that do things by themselves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// Carries rollouts out.
    Controller,
    /// Plans for prime time.
    Fleet,
    /// Brings back what an older database forgot.
    Takedowns,
}

impl Part {
    const ALL: [Self; 3] = [Self::Controller, Self::Fleet, Self::Takedowns];

    /// As whom it writes.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Controller => "controller",
            Self::Fleet => "fleet",
            Self::Takedowns => "takedowns",
        }
    }
}

impl fmt::Display for Who<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Person(name) | Self::InChat(name) => name,
            Self::Part(part) => part.as_str(),
        })
    }
}

/// Why something does not get into the log.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unwritable {
    /// Nobody's name.
    #[error("say who you are: the audit log needs a name")]
    Nobody,
    /// It could pass for another line, or for other words.
    #[error(
        "{0} holds line breaks or other control characters: in the audit log it stands in one line of plain text"
    )]
    Control(&'static str),
    /// Nobody reads so much.
    #[error("{what} has {characters} characters, and the audit log takes {most}")]
    Long {
        /// A name, or a text.
        what: &'static str,
        /// Its characters.
        characters: usize,
        /// Most of them.
        most: usize,
    },
    /// A part of the platform's.
    #[error("`{0}` is what a part of the platform calls itself in the audit log: say who you are")]
    Part(String),
    /// What only chat writes, having made sure of it.
    #[error("`{0}` is how the audit log names who asked in chat: say who you are")]
    InChat(String),
}

/// Whether somebody at a command line, or in chat's list, may go by this name.
///
/// # Errors
/// Why not, in words.
pub fn may_be_called(name: &str) -> Result<(), Unwritable> {
    if name.trim().is_empty() {
        return Err(Unwritable::Nobody);
    }
    plain("the name", name, MOST_NAME)?;
    if Part::ALL.iter().any(|part| part.as_str().eq_ignore_ascii_case(name.trim())) {
        return Err(Unwritable::Part(name.to_owned()));
    }
    if name.contains(IN_CHAT) {
        return Err(Unwritable::InChat(name.to_owned()));
    }
    Ok(())
}

/// The text of a line. What parts of the platform tell may be the words of other programs, and is never lost for them: they are escaped.
pub(super) fn checked(who: Who<'_>, body: &str) -> Result<String, Unwritable> {
    match who {
        Who::Person(name) => may_be_called(name)?,
        // Two names and the words between them.
        Who::InChat(names) => plain("the name", names, 3 * MOST_NAME)?,
        Who::Part(_) => return Ok(shown(body)),
    }
    plain("the text", body, MOST_BODY)?;
    Ok(body.to_owned())
}

/// A text as it is shown to people: what would break a line or move a terminal's cursor is escaped, also in lines that a version before
/// this one took.
pub fn shown(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        if is_control(c) { shown.extend(c.escape_default()) } else { shown.push(c) }
    }
    shown
}

/// What the platform says of somebody's deed, which is written whatever it is: as it is shown, and cut so that `beside` it there is room
/// in the line.
pub(super) fn fitted(text: &str, beside: usize) -> String {
    let (text, most) = (shown(text), MOST_BODY.saturating_sub(beside).max(1));
    match text.char_indices().nth(most - 1) {
        Some((at, last)) if at + last.len_utf8() < text.len() => format!("{}…", &text[..at]),
        _ => text,
    }
}

fn plain(what: &'static str, text: &str, most: usize) -> Result<(), Unwritable> {
    if text.chars().any(is_control) {
        return Err(Unwritable::Control(what));
    }
    let characters = text.chars().count();
    if characters > most { Err(Unwritable::Long { what, characters, most }) } else { Ok(()) }
}

/// Unicode's control characters, its separators of lines and paragraphs, and what turns the direction of writing around.
fn is_control(c: char) -> bool {
    c.is_control() || matches!(c, '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}
