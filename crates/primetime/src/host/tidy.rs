//! A host's folder of releases does not grow for ever: what was fetched and nobody needs is removed, the oldest first.

use std::{collections::BTreeSet, path::PathBuf, time::Duration};

use domain::Timestamp;
use drivers::Engine;
use store::Store;
use tokio::task::spawn_blocking;

use crate::failed::{Doing, Failed};

/// Between two looks.
const EVERY: Duration = Duration::from_secs(10);

/// Looks now and then whether there are more than there should be.
pub struct Tidy {
    dir: PathBuf,
    keep: usize,
    /// On the command line.
    said: Option<String>,
    looked: Option<Timestamp>,
}

impl Tidy {
    /// Of the folder `dir`, in which `keep` may lie that were fetched.
    pub fn new(dir: PathBuf, keep: usize, said: Option<String>) -> Self {
        Self { dir, keep, said, looked: None }
    }

    /// Removes what is too much, if it is time to look.
    ///
    /// # Errors
    /// Nothing is removed when it is not known what is needed: while the database is away, or the engine does not answer.
    pub async fn look(&mut self, store: &Store, engine: &impl Engine, now: Timestamp) -> Result<(), Failed> {
        if self.looked.is_some_and(|looked| now.since(looked) < EVERY) {
            return Ok(());
        }
        self.looked = Some(now);
        let (dir, keep) = (self.dir.clone(), self.keep);
        let doing = || format!("look what lies in {}", dir.display());
        if release::fetched(&dir).doing(doing)?.len() <= keep {
            return Ok(());
        }
        let doing = || "learn which releases are needed".to_owned();
        let needed = ops::needed(store).await.doing(doing)?;
        let mut needed: BTreeSet<String> = needed.into_keys().chain(self.said.clone()).collect();
        // Also those that no report has told of yet.
        let here = engine.list().await.doing(|| "look what runs here".into())?;
        needed.extend(here.into_iter().map(|instance| instance.release));
        let removed = spawn_blocking(move || release::forget(&dir, keep, &needed)).await;
        let doing = || "remove releases that nobody needs".to_owned();
        for release in removed.doing(doing)?.doing(doing)? {
            tracing::info!(release, "removed from this host: nobody needs it");
        }
        Ok(())
    }
}
