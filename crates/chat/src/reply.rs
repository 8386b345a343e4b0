use serde_json::{Value, json};

/// Longest text of a block that the chat service shows (Block Kit: 3,000 characters).
const MAX_TEXT: usize = 3_000;

/// `&amp;`.
const LONGEST_ESCAPE: usize = 5;
/// Stands where something is left out.
const LEFT_OUT: &str = "(too long for chat: `primetime release` and `primetime audit show` print all of it)";

/// Who sees an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Who {
    /// Only who asked.
    Asker,
    /// The whole channel: everything that changes something, so that everybody sees who did what.
    Channel,
}

/// A button under an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Button {
    /// What is pressed, as [`crate::Said::Pressed`] brings it back.
    pub action: &'static str,
    /// What it stands for.
    pub value: String,
    /// What it says.
    pub label: String,
}

/// An answer, or a message that nobody asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    /// Who sees it.
    pub who: Who,
    /// What it says, in the chat's own marks (`*bold*`, `` `code` ``). Words from outside go through [`Reply::quote`].
    pub text: String,
    /// What stands under it, whole however long the text is: what one must type. Short.
    pub under: String,
    /// Which part of a text that is too long is shown.
    pub shows: Shows,
    /// What can be pressed.
    pub buttons: Vec<Button>,
}

/// Of a text that is too long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shows {
    /// Its beginning.
    Beginning,
    /// Its end, from a line's beginning on: what is newest stands last.
    End,
}

impl Reply {
    /// For who asked alone.
    pub fn asker(text: impl Into<String>) -> Self {
        Self::new(Who::Asker, text.into())
    }

    /// For the channel.
    pub fn channel(text: impl Into<String>) -> Self {
        Self::new(Who::Channel, text.into())
    }

    fn new(who: Who, text: String) -> Self {
        Self { who, text, under: String::new(), shows: Shows::Beginning, buttons: Vec::new() }
    }

    /// With words under it that are never cut.
    pub fn under(self, words: impl Into<String>) -> Self {
        Self { under: words.into(), ..self }
    }

    /// Of which the end matters most: a log.
    pub fn newest_last(self) -> Self {
        Self { shows: Shows::End, ..self }
    }

    /// With a button.
    pub fn button(
        mut self,
        action: &'static str,
        value: impl Into<String>,
        label: impl Into<String>,
    ) -> Self {
        self.buttons.push(Button { action, value: value.into(), label: label.into() });
        self
    }

    /// Somebody's words: without what the service would read as a mention, a link or a mark.
    pub fn quote(words: &str) -> String {
        let mut quoted = String::with_capacity(words.len());
        for c in words.chars() {
            match c {
                '&' => quoted.push_str("&amp;"),
                '<' => quoted.push_str("&lt;"),
                '>' => quoted.push_str("&gt;"),
                // Marks, and what begins a new line of somebody else's making.
                '*' | '_' | '~' | '`' => {}
                c if c.is_control() => quoted.push(' '),
                c => quoted.push(c),
            }
        }
        quoted
    }

    /// Somebody's lines, each as [`Reply::quote`] makes it.
    pub fn quote_lines(words: &str) -> String {
        words.trim_end().lines().map(Self::quote).collect::<Vec<_>>().join("\n")
    }

    /// The message as the service takes it (Block Kit): `text` for notifications and readers, blocks for eyes.
    pub fn json(&self) -> Value {
        let text = self.shown();
        let mut blocks = vec![json!({ "type": "section", "text": { "type": "mrkdwn", "text": text } })];
        if !self.buttons.is_empty() {
            let buttons: Vec<Value> = self
                .buttons
                .iter()
                .map(|button| {
                    json!({
                        "type": "button",
                        "action_id": button.action,
                        "value": button.value,
                        "text": { "type": "plain_text", "text": button.label },
                    })
                })
                .collect();
            blocks.push(json!({ "type": "actions", "elements": buttons }));
        }
        let kind = match self.who {
            Who::Asker => "ephemeral",
            Who::Channel => "in_channel",
        };
        json!({ "response_type": kind, "text": text, "blocks": blocks })
    }

    /// As much as the service shows, and words where something is left out.
    fn shown(&self) -> String {
        let under = if self.under.is_empty() { String::new() } else { format!("\n{}", self.under) };
        let length = self.text.chars().count();
        let room = MAX_TEXT.saturating_sub(under.chars().count());
        if length <= room {
            return format!("{}{under}", self.text);
        }
        let room = room.saturating_sub(LEFT_OUT.chars().count() + 1);
        match self.shows {
            Shows::Beginning => {
                let kept: String = self.text.chars().take(room).collect();
                format!("{}\n{LEFT_OUT}{under}", whole_end(&kept))
            }
            Shows::End => {
                let kept: String = self.text.chars().skip(length - room).collect();
                format!("{LEFT_OUT}\n{}{under}", whole_beginning(&kept))
            }
        }
    }

    /// The same, as it is posted after a button was pressed: beside the message with the button, which stays to be read.
    pub fn json_beside(&self) -> Value {
        let mut message = self.json();
        message["replace_original"] = Value::Bool(false);
        message
    }
}

/// Without the half of an escaped character (`&am`) that a cut may have left.
fn whole_end(kept: &str) -> &str {
    match kept.rfind('&') {
        Some(at) if !kept[at..].contains(';') => &kept[..at],
        _ => kept,
    }
}

/// From the first whole line on; of a single one, without the half of an escaped character (`mp;`).
fn whole_beginning(kept: &str) -> &str {
    match (kept.find('\n'), kept.find(';')) {
        (Some(at), _) => &kept[at + 1..],
        (None, Some(at)) if at < LONGEST_ESCAPE => &kept[at + 1..],
        _ => kept,
    }
}
