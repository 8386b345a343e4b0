use std::sync::Arc;

use domain::{AssetId, TitleId};
use edition::Follower;
use moka::sync::Cache;
use objects::Key;

/// Assets whose key is remembered for the edition that named it: each segment asks, and an edition answers with more.
const REMEMBERED: u64 = 4_096;

/// What the newest edition says of an asset.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Named {
    /// Its media index.
    Index(Arc<Indexed>),
    /// It is taken down, for everybody and at once.
    TakenDown,
    /// It names no such asset, or one without anything to play yet.
    Not,
    /// There is no edition yet.
    NoEdition,
}

/// What an edition says of an asset that it names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Indexed {
    /// Of its media index.
    pub key: Key,
    /// The titles whose takedown takes it down.
    pub owners: Box<[TitleId]>,
}

type Look = dyn Fn(&AssetId) -> Named + Send + Sync;
type Down = dyn Fn(&[TitleId]) -> bool + Send + Sync;

/// Where an origin learns which media index an asset has, and what is taken down: a look into the newest edition, quick and
/// without waiting.
#[derive(Clone)]
pub struct AssetSource {
    look: Arc<Look>,
    down: Arc<Down>,
}

impl AssetSource {
    /// Asks `look` each time, and `down` whether one of an asset's owners is taken down when the edition names it no more.
    pub fn new(
        look: impl Fn(&AssetId) -> Named + Send + Sync + 'static,
        down: impl Fn(&[TitleId]) -> bool + Send + Sync + 'static,
    ) -> Self {
        Self { look: Arc::new(look), down: Arc::new(down) }
    }

    pub(crate) fn look(&self, asset: &AssetId) -> Named {
        (self.look)(asset)
    }

    pub(crate) fn any_down(&self, owners: &[TitleId]) -> bool {
        (self.down)(owners)
    }
}

impl From<Arc<Follower>> for AssetSource {
    fn from(follower: Arc<Follower>) -> Self {
        let seen: Cache<AssetId, ((u64, u64), Arc<Indexed>)> = Cache::new(REMEMBERED);
        let latest = follower.clone();
        let look = move |asset: &AssetId| {
            let Some(edition) = latest.snapshot() else { return Named::NoEdition };
            let now = (edition.number(), edition.takedowns());
            if let Some((of, indexed)) = seen.get(asset)
                && of == now
            {
                return Named::Index(indexed);
            }
            let Some(found) = edition.asset(asset) else { return Named::Not };
            let owners = edition.owners(&found);
            if edition.any_of_down(&owners) {
                return Named::TakenDown;
            }
            let indexed = Arc::new(Indexed { key: found.index_key(), owners: owners.into() });
            seen.insert(asset.clone(), (now, indexed.clone()));
            Named::Index(indexed)
        };
        Self::new(look, move |owners| follower.snapshot().is_some_and(|edition| edition.any_of_down(owners)))
    }
}

impl std::fmt::Debug for AssetSource {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("AssetSource")
    }
}
