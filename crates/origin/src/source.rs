use std::sync::Arc;

use domain::AssetId;
use edition::Follower;
use moka::sync::Cache;
use objects::Key;

/// Assets whose key is remembered for the edition that named it: each segment asks, and an edition answers with more.
const REMEMBERED: u64 = 4_096;

/// What the newest edition says of an asset.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Named {
    /// Its media index has this key.
    Index(Key),
    /// It names no such asset, or one without anything to play yet.
    Not,
    /// There is no edition yet.
    NoEdition,
}

/// Where an origin learns which media index an asset has: a look into the newest edition, quick and without waiting.
#[derive(Clone)]
pub struct AssetSource(Arc<dyn Fn(&AssetId) -> Named + Send + Sync>);

impl AssetSource {
    /// Asks `look` each time.
    pub fn new(look: impl Fn(&AssetId) -> Named + Send + Sync + 'static) -> Self {
        Self(Arc::new(look))
    }

    pub(crate) fn look(&self, asset: &AssetId) -> Named {
        (self.0)(asset)
    }
}

impl From<Arc<Follower>> for AssetSource {
    fn from(follower: Arc<Follower>) -> Self {
        let seen: Cache<AssetId, (u64, Key)> = Cache::new(REMEMBERED);
        Self::new(move |asset| {
            let Some(edition) = follower.snapshot() else { return Named::NoEdition };
            let number = edition.number();
            if let Some((of, key)) = seen.get(asset)
                && of == number
            {
                return Named::Index(key);
            }
            let Some(found) = edition.asset(asset) else { return Named::Not };
            let key = found.index_key();
            seen.insert(asset.clone(), (number, key.clone()));
            Named::Index(key)
        })
    }
}

impl std::fmt::Debug for AssetSource {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("AssetSource")
    }
}
