//! Images that podman does not have come from a registry, each by one call at a time, while containers are looked after.

use std::time::Duration;

use tokio::time::sleep;

use super::cli::{Cli, Failure, LATER};
use crate::{Arrivals, Clocks, EngineError};

/// A pull that takes longer is ended: an image has some 100 MB, and the registry is this host's.
const LONGEST: Duration = Duration::from_secs(600);
/// How often a podman that is busy is asked for the same.
const MOST_TRIES: usize = 30;

/// What is on its way, by the name that it will have.
pub(super) struct Pulls(Arrivals<String>);

impl Pulls {
    pub fn new(clocks: &Clocks) -> Self {
        Self(Arrivals::new(clocks))
    }

    /// Begins to pull the image `from` a registry under `name`, unless that is under way or has just failed; says which.
    pub fn bring(&self, cli: &Cli, name: &str, from: &str) -> EngineError {
        let bring = || {
            let (cli, name, from) = (cli.clone(), name.to_owned(), from.to_owned());
            async move {
                tracing::info!(image = name, from, "podman does not have it: pulling it");
                let pulled = pull(&cli, &name, &from).await;
                match &pulled {
                    Ok(()) => tracing::info!(image = name, "pulled"),
                    Err(why) => tracing::error!(image = name, why, "not pulled"),
                }
                pulled.map_err(|why| {
                    format!("podman does not have {name}, and cannot pull it from {from}: {why}")
                })
            }
        };
        self.0
            .expect(&name.to_owned(), bring)
            .map_or_else(EngineError::Refused, |()| EngineError::Busy(LATER))
    }
}

/// By digest, so that podman verifies it; it has its name when it is whole.
async fn pull(cli: &Cli, name: &str, from: &str) -> Result<(), String> {
    // The registry speaks plain HTTP: nothing that it says is believed before it is hashed.
    patiently(cli, &["pull", "--quiet", "--tls-verify=false", from]).await?;
    patiently(cli, &["tag", from, name]).await
}

async fn patiently(cli: &Cli, arguments: &[&str]) -> Result<(), String> {
    let mut tries = 0;
    loop {
        tries += 1;
        match cli.call_within(LONGEST, arguments).await {
            Ok(_) => return Ok(()),
            Err(Failure::Busy(_)) if tries < MOST_TRIES => sleep(LATER).await,
            Err(Failure::Busy(why) | Failure::No(why) | Failure::Silent(why)) => return Err(why),
            Err(Failure::NoContainer) => return Err("podman does not find it".into()),
        }
    }
}
