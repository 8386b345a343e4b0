use std::sync::Arc;

use domain::Timestamp;
use moka::{policy::EvictionPolicy, sync::Cache};

use crate::{cache::PageKey, stats::Stats};

/// Bytes that an entry costs besides its own: key, the cache's own.
const ENTRY_OVERHEAD: usize = 512;

/// What the pages of several titles end in: "More like this" and the foot.
#[derive(Debug)]
pub struct Ending {
    /// The end of the document, of titles that are not among those shown.
    pub html: Arc<web::precompressed::Ending>,
    /// The cards of those shown, and the next one: for the page of one that is.
    pub cards: Vec<Drawn>,
    /// The foot alone.
    pub foot: String,
    /// The first instant at which it may no longer be true; never when absent.
    pub until: Option<Timestamp>,
}

/// A title's card, drawn.
#[derive(Debug)]
pub struct Drawn {
    /// The title's id.
    pub id: String,
    /// The card.
    pub html: String,
}

/// The endings that were made. Kept as pages are, under the same key but for the path: by edition and takedowns, for one
/// audience, until the next edge of a window. Bounded in bytes.
#[derive(Debug)]
pub struct Endings {
    kept: Cache<PageKey, Arc<Ending>>,
    stats: Stats,
}

impl Endings {
    /// Holds at most about `bytes`.
    pub(crate) fn new(bytes: u64, stats: Stats) -> Self {
        let weigh = |_: &PageKey, ending: &Arc<Ending>| {
            let cards: usize = ending.cards.iter().map(|card| card.id.len() + card.html.len()).sum();
            u32::try_from(ending.html.weight() + cards + ending.foot.len() + ENTRY_OVERHEAD)
                .unwrap_or(u32::MAX)
        };
        // The latest stay: what was asked for often in one language says nothing of the next.
        let kept = Cache::builder().eviction_policy(EvictionPolicy::lru()).max_capacity(bytes).weigher(weigh);
        Self { kept: kept.build(), stats }
    }

    /// The ending, if it is here and true at `now`; else made by `make`. Pages wait for theirs alone: two that want the same
    /// at once may both make it.
    pub(crate) fn ending<E>(
        &self,
        key: PageKey,
        now: Timestamp,
        make: impl FnOnce() -> Result<Ending, E>,
    ) -> Result<Arc<Ending>, E> {
        let kept = self.kept.get(&key).filter(|ending| ending.until.is_none_or(|until| now < until));
        if let Some(ending) = kept {
            self.stats.endings_shared.inc();
            return Ok(ending);
        }
        let made = Arc::new(make()?);
        self.stats.endings_made.inc();
        self.kept.insert(key, made.clone());
        self.stats.ending_bytes.set(i64::try_from(self.kept.weighted_size()).unwrap_or(i64::MAX));
        Ok(made)
    }
}

#[cfg(test)]
mod tests {
    use domain::{BrandId, DeviceClass, Locale};

    use super::*;

    fn key(path: &str) -> PageKey {
        PageKey {
            edition: 1,
            takedowns: 0,
            brand: BrandId::new("harbour").unwrap(),
            path: path.into(),
            locale: Locale::new("en").unwrap(),
            audience: 0,
            device: DeviceClass::Tv,
            demo: None,
        }
    }

    fn ending(length: usize, until: Option<Timestamp>) -> Result<Ending, ()> {
        let html = Arc::new(web::precompressed::Ending::new(vec![b'x'; length]));
        Ok(Ending { html, cards: Vec::new(), foot: String::new(), until })
    }

    #[test]
    fn an_ending_is_kept_until_its_edge_and_not_longer() {
        let endings = Endings::new(1 << 20, Stats::new(&web::Metrics::new("test")));
        let edge = Timestamp(10);
        let get = |now, length| {
            let made = endings.ending(key("a"), Timestamp(now), || ending(length, Some(edge)));
            made.unwrap().html.plain().len()
        };
        assert_eq!([get(0, 1), get(9, 2), get(10, 3), get(11, 4)], [1, 1, 3, 4]);
    }

    #[test]
    fn what_is_kept_is_bounded_and_counted() {
        let stats = Stats::new(&web::Metrics::new("test"));
        let endings = Endings::new(64 * 1024, stats.clone());
        for n in 0..1_000 {
            endings.ending(key(&n.to_string()), Timestamp(0), || ending(1_000, None)).unwrap();
        }
        endings.kept.run_pending_tasks();
        assert!(endings.kept.weighted_size() <= 64 * 1024);
        assert_eq!(stats.endings_made.get(), 1_000);
        assert!(stats.ending_bytes.get() > 0);
    }
}
