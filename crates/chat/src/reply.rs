use serde_json::{Value, json};

/// Longest text of a block that the chat service shows (Block Kit: 3,000 characters).
const MAX_TEXT: usize = 3_000;

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
    /// What can be pressed.
    pub buttons: Vec<Button>,
}

impl Reply {
    /// For who asked alone.
    pub fn asker(text: impl Into<String>) -> Self {
        Self { who: Who::Asker, text: text.into(), buttons: Vec::new() }
    }

    /// For the channel.
    pub fn channel(text: impl Into<String>) -> Self {
        Self { who: Who::Channel, text: text.into(), buttons: Vec::new() }
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
        let text: String = self.text.chars().take(MAX_TEXT).collect();
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

    /// The same, as it is posted after a button was pressed: beside the message with the button, which stays to be read.
    pub fn json_beside(&self) -> Value {
        let mut message = self.json();
        message["replace_original"] = Value::Bool(false);
        message
    }
}
