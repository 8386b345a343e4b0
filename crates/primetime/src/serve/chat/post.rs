//! Posting to the chat's addresses. They are secrets: who knows one may write into a channel. None is logged.

use std::time::Duration;

use ureq::Agent;

use crate::failed::Failed;

/// How long the chat may take to answer.
const PATIENCE: Duration = Duration::from_secs(10);

/// Posts messages. Cheap to clone.
#[derive(Clone)]
pub struct Poster(Agent);

/// Why a message was not taken, without the address, which errors of the client may name.
#[derive(Debug, thiserror::Error)]
pub enum NotTaken {
    #[error("the chat did not take it: {0}")]
    Chat(&'static str),
    #[error("the chat answered {0}")]
    Status(u16),
}

impl Poster {
    /// `tls`: also to https.
    pub fn new(tls: bool) -> Result<Self, Failed> {
        let mut config = Agent::config_builder()
            .timeout_global(Some(PATIENCE))
            .http_status_as_error(false)
            // Nor where another host says.
            .max_redirects(0)
            .user_agent("primetime");
        if tls {
            config = config.tls_config(objects::machine_tls().map_err(Failed::new)?);
        }
        Ok(Self(Agent::new_with_config(config.build())))
    }

    /// Posts a message once.
    pub async fn post(&self, url: &str, body: &serde_json::Value) -> Result<(), NotTaken> {
        let (agent, url, body) = (self.0.clone(), url.to_owned(), body.to_string());
        let send = move || {
            let sent = agent.post(&url).header("content-type", "application/json").send(body.as_str());
            match sent.map(|answer| answer.status().as_u16()) {
                Ok(200..=299) => Ok(()),
                Ok(status) => Err(NotTaken::Status(status)),
                Err(ureq::Error::Timeout(_)) => Err(NotTaken::Chat("no answer in time")),
                Err(ureq::Error::HostNotFound) => Err(NotTaken::Chat("its host is not known")),
                Err(_) => Err(NotTaken::Chat("it cannot be reached")),
            }
        };
        tokio::task::spawn_blocking(send).await.unwrap_or(Err(NotTaken::Chat("interrupted")))
    }
}
