//! The instance metadata service of EC2, version 2: what a machine may know about itself. Containers are kept away from it by its hop
//! limit; a host's processes ask it themselves.

use std::{
    io::{BufReader, Read},
    time::Duration,
};

use ureq::http::Request;

/// Where every EC2 machine finds it.
pub const METADATA: &str = "http://169.254.169.254";
/// For each request; it is on the same machine.
const PATIENCE: Duration = Duration::from_secs(2);
/// Longest answer that is read: user data have 16 kB at most.
const MOST: u64 = 16 * 1024;

/// Why it told nothing. Its own words could hold secrets, and are not repeated.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the metadata service at {endpoint} told nothing: {why}")]
pub struct MetadataError {
    /// Where it was asked.
    pub endpoint: String,
    /// In words.
    pub why: String,
}

/// The service, as it is asked.
pub struct Metadata {
    endpoint: String,
    agent: ureq::Agent,
}

/// A token that was drawn: it is good for a minute.
pub(crate) struct Session<'a> {
    metadata: &'a Metadata,
    token: String,
}

impl Metadata {
    /// Asks nobody yet.
    pub fn new(endpoint: impl Into<String>) -> Self {
        let agent = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .proxy(None)
            .timeout_global(Some(PATIENCE))
            .build()
            .new_agent();
        Self { endpoint: endpoint.into(), agent }
    }

    /// Begins to ask.
    pub(crate) fn session(&self) -> Result<Session<'_>, MetadataError> {
        let path = "/latest/api/token";
        let token = self.ask("PUT", path, ("x-aws-ec2-metadata-token-ttl-seconds", "60"))?;
        let token = token.ok_or_else(|| self.nothing(format!("it says 404 to {path}")))?;
        Ok(Session { metadata: self, token: token.trim().to_owned() })
    }

    /// The machine's user data; `None`: it was given none.
    pub fn user_data(&self) -> Result<Option<String>, MetadataError> {
        self.session()?.look("/latest/user-data")
    }

    pub(crate) fn nothing(&self, why: impl Into<String>) -> MetadataError {
        MetadataError { endpoint: self.endpoint.clone(), why: why.into() }
    }

    /// The answer; `None`: there is nothing at this path.
    fn ask(
        &self,
        method: &str,
        path: &str,
        (name, value): (&str, &str),
    ) -> Result<Option<String>, MetadataError> {
        let request =
            Request::builder().method(method).uri(format!("{}{path}", self.endpoint)).header(name, value);
        let request = request.body(()).map_err(|_| self.nothing("its token is none"))?;
        let mut response = self.agent.run(request).map_err(|error| match error {
            ureq::Error::Timeout(_) => self.nothing("it does not answer in time"),
            _ => self.nothing("nobody answers there"),
        })?;
        match response.status().as_u16() {
            200 => {}
            404 => return Ok(None),
            other => return Err(self.nothing(format!("it says {other} to {path}"))),
        }
        let mut text = String::new();
        let reader = response.body_mut().as_reader().take(MOST + 1);
        let read = BufReader::new(reader).read_to_string(&mut text);
        read.map_err(|_| self.nothing(format!("its answer to {path} ended early, or is no text")))?;
        if text.len() as u64 > MOST {
            return Err(self.nothing(format!("its answer to {path} is longer than {MOST} bytes")));
        }
        Ok(Some(text))
    }
}

impl Session<'_> {
    /// What stands at this path; `None`: nothing.
    fn look(&self, path: &str) -> Result<Option<String>, MetadataError> {
        self.metadata.ask("GET", path, ("x-aws-ec2-metadata-token", &self.token))
    }

    /// What stands at this path.
    pub(crate) fn get(&self, path: &str) -> Result<String, MetadataError> {
        self.look(path)?.ok_or_else(|| self.metadata.nothing(format!("it says 404 to {path}")))
    }
}
