use std::collections::BTreeMap;

use serde::Deserialize;

/// Longest body, in bytes: a slash command has about one thousand, a button's message a few.
pub const MAX_BODY: usize = 64 * 1024;
/// Longest text that is typed; Slack itself ends at 4,000 characters.
const MAX_TEXT: usize = 4_000;
/// Longest id or name.
const MAX_NAME: usize = 120;
/// Longest address that an answer is posted to.
const MAX_ADDRESS: usize = 1_000;

/// Why a body is no request.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RequestError {
    /// Over [`MAX_BODY`].
    #[error("the body has more than {MAX_BODY} bytes")]
    TooLong,
    /// A field that must be there.
    #[error("the request says no `{0}`")]
    Missing(&'static str),
    /// A field that is there twice, too long, or with characters that none has.
    #[error("the request's `{0}` is not of its form")]
    Odd(&'static str),
    /// The JSON of a button.
    #[error("the request's payload does not fit: {0}")]
    Payload(String),
}

/// Who typed. The id is what counts: names are chosen freely.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// The workspace's id.
    pub team: String,
    /// The person's id in it.
    pub id: String,
    /// What others see.
    pub name: String,
}

/// What was said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Said {
    /// A slash command's words.
    Typed(String),
    /// A button of an earlier answer: its action and its value.
    Pressed {
        /// Which button.
        action: String,
        /// What it stands for.
        value: String,
    },
}

/// A slash command (`application/x-www-form-urlencoded`) or a pressed button (the same, with JSON in `payload`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// Who.
    pub person: Person,
    /// In which channel.
    pub channel: String,
    /// What.
    pub said: Said,
    /// Where the answer to a pressed button goes (`response_url`). Somebody else's word: see [`crate::may_reply_to`].
    pub reply_to: Option<String>,
}

#[derive(Deserialize)]
struct Payload {
    r#type: String,
    /// None where an app is installed for an organisation of several workspaces: `user` has one then.
    team: Option<Place>,
    user: User,
    channel: Place,
    actions: Vec<Action>,
    response_url: String,
}

#[derive(Deserialize)]
struct Place {
    id: String,
}

#[derive(Deserialize)]
struct User {
    id: String,
    username: String,
    team_id: Option<String>,
}

#[derive(Deserialize)]
struct Action {
    action_id: String,
    #[serde(default)]
    value: String,
}

impl Request {
    /// Reads a body whose signature was verified.
    pub fn parse(body: &[u8]) -> Result<Self, RequestError> {
        if body.len() > MAX_BODY {
            return Err(RequestError::TooLong);
        }
        let mut fields = BTreeMap::new();
        for (name, value) in form_urlencoded::parse(body) {
            if fields.insert(name.into_owned(), value.into_owned()).is_some() {
                return Err(RequestError::Odd("a field that stands twice"));
            }
        }
        match fields.get("payload") {
            Some(payload) => Self::pressed(payload),
            None => Self::typed(&fields),
        }
    }

    fn typed(fields: &BTreeMap<String, String>) -> Result<Self, RequestError> {
        let field = |name: &'static str| {
            let value = fields.get(name).ok_or(RequestError::Missing(name))?;
            plain(name, value)
        };
        let text = fields.get("text").map(String::as_str).unwrap_or_default().trim();
        if text.chars().count() > MAX_TEXT || text.chars().any(|c| c.is_control()) {
            return Err(RequestError::Odd("text"));
        }
        let person = Person { team: field("team_id")?, id: field("user_id")?, name: field("user_name")? };
        let said = Said::Typed(text.to_owned());
        Ok(Self { person, channel: field("channel_id")?, said, reply_to: None })
    }

    fn pressed(payload: &str) -> Result<Self, RequestError> {
        let payload: Payload =
            serde_json::from_str(payload).map_err(|error| RequestError::Payload(error.to_string()))?;
        if payload.r#type != "block_actions" {
            return Err(RequestError::Payload("it is no press of a button".into()));
        }
        let [action] = &payload.actions[..] else {
            return Err(RequestError::Payload("it is not about one button".into()));
        };
        let said = Said::Pressed {
            action: plain("action_id", &action.action_id)?,
            value: plain("value", &action.value)?,
        };
        let team = payload.team.map(|team| team.id).or(payload.user.team_id);
        let person = Person {
            team: plain("team", &team.unwrap_or_default())?,
            id: plain("user", &payload.user.id)?,
            name: plain("user", &payload.user.username)?,
        };
        let reply_to = Some(payload.response_url);
        if reply_to.as_ref().is_some_and(|address| address.len() > MAX_ADDRESS) {
            return Err(RequestError::Odd("response_url"));
        }
        Ok(Self { person, channel: plain("channel", &payload.channel.id)?, said, reply_to })
    }
}

/// Ids, names and values: short, and without what would forge a line of a log.
fn plain(name: &'static str, value: &str) -> Result<String, RequestError> {
    let fits = !value.is_empty() && value.len() <= MAX_NAME && !value.chars().any(char::is_control);
    if fits { Ok(value.to_owned()) } else { Err(RequestError::Odd(name)) }
}
