//! Credentials of the machine's own role: the metadata service gives new ones before the old ones end.

use std::{
    sync::{Mutex, PoisonError},
    time::Duration,
};

use domain::Timestamp;
use serde::Deserialize;

use super::{config::Credentials, fault::Fault};
use crate::{Metadata, MetadataError};

/// Credentials that end sooner are replaced; EC2 has new ones five minutes before the end at least.
const RENEW_BEFORE: Duration = Duration::from_secs(5 * 60);
/// When that fails, the next try is not before.
const TRY_EVERY: Duration = Duration::from_secs(10);
const ROLES: &str = "/latest/meta-data/iam/security-credentials/";

pub(super) struct Role {
    metadata: Metadata,
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
        Self { metadata: Metadata::new(endpoint), held: Mutex::default() }
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
            Ok(_) => old.ok_or_else(|| {
                fault(self.metadata.nothing("they have ended already: is this machine's clock right?"))
            }),
            Err(fault) => {
                held.not_before = now.plus(TRY_EVERY);
                old.ok_or_else(|| self::fault(fault))
            }
        }
    }

    fn draw(&self) -> Result<(Credentials, Timestamp), MetadataError> {
        let session = self.metadata.session()?;
        let roles = session.get(ROLES)?;
        let role = roles.lines().next().unwrap_or("").trim();
        let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"+=,.@_-".contains(&byte);
        if role.is_empty() || !role.bytes().all(fits) {
            return Err(self.metadata.nothing("this machine has no role"));
        }
        let text = session.get(&format!("{ROLES}{role}"))?;
        let unclear = || self.metadata.nothing("its answer is not understood");
        let answer: Answer = serde_json::from_str(&text).map_err(|_| unclear())?;
        let until: jiff02::Timestamp = answer.expiration.parse().map_err(|_| unclear())?;
        let credentials = Credentials {
            key: answer.access_key_id,
            secret: answer.secret_access_key,
            token: Some(answer.token),
        };
        Ok((credentials, Timestamp(until.as_microsecond())))
    }
}

fn fault(error: MetadataError) -> Fault {
    let MetadataError { endpoint, why } = error;
    Fault::Role { endpoint, why }
}
