//! Images that podman does not have come from a registry, each by one call at a time, while containers are looked after.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use domain::{Clock, Timestamp};
use tokio::time::sleep;

use super::cli::{Cli, Failure, LATER};
use crate::EngineError;

/// A pull that takes longer is ended: an image has some 100 MB, and the registry is this host's.
const LONGEST: Duration = Duration::from_secs(600);
/// How often a podman that is busy is asked for the same.
const MOST_TRIES: usize = 30;
/// After a failure, before the next try: whoever asks in between hears of that failure.
const AGAIN_AFTER: Duration = Duration::from_secs(5);

/// What is on its way, and what has just failed.
pub(super) struct Pulls {
    clock: Arc<dyn Clock>,
    known: Arc<Mutex<BTreeMap<String, Pull>>>,
}

enum Pull {
    Coming,
    Failed { why: String, until: Timestamp },
}

impl Pulls {
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        Self { clock, known: Arc::default() }
    }

    /// Begins to pull the image `from` a registry under `name`, unless that is under way or has just failed; says which.
    pub fn bring(&self, cli: &Cli, name: &str, from: &str) -> EngineError {
        let now = self.clock.now();
        let mut all = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        all.retain(|_, pull| !matches!(pull, Pull::Failed { until, .. } if *until <= now));
        match all.get(name) {
            Some(Pull::Coming) => return EngineError::Busy(LATER),
            Some(Pull::Failed { why, .. }) => return EngineError::Refused(why.clone()),
            None => {}
        }
        all.insert(name.to_owned(), Pull::Coming);
        drop(all);
        let (cli, name, from) = (cli.clone(), name.to_owned(), from.to_owned());
        let (known, clock) = (self.known.clone(), self.clock.clone());
        tokio::spawn(async move {
            tracing::info!(image = name, from, "podman does not have it: pulling it");
            let pulled = pull(&cli, &name, &from).await;
            let mut all = known.lock().unwrap_or_else(PoisonError::into_inner);
            all.remove(&name);
            match pulled {
                Ok(()) => tracing::info!(image = name, "pulled"),
                Err(why) => {
                    tracing::error!(image = name, why, "not pulled");
                    let why = format!("podman does not have {name}, and cannot pull it from {from}: {why}");
                    all.insert(name, Pull::Failed { why, until: clock.now().plus(AGAIN_AFTER) });
                }
            }
        });
        EngineError::Busy(LATER)
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
