use std::sync::Arc;

use domain::AssetId;
use objects::Key;

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

impl std::fmt::Debug for AssetSource {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("AssetSource")
    }
}
