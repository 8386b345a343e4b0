//! Secrets that are handed to a machine: a few small files under a prefix that its role alone may read. They are no objects of the
//! platform, have no [`Key`](crate::Key), and are never copied to a disk here.

use std::{fmt, sync::Arc};

use domain::{Clock, Rng};
use rusty_s3::{Method, actions::ListObjectsV2};

use super::{
    client::{Call, Client},
    config::S3Config,
    failed,
    fault::Fault,
};
use crate::ObjectError;

/// How many there may be.
pub const MAX_SECRETS: usize = 32;
/// How long one may be, in bytes: a private key with room to spare.
pub const MAX_SECRET: u64 = 16 * 1024;
/// Longest name.
const MAX_NAME: usize = 64;

/// A secret by its name. `Debug` does not show it.
pub struct Secret {
    /// Letters, digits and `-_.`; no dot first.
    pub name: String,
    /// Never empty.
    pub bytes: Vec<u8>,
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Secret({}, not shown)", self.name)
    }
}

/// Why none was handed over.
#[derive(Debug, thiserror::Error)]
pub enum SecretsError {
    /// The store did not give them.
    #[error(transparent)]
    Store(#[from] ObjectError),
    /// What lies there cannot be all of it.
    #[error("nothing at {place} is used: {why}")]
    Refused {
        /// Bucket and prefix.
        place: String,
        /// In words.
        why: String,
    },
}

/// All of them that lie at `config.location`, or none.
pub fn secrets(
    config: S3Config,
    clock: Arc<dyn Clock>,
    rng: Arc<dyn Rng>,
) -> Result<Vec<Secret>, SecretsError> {
    let place = config.location.to_string();
    let refused = |why: String| SecretsError::Refused { place: place.clone(), why };
    let client = Client::new(config, clock, rng).map_err(ObjectError::Setting)?;
    let names = names(&client)?;
    if let Some(bad) = names.iter().find(|name| !is_name(name)) {
        let why = "is no name of a secret: letters, digits and `-_.`, no dot first, no folders";
        return Err(refused(format!("`{}` {why}", bad.escape_debug().take(MAX_NAME).collect::<String>())));
    }
    if names.len() > MAX_SECRETS {
        return Err(refused(format!("there are more than {MAX_SECRETS} secrets")));
    }
    if names.is_empty() {
        return Err(refused("there is no secret".into()));
    }
    names.into_iter().map(|name| one(&client, name, &refused)).collect()
}

fn one(
    client: &Client,
    name: String,
    refused: &dyn Fn(String) -> SecretsError,
) -> Result<Secret, SecretsError> {
    let full = client.config().location.name(&name);
    let call = Call { most: MAX_SECRET, ..Call::new(Method::Get, &full) };
    let bytes = match client.call(&call) {
        Ok(reply) => reply.body,
        Err(Fault::TooLong(_)) => {
            return Err(refused(format!("{name} is longer than {MAX_SECRET} bytes")));
        }
        Err(fault) => return Err(failed("read", &name, fault).into()),
    };
    if bytes.trim_ascii().is_empty() {
        return Err(refused(format!("{name} is empty")));
    }
    Ok(Secret { name, bytes })
}

/// What lies there, as it is called below the prefix. One page: more than it holds is too much by far.
fn names(client: &Client) -> Result<Vec<String>, ObjectError> {
    let location = &client.config().location;
    let below = location.name("");
    let query = vec![
        ("encoding-type", "url".into()),
        ("list-type", "2".into()),
        ("max-keys", (MAX_SECRETS + 2).to_string()),
        ("prefix", below),
    ];
    let list = Call { name: None, query, ..Call::new(Method::Get, "") };
    let no_list = |fault| failed("list", "secrets", fault);
    let reply = client.call(&list).map_err(no_list)?;
    let page = ListObjectsV2::parse_response(reply.text().map_err(no_list)?)
        .map_err(|_| no_list(Fault::Answer { status: 200, code: "no listing".into() }))?;
    let inside = |name: &str| location.inside(name).map(str::to_owned);
    // The prefix itself is what consoles make of a folder.
    Ok(page
        .contents
        .iter()
        .filter_map(|content| inside(&content.key))
        .filter(|name| !name.is_empty())
        .collect())
}

fn is_name(name: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    (1..=MAX_NAME).contains(&name.len()) && !name.starts_with('.') && name.bytes().all(plain)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn names_lead_nowhere_else() {
        for good in ["token.key", "database.password", "a", "A_b-1"] {
            assert!(is_name(good), "{good}");
        }
        for bad in ["", ".", "..", ".hidden", "a/b", "../a", "a b", "a\0", "ä", &"x".repeat(65)] {
            assert!(!is_name(bad), "{bad}");
        }
    }

    proptest! {
        #[test]
        fn a_name_is_one_part_of_a_path(name in "\\PC{0,80}|[./a-z]{0,10}") {
            if is_name(&name) {
                let path = std::path::Path::new(&name);
                prop_assert_eq!(path.file_name().and_then(|part| part.to_str()), Some(name.as_str()));
            }
        }
    }

    #[test]
    fn a_secret_is_never_shown() {
        let secret = Secret { name: "token.key".into(), bytes: b"hush".to_vec() };
        assert_eq!(format!("{secret:?}"), "Secret(token.key, not shown)");
    }
}
