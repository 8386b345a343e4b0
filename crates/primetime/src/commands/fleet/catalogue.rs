//! The approved catalogue, read when it has changed.

use store::Store;
use studio::ingest::document::{TitleDocument, approved};

use crate::failed::{Doing, Failed};

/// What was read last.
pub struct Catalogue {
    store: Store,
    version: Option<i64>,
}

impl Catalogue {
    pub fn new(store: Store) -> Self {
        Self { store, version: None }
    }

    /// Its titles, if they are others than the last time.
    pub async fn news(&mut self) -> Result<Option<Vec<TitleDocument>>, Failed> {
        let version = self.store.catalogue_version().await.doing(|| "look at the catalogue".into())?;
        if self.version == Some(version) {
            return Ok(None);
        }
        let titles = approved(&self.store).await.doing(|| "read the catalogue".into())?.titles;
        self.version = Some(version);
        Ok(Some(titles))
    }
}
