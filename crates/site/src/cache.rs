use std::sync::Arc;

use domain::{BrandId, DeviceClass, Locale, Territory, Timestamp};
use http::StatusCode;
use moka::future::Cache;
use web::Precompressed;

use crate::stats::Stats;

/// Bytes that an entry costs besides its bodies: key, tags, the cache's own.
const ENTRY_OVERHEAD: usize = 512;

/// What a page depends on, and nothing else. Nothing personal is in it, so nothing personal can be in a page.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct PageKey {
    /// Of which edition.
    pub edition: u64,
    /// Without what was taken down then.
    pub takedowns: u64,
    /// Of which brand.
    pub brand: BrandId,
    /// Which page.
    pub path: String,
    /// In which language.
    pub locale: Locale,
    /// For whom: the edition's number for territory, plans and maturity.
    pub audience: u32,
    /// On what.
    pub device: DeviceClass,
    /// In demo mode, the country that the page shows as chosen.
    pub demo: Option<Territory>,
}

/// A page as it is sent: rendered once, compressed once.
#[derive(Debug, Clone)]
pub struct Page {
    /// 200, or the denial's status.
    pub status: StatusCode,
    /// In every coding.
    pub body: Precompressed,
    /// The first instant at which it may no longer be true; never when absent.
    pub until: Option<Timestamp>,
}

/// A page could not be rendered. For the log.
#[derive(Debug, thiserror::Error)]
#[error("the page could not be rendered: {0}")]
pub struct RenderError(pub String);

type Made = Result<Arc<Page>, Arc<RenderError>>;

/// The pages that were rendered. Bounded in bytes; a page is rendered by one request while others wait for it.
#[derive(Debug)]
pub struct PageCache {
    pages: Cache<PageKey, Made>,
    stats: Stats,
}

impl PageCache {
    /// Holds at most about `bytes`.
    pub(crate) fn new(bytes: u64, stats: Stats) -> Self {
        let weigh = |_: &PageKey, made: &Made| {
            let body = made.as_ref().map_or(0, |page| page.body.weight());
            u32::try_from(body + ENTRY_OVERHEAD).unwrap_or(u32::MAX)
        };
        Self { pages: Cache::builder().max_capacity(bytes).weigher(weigh).build(), stats }
    }

    /// The page, from the cache while it is true at `now`, else rendered by `render` on a thread where it may take its time.
    /// However many ask at once, one renders.
    pub(crate) async fn page<F>(&self, key: &PageKey, now: Timestamp, render: F) -> Made
    where
        F: FnOnce() -> Result<Page, RenderError> + Send + 'static,
    {
        let fresh = |made: &Made| made.as_ref().is_ok_and(|page| page.until.is_none_or(|until| now < until));
        if let Some(page) = self.pages.get(key).await
            && fresh(&page)
        {
            self.stats.hits.inc();
            return page;
        }
        let make = async {
            self.stats.rendered.inc();
            match tokio::task::spawn_blocking(render).await {
                Ok(page) => page.map(Arc::new).map_err(Arc::new),
                Err(panicked) => Err(Arc::new(RenderError(panicked.to_string()))),
            }
        };
        // A failure is told to those who waited for it and forgotten by the next who asks.
        let made =
            self.pages.entry_by_ref(key).or_insert_with_if(make, |made| !fresh(made)).await.into_value();
        self.stats.bytes.set(i64::try_from(self.pages.weighted_size()).unwrap_or(i64::MAX));
        made
    }

    /// How many pages were rendered since the start.
    pub fn rendered(&self) -> u64 {
        self.stats.rendered.get()
    }
}
