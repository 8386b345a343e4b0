use std::{fmt, sync::Arc};

use domain::{Clock, Rng};
use edition::{Edition, Follower};
use viewers::Viewers;
use web::Metrics;

use crate::{
    SiteConfig, assets::Assets, cache::PageCache, endings::Endings, pages::ManifestError, stats::Stats,
};

/// The part of the memory for pages that is for what they share.
const ENDINGS: u64 = 4;

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
    endings: Endings,
    assets: Assets,
}

impl SiteState {
    /// Puts the parts together. Fails only when the binary was built with a damaged front end.
    pub fn new(parts: SiteParts) -> Result<Self, ManifestError> {
        let SiteParts { editions, viewers, clock, rng, config, metrics } = parts;
        let (stats, shared) = (Stats::new(&metrics), config.page_cache / ENDINGS);
        let pages = PageCache::new(config.page_cache - shared, stats.clone());
        let endings = Endings::new(shared, stats);
        let assets = Assets::embedded()?;
        Ok(Self(Arc::new(Inner { editions, viewers, clock, rng, config, pages, endings, assets })))
    }

    pub(crate) fn edition(&self) -> Option<Arc<Edition>> {
        self.0.editions.snapshot()
    }

    /// The number of the edition that is open, and that of the takedowns that it is without.
    pub(crate) fn edition_numbers(&self) -> Option<(u64, u64)> {
        self.0.editions.numbers()
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

    pub(crate) fn endings(&self) -> &Endings {
        &self.0.endings
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
