//! Credentials of the machine's own role: the instance metadata service of EC2, version 2, which gives new ones before the old
//! ones end. Containers are kept away from it by its hop limit; a host's processes ask it themselves.

use std::{
    io::Read,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use domain::Timestamp;
use serde::Deserialize;
use ureq::http::Request;

use super::{config::Credentials, fault::Fault};

/// Where every EC2 machine finds it.
pub const METADATA: &str = "http://169.254.169.254";
/// Credentials that end sooner are replaced; EC2 has new ones five minutes before the end at least.
const RENEW_BEFORE: Duration = Duration::from_secs(5 * 60);
/// When that fails, the next try is not before.
const TRY_EVERY: Duration = Duration::from_secs(10);
/// For each of the three requests; it is on the same machine.
const PATIENCE: Duration = Duration::from_secs(2);
/// Longest answer that is read.
const MOST: u64 = 16 * 1024;
const ROLES: &str = "/latest/meta-data/iam/security-credentials/";

pub(super) struct Role {
    endpoint: String,
    agent: ureq::Agent,
    held: Mutex<Held>,
}

#[derive(Default)]
struct Held {
    credentials: Option<(Credentials, Timestamp)>,
    not_before: Timestamp,
}

/// As the service writes it. The rest of its answer is not needed.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Answer {
    access_key_id: String,
    secret_access_key: String,
    token: String,
    expiration: String,
}

impl Role {
    /// Asks nobody yet.
    pub fn new(endpoint: String) -> Self {
        let agent = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .proxy(None)
            .timeout_global(Some(PATIENCE))
            .build()
            .new_agent();
        Self { endpoint, agent, held: Mutex::default() }
    }

    /// Those that hold now. While somebody draws new ones the others wait: for three short requests at most.
    pub fn credentials(&self, now: Timestamp) -> Result<Credentials, Fault> {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        let good_for = |held: &Held, least: Duration| {
            let (credentials, until) = held.credentials.as_ref()?;
            (until.since(now) > least).then(|| credentials.clone())
        };
        if let Some(credentials) = good_for(&held, RENEW_BEFORE) {
            return Ok(credentials);
        }
        let old = good_for(&held, Duration::ZERO);
        if let (Some(old), true) = (&old, now < held.not_before) {
            return Ok(old.clone());
        }
        match self.draw() {
            Ok((credentials, until)) if until > now => {
                held.credentials = Some((credentials.clone(), until));
                Ok(credentials)
            }
            Ok(_) => {
                old.ok_or_else(|| self.nothing("they have ended already: is this machine's clock right?"))
            }
            Err(fault) => {
                held.not_before = now.plus(TRY_EVERY);
                old.ok_or(fault)
            }
        }
    }

    fn draw(&self) -> Result<(Credentials, Timestamp), Fault> {
        let token = self.ask("PUT", "/latest/api/token", ("x-aws-ec2-metadata-token-ttl-seconds", "60"))?;
        let token = ("x-aws-ec2-metadata-token", token.trim());
        let roles = self.ask("GET", ROLES, token)?;
        let role = roles.lines().next().unwrap_or("").trim();
        let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"+=,.@_-".contains(&byte);
        if role.is_empty() || !role.bytes().all(fits) {
            return Err(self.nothing("this machine has no role"));
        }
        let text = self.ask("GET", &format!("{ROLES}{role}"), token)?;
        // Its words could hold secrets: they are not repeated.
        let unclear = || self.nothing("its answer is not understood");
        let answer: Answer = serde_json::from_str(&text).map_err(|_| unclear())?;
        let until: jiff02::Timestamp = answer.expiration.parse().map_err(|_| unclear())?;
        let credentials = Credentials {
            key: answer.access_key_id,
            secret: answer.secret_access_key,
            token: Some(answer.token),
        };
        Ok((credentials, Timestamp(until.as_microsecond())))
    }

    fn ask(&self, method: &str, path: &str, (name, value): (&str, &str)) -> Result<String, Fault> {
        let request =
            Request::builder().method(method).uri(format!("{}{path}", self.endpoint)).header(name, value);
        let request = request.body(()).map_err(|_| self.nothing("its token is none"))?;
        let mut response = self.agent.run(request).map_err(|error| match error {
            ureq::Error::Timeout(_) => self.nothing("it does not answer in time"),
            _ => self.nothing("nobody answers there"),
        })?;
        if response.status().as_u16() != 200 {
            return Err(self.nothing(&format!("it says {} to {path}", response.status().as_u16())));
        }
        let mut text = String::new();
        let reader = response.body_mut().as_reader().take(MOST);
        std::io::BufReader::new(reader)
            .read_to_string(&mut text)
            .map_err(|_| self.nothing("its answer ended early"))?;
        Ok(text)
    }

    fn nothing(&self, why: &str) -> Fault {
        Fault::Role { endpoint: self.endpoint.clone(), why: why.to_owned() }
    }
}
