use std::{fmt, sync::Arc};

use domain::{Clock, Rng};
use edition::{Edition, Follower};
use viewers::Viewers;
use web::Metrics;

use crate::{SiteConfig, assets::Assets, cache::PageCache, pages::ManifestError, stats::Stats};

/// What a site is made of.
pub struct SiteParts {
    /// Who knows the newest edition.
    pub editions: Arc<Follower>,
    /// The use cases of viewers.
    pub viewers: Viewers,
    /// What time it is.
    pub clock: Arc<dyn Clock>,
    /// For new profiles.
    pub rng: Arc<dyn Rng>,
    /// What the operator decided.
    pub config: SiteConfig,
    /// Where it adds its counters.
    pub metrics: Metrics,
}

/// A site, ready to answer. Cheap to clone.
#[derive(Clone)]
pub struct SiteState(Arc<Inner>);

struct Inner {
    editions: Arc<Follower>,
    viewers: Viewers,
    clock: Arc<dyn Clock>,
    rng: Arc<dyn Rng>,
    config: SiteConfig,
    pages: PageCache,
    assets: Assets,
}

impl SiteState {
    /// Puts the parts together. Fails only when the binary was built with a damaged front end.
    pub fn new(parts: SiteParts) -> Result<Self, ManifestError> {
        let SiteParts { editions, viewers, clock, rng, config, metrics } = parts;
        let pages = PageCache::new(config.page_cache, Stats::new(&metrics));
        let assets = Assets::embedded()?;
        Ok(Self(Arc::new(Inner { editions, viewers, clock, rng, config, pages, assets })))
    }

    pub(crate) fn edition(&self) -> Option<Arc<Edition>> {
        self.0.editions.snapshot()
    }

    pub(crate) fn edition_number(&self) -> Option<u64> {
        self.0.editions.number()
    }

    pub(crate) fn viewers(&self) -> &Viewers {
        &self.0.viewers
    }

    pub(crate) fn clock(&self) -> &dyn Clock {
        &*self.0.clock
    }

    pub(crate) fn rng(&self) -> &dyn Rng {
        &*self.0.rng
    }

    pub(crate) fn config(&self) -> &SiteConfig {
        &self.0.config
    }

    /// The pages rendered so far.
    pub fn pages(&self) -> &PageCache {
        &self.0.pages
    }

    pub(crate) fn assets(&self) -> &Assets {
        &self.0.assets
    }
}

impl fmt::Debug for SiteState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SiteState").field("config", &self.0.config).finish_non_exhaustive()
    }
}
