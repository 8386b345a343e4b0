//! Releases that are not on this host come from the store, each in a thread of its own, while the host goes on looking after what runs.

use std::{
    collections::BTreeMap,
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use domain::{Clock, Timestamp};
use drivers::Unready;
use objects::{ImageTag, Objects, keys::KeyRing};
use release::{Needed, fetch};
use tokio::task::spawn_blocking;
use tokio_util::sync::CancellationToken;
use web::problem::chain;

use crate::app::App;

/// A release that takes longer is given up, or a store that trickles would hold it for ever.
const LONGEST: Duration = Duration::from_secs(600);
/// After a failure, before the next try: whoever asks in between hears of that failure.
const AGAIN_AFTER: Duration = Duration::from_secs(5);

/// Fetches releases, each once at a time.
pub struct Fetcher {
    from: Arc<Way>,
    known: Arc<Mutex<BTreeMap<ImageTag, Known>>>,
    /// The host ends: what is half there is given up.
    ends: CancellationToken,
}

struct Way {
    objects: Arc<Objects>,
    clock: Arc<dyn Clock>,
    dir: PathBuf,
    ring: KeyRing,
    needed: Needed,
}

enum Known {
    Coming,
    Failed { why: String, until: Timestamp },
}

impl Fetcher {
    /// Into the folder `dir`, from this installation's objects.
    pub fn new(app: &App, dir: PathBuf, ring: KeyRing, needed: Needed) -> Self {
        let (objects, clock) = (app.objects.clone(), app.clock.clone());
        let from = Arc::new(Way { objects, clock, dir, ring, needed });
        Self { from, known: Arc::default(), ends: CancellationToken::new() }
    }

    /// Begins to fetch it, unless that is under way or has just failed; says which.
    pub fn bring(&self, name: ImageTag) -> Unready {
        let coming = Unready::Coming(name.to_string());
        let now = self.from.clock.now();
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.retain(|_, known| !matches!(known, Known::Failed { until, .. } if *until <= now));
        match known.get(&name) {
            Some(Known::Coming) => return coming,
            Some(Known::Failed { why, .. }) => return Unready::Wrong(why.clone()),
            None => {}
        }
        known.insert(name.clone(), Known::Coming);
        drop(known);
        let (from, known, ends) = (self.from.clone(), self.known.clone(), self.ends.clone());
        tokio::spawn(async move {
            tracing::info!(release = %name, "it is not on this host: fetching it");
            let wanted = name.clone();
            let fetched = spawn_blocking(move || from.fetch(&wanted, &ends).map(|()| from)).await;
            let failed = match fetched {
                Ok(Ok(from)) => {
                    tracing::info!(release = %name, folder = %from.dir.display(), "fetched");
                    None
                }
                Ok(Err((why, until))) => Some(Known::Failed { why, until }),
                Err(error) => Some(Known::Failed { why: error.to_string(), until: now }),
            };
            let mut known = known.lock().unwrap_or_else(PoisonError::into_inner);
            known.remove(&name);
            if let Some(failed) = failed {
                if let Known::Failed { why, .. } = &failed {
                    tracing::error!(release = %name, why, "not fetched");
                }
                known.insert(name, failed);
            }
        });
        coming
    }
}

impl Way {
    /// Brings one here; the error says why not, and how long that counts.
    fn fetch(&self, name: &ImageTag, ends: &CancellationToken) -> Result<(), (String, Timestamp)> {
        let began = self.clock.now();
        let go_on = || match self.clock.now().since(began) {
            _ if ends.is_cancelled() => Err("this process ends".to_owned()),
            since if since > LONGEST => Err(format!("it was not here in {} s", LONGEST.as_secs())),
            _ => Ok(()),
        };
        fetch(&self.objects, &self.dir, name, self.needed, &self.ring, &go_on).map_err(|error| {
            let why = format!(
                "there is no release {name} in {}, and it cannot be fetched: {}",
                self.dir.display(),
                chain(&error)
            );
            (why, self.clock.now().plus(AGAIN_AFTER))
        })
    }
}

impl Drop for Fetcher {
    fn drop(&mut self) {
        self.ends.cancel();
    }
}
