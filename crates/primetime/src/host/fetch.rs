//! Releases that are not on this host come from the store, each in a thread of its own, while the host goes on looking after what runs.

use std::{path::PathBuf, sync::Arc, time::Duration};

use domain::Clock;
use drivers::{Arrivals, Unready};
use objects::{ImageTag, Objects, keys::KeyRing};
use release::{Needed, fetch};
use tokio::task::spawn_blocking;
use tokio_util::sync::CancellationToken;
use web::problem::chain;

use crate::app::App;

/// A release that takes longer is given up, or a store that trickles would hold it for ever.
const LONGEST: Duration = Duration::from_secs(600);

/// Fetches releases, each once at a time.
pub struct Fetcher {
    from: Arc<Way>,
    known: Arrivals<ImageTag>,
    /// The host ends: what is half there is given up.
    ends: CancellationToken,
}

struct Way {
    objects: Arc<Objects>,
    steady: Arc<dyn Clock>,
    dir: PathBuf,
    ring: KeyRing,
    needed: Needed,
}

impl Fetcher {
    /// Into the folder `dir`, from this installation's objects.
    pub fn new(app: &App, dir: PathBuf, ring: KeyRing, needed: Needed) -> Self {
        let (objects, steady) = (app.objects.clone(), app.clocks.steady.clone());
        let known = Arrivals::new(&app.clocks);
        let from = Arc::new(Way { objects, steady, dir, ring, needed });
        Self { from, known, ends: CancellationToken::new() }
    }

    /// Begins to fetch it, unless that is under way or has just failed; says which.
    pub fn bring(&self, name: ImageTag) -> Unready {
        let bring = || {
            let (from, name, ends) = (self.from.clone(), name.clone(), self.ends.clone());
            async move {
                tracing::info!(release = %name, "it is not on this host: fetching it");
                let (way, wanted) = (from.clone(), name.clone());
                let fetched = spawn_blocking(move || way.fetch(&wanted, &ends)).await;
                let fetched = fetched.unwrap_or_else(|error| Err(error.to_string()));
                match &fetched {
                    Ok(()) => tracing::info!(release = %name, folder = %from.dir.display(), "fetched"),
                    Err(why) => tracing::error!(release = %name, why, "not fetched"),
                }
                fetched
            }
        };
        self.known.expect(&name, bring).map_or_else(Unready::Wrong, |()| Unready::Coming(name.to_string()))
    }
}

impl Way {
    /// Brings one here; the error says why not.
    fn fetch(&self, name: &ImageTag, ends: &CancellationToken) -> Result<(), String> {
        let began = self.steady.now();
        let go_on = || match self.steady.now().since(began) {
            _ if ends.is_cancelled() => Err("this process ends".to_owned()),
            since if since > LONGEST => Err(format!("it was not here in {} s", LONGEST.as_secs())),
            _ => Ok(()),
        };
        fetch(&self.objects, &self.dir, name, self.needed, &self.ring, &go_on).map_err(|error| {
            let dir = self.dir.display();
            format!("there is no release {name} in {dir}, and it cannot be fetched: {}", chain(&error))
        })
    }
}

impl Drop for Fetcher {
    fn drop(&mut self) {
        self.ends.cancel();
    }
}
