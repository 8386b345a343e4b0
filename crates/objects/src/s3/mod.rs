//! Objects in a bucket of any store that speaks S3.
//!
//! `rusty-s3` signs, `ureq` sends, both without an async runtime. What is written is written once: `If-None-Match: *` where
//! the store knows it. Sections and headers of editions are read through a bounded folder of the local disk, so that they can
//! be mapped; media are read by ranges and kept by whoever reads them.

mod answer;
mod client;
mod config;
mod fault;
mod local;
mod read;
mod role;
mod secrets;
mod tls;
mod update;
mod upload;
mod write;

use std::{
    path::Path,
    sync::{Arc, Mutex, OnceLock},
};

use domain::{Clock, Rng};
use rusty_s3::Method;

pub use answer::fuzz_answer;
pub use config::{Addressing, Credentials, Location, LocationError, S3Config, S3Limits, Who};
pub use fault::Fault;
pub use secrets::{MAX_SECRET, MAX_SECRETS, Secret, SecretsError, secrets};
pub use tls::machine_tls;

use crate::{Key, ObjectError, Place};
use client::{Call, Client};
use local::Local;
pub(crate) use read::Remote;

/// A bucket. See [`crate::Objects`] for what its functions promise.
#[derive(Debug)]
pub(crate) struct S3 {
    client: Client,
    local: Local,
    /// Does the store refuse writes whose condition does not hold? Found out before the first write.
    conditional: OnceLock<bool>,
    /// Held while an announcement is changed, for stores that do not.
    changing: Mutex<()>,
}

/// What is written to find out about conditional writes. No key is called that, so that it is never listed.
const PROBE: &str = ".primetime/conditional-writes";

impl S3 {
    /// Opens the local folder; the bucket is asked for nothing yet, so that a process starts while its store is away.
    pub fn open(
        config: S3Config,
        local: &Path,
        clock: Arc<dyn Clock>,
        rng: Arc<dyn Rng>,
    ) -> Result<Self, ObjectError> {
        let local = Local::open(local, config.cache_bytes)?;
        let client = Client::new(config, clock, rng).map_err(ObjectError::Setting)?;
        Ok(Self { client, local, conditional: OnceLock::new(), changing: Mutex::new(()) })
    }

    pub fn local(&self) -> &Local {
        &self.local
    }

    /// Asks the bucket, so that what is wrong with it shows; writes a few bytes when asked to find out about conditions.
    pub fn check(&self, writes: bool) -> Result<Place, ObjectError> {
        let list = Call {
            name: None,
            query: vec![("list-type", "2".into()), ("max-keys", "1".into())],
            ..Call::new(Method::Get, "")
        };
        self.client.call(&list).map_err(|fault| failed("list", "the bucket", fault))?;
        let conditional = if writes {
            Some(self.conditional().map_err(|fault| failed("write", PROBE, fault))?)
        } else {
            None
        };
        let name = format!("{} at {}", self.client.config().location, self.client.endpoint());
        Ok(Place { name, conditional_writes: conditional })
    }

    /// True when the store keeps to `If-None-Match` and `If-Match` on writes.
    fn conditional(&self) -> Result<bool, Fault> {
        if let Some(known) = self.conditional.get() {
            return Ok(*known);
        }
        let name = self.name(PROBE);
        let probe = Call {
            headers: vec![("if-none-match", "*".into())],
            body: Some(b"written to see whether it can be written twice\n"),
            ..Call::new(Method::Put, &name)
        };
        // Twice: the first time it may not be there yet.
        let mut keeps = false;
        for _ in 0..2 {
            match self.client.call(&probe) {
                Ok(_) => {}
                Err(Fault::Precondition) => {
                    keeps = true;
                    break;
                }
                // "Not implemented": a store that says so instead of looking away.
                Err(Fault::Answer { status: 400 | 501, .. }) => break,
                Err(fault) => return Err(fault),
            }
        }
        Ok(*self.conditional.get_or_init(|| keeps))
    }

    fn name(&self, inside: &str) -> String {
        self.client.config().location.name(inside)
    }

    fn key_name(&self, key: &Key) -> String {
        self.name(key.as_str())
    }

    fn part(&self) -> u64 {
        self.client.config().limits.part.max(1)
    }
}

fn failed(action: &'static str, what: &str, fault: Fault) -> ObjectError {
    ObjectError::Store { action, what: what.into(), fault: Box::new(fault) }
}

/// The error for a key's object: that it is not there is no fault of the store.
fn of_key(action: &'static str, key: &Key, fault: Fault) -> ObjectError {
    match fault {
        Fault::NoObject => ObjectError::Missing(key.clone()),
        fault => failed(action, key.as_str(), fault),
    }
}
