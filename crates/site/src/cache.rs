use std::{
    hash::{Hash, Hasher},
    pin::pin,
    sync::{Arc, OnceLock},
    task::{Context, Poll, Waker},
};

use bytes::Bytes;
use domain::{BrandId, DeviceClass, Locale, Territory, Timestamp};
use http::StatusCode;
use moka::{Equivalent, future::Cache};
use web::Precompressed;

use crate::stats::Stats;

/// Bytes that an entry costs besides its bodies: key, tags, the cache's own.
const ENTRY_OVERHEAD: usize = 512;

/// What a page depends on, and nothing else. Nothing personal is in it, so nothing personal can be in a page.
#[derive(Debug, Clone, PartialEq, Eq)]
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

/// A key that holds nothing of its own, for looking up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct PageKeyRef<'k> {
    pub edition: u64,
    pub takedowns: u64,
    pub brand: &'k str,
    pub path: &'k str,
    pub locale: &'k str,
    pub audience: u32,
    pub device: DeviceClass,
    pub demo: Option<Territory>,
}

impl PageKey {
    fn borrowed(&self) -> PageKeyRef<'_> {
        PageKeyRef {
            edition: self.edition,
            takedowns: self.takedowns,
            brand: self.brand.as_str(),
            path: &self.path,
            locale: self.locale.as_str(),
            audience: self.audience,
            device: self.device,
            demo: self.demo,
        }
    }
}

// As `PageKeyRef` is hashed, so that it finds what is kept under a key of its own.
impl Hash for PageKey {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.borrowed().hash(state);
    }
}

impl Equivalent<PageKey> for PageKeyRef<'_> {
    fn equivalent(&self, key: &PageKey) -> bool {
        *self == key.borrowed()
    }
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
    /// The heads that [`Express`](crate::Express) sends with it in each coding, without what changes.
    pub(crate) heads: [OnceLock<Bytes>; 3],
}

impl Page {
    /// A page with this status.
    pub(crate) fn new(status: StatusCode, body: Precompressed, until: Option<Timestamp>) -> Self {
        Self { status, body, until, heads: Default::default() }
    }

    fn is_true(&self, now: Timestamp) -> bool {
        self.until.is_none_or(|until| now < until)
    }
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

    /// The page, from the cache while it is true at `now`, else rendered by `render`, where it is asked for: that takes less than
    /// handing it to another thread and back. However many ask at once, one renders.
    pub(crate) async fn page<F>(&self, key: &PageKey, now: Timestamp, render: F) -> Made
    where
        F: FnOnce() -> Result<Page, RenderError> + Send,
    {
        self.made(key, now, async { render().map_err(Arc::new) }).await
    }

    /// The same of what takes long: rendered on a thread where nobody waits to be answered.
    pub(crate) async fn large_page<F>(&self, key: &PageKey, now: Timestamp, render: F) -> Made
    where
        F: FnOnce() -> Result<Page, RenderError> + Send + 'static,
    {
        let render = async {
            let page = tokio::task::spawn_blocking(render).await;
            page.unwrap_or_else(|panicked| Err(RenderError(panicked.to_string()))).map_err(Arc::new)
        };
        self.made(key, now, render).await
    }

    async fn made<F>(&self, key: &PageKey, now: Timestamp, render: F) -> Made
    where
        F: Future<Output = Result<Page, Arc<RenderError>>> + Send,
    {
        let fresh = |made: &Made| made.as_ref().is_ok_and(|page| page.is_true(now));
        if let Some(page) = self.pages.get(key).await
            && fresh(&page)
        {
            self.stats.hits.inc();
            return page;
        }
        let make = async {
            self.stats.rendered.inc();
            render.await.map(Arc::new)
        };
        // A failure is told to those who waited for it and forgotten by the next who asks.
        let made =
            self.pages.entry_by_ref(key).or_insert_with_if(make, |made| !fresh(made)).await.into_value();
        self.stats.bytes.set(i64::try_from(self.pages.weighted_size()).unwrap_or(i64::MAX));
        made
    }

    /// The page, if it is here and true at `now`.
    pub(crate) fn ready(&self, key: &PageKeyRef<'_>, now: Timestamp) -> Option<Arc<Page>> {
        // Looking up waits for nobody, unless the cache takes the occasion to tidy up and somebody else does already.
        let mut look = pin!(self.pages.get(key));
        let Poll::Ready(Some(Ok(page))) = look.as_mut().poll(&mut Context::from_waker(Waker::noop())) else {
            return None;
        };
        let page = Some(page).filter(|page| page.is_true(now))?;
        self.stats.hits.inc();
        Some(page)
    }

    /// How many pages were rendered since the start.
    pub fn rendered(&self) -> u64 {
        self.stats.rendered.get()
    }
}
