//! Chat: who is listened to, and where what happens is told. Off unless somebody names the files.

use std::path::PathBuf;

use super::{ConfigError, Layers, parse, wrong};

/// What the keys `chat.…` say.
#[derive(Debug, Clone)]
pub struct Chat {
    /// Commands are taken: the file with the signing secret, and the one with the people.
    pub commands: Option<(PathBuf, PathBuf)>,
    /// What happens is told: the file with the address of an incoming webhook.
    pub webhook: Option<PathBuf>,
    /// Does somebody else than who asked have to say yes?
    pub production: bool,
    /// What rollouts and status are about.
    pub service: String,
}

pub(super) fn read(layers: &Layers) -> Result<Chat, ConfigError> {
    let file = |key| Some(layers.said(key).text).filter(|text| !text.is_empty()).map(PathBuf::from);
    let commands = match (file("chat.secret_file"), file("chat.people_file")) {
        (Some(secret), Some(people)) => Some((secret, people)),
        (None, None) => None,
        (Some(_), None) => return Err(wrong(layers, "chat.people_file", "a file beside chat.secret_file")),
        (None, Some(_)) => return Err(wrong(layers, "chat.secret_file", "a file beside chat.people_file")),
    };
    let service = layers.said("chat.service").text;
    if service.is_empty() {
        return Err(wrong(layers, "chat.service", "the name of a service, as in site"));
    }
    let production = parse(layers, "chat.production", "true or false")?;
    Ok(Chat { commands, webhook: file("chat.webhook_file"), production, service })
}
