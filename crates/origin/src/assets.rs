use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use domain::{AssetId, Clock, Timestamp};
use media::index::MediaIndex;
use moka::future::Cache;
use objects::{Key, Objects};
use web::Failure;

use crate::{
    AssetSource, Indexed, Named, OriginLimits, loaded::Loaded, problems, problems::MediaError, stats::Stats,
};

/// Media indexes on demand: read once however many ask, checked, and held within a bound of bytes.
pub(crate) struct Assets {
    source: AssetSource,
    objects: Arc<Objects>,
    clock: Arc<dyn Clock>,
    limits: OriginLimits,
    stats: Stats,
    loaded: Cache<Key, Arc<Loaded>>,
    /// Assets served lately: their newest index and when it was last used.
    served: Mutex<HashMap<AssetId, (Arc<Indexed>, Timestamp)>>,
}

impl Assets {
    pub fn new(
        source: AssetSource,
        objects: Arc<Objects>,
        clock: Arc<dyn Clock>,
        limits: OriginLimits,
        stats: Stats,
    ) -> Self {
        let loaded = Cache::builder()
            .max_capacity(limits.index_bytes)
            .weigher(|_, l: &Arc<Loaded>| l.weight())
            .build();
        Self { source, objects, clock, limits, stats, loaded, served: Mutex::default() }
    }

    /// The asset as the newest edition names it, or as an earlier one did while somebody with a token goes on.
    pub async fn get(&self, asset: &AssetId) -> Result<Arc<Loaded>, Failure> {
        let named = match self.source.look(asset) {
            Named::Index(named) => named,
            Named::Not => {
                let last = self.remembered(asset).ok_or_else(web::Problem::not_found)?;
                // Who goes on with what the edition dropped does not go on with what was taken down.
                if self.source.any_down(&last.owners) {
                    return Err(problems::taken_down().into());
                }
                self.stats.kept.inc();
                last
            }
            Named::TakenDown => return Err(problems::taken_down().into()),
            Named::NoEdition => return Err(problems::no_edition().into()),
        };
        match self.load(asset, &named.key).await {
            Ok(loaded) => {
                self.remember(asset, named);
                Ok(loaded)
            }
            Err(error) => match self.remembered(asset).filter(|last| last.key != named.key) {
                // What was served until now is still good: the new index only names more.
                Some(last) => {
                    tracing::error!(%asset, cause = %web::problem::chain(&error), "keeping the last good media index");
                    self.load(asset, &last.key).await.map_err(problems::broken)
                }
                None => Err(problems::broken(error)),
            },
        }
    }

    async fn load(&self, asset: &AssetId, key: &Key) -> Result<Arc<Loaded>, MediaError> {
        if let Some(loaded) = self.loaded.get(key).await {
            return Ok(loaded);
        }
        let (objects, limit) = (self.objects.clone(), self.limits.max_index);
        let (asset, wanted, loads) = (asset.clone(), key.clone(), self.stats.index_loads.clone());
        let loading = async move {
            let read = tokio::task::spawn_blocking(move || {
                loads.inc();
                read(&objects, asset, wanted, limit)
            });
            Ok::<_, MediaError>(Arc::new(read.await??))
        };
        Ok(self.loaded.try_get_with_by_ref(key, loading).await?)
    }

    fn remembered(&self, asset: &AssetId) -> Option<Arc<Indexed>> {
        let served = self.served.lock().unwrap_or_else(PoisonError::into_inner);
        let (last, used) = served.get(asset)?;
        (self.clock.now().since(*used) < self.limits.keep_dropped).then(|| last.clone())
    }

    fn remember(&self, asset: &AssetId, named: Arc<Indexed>) {
        let now = self.clock.now();
        let mut served = self.served.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(entry) = served.get_mut(asset) {
            *entry = (named, now);
            return;
        }
        if served.len() >= self.limits.remembered {
            served.retain(|_, (_, used)| now.since(*used) < self.limits.keep_dropped);
        }
        // Still full of assets in use: the one that waits longest gives way.
        if served.len() >= self.limits.remembered
            && let Some(oldest) =
                served.iter().min_by_key(|(_, (_, used))| *used).map(|(asset, _)| asset.clone())
        {
            served.remove(&oldest);
        }
        served.insert(asset.clone(), (named, now));
    }
}

fn read(objects: &Objects, asset: AssetId, key: Key, limit: u64) -> Result<Loaded, MediaError> {
    let bytes = objects.get(&key, limit)?;
    let index =
        MediaIndex::from_json(&bytes).map_err(|source| MediaError::Index { key: key.clone(), source })?;
    if index.asset != asset.as_str() {
        return Err(MediaError::OtherAsset { key, named: index.asset });
    }
    Ok(Loaded::new(asset, index))
}
