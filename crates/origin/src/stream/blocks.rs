//! Blocks of objects that lie in an object store: one request each, however many want it at once, and the next one ahead.

use std::{ops::Range, sync::Arc};

use bytes::Bytes;
use moka::future::Cache;
use tokio::task::spawn_blocking;

use crate::{OriginLimits, files::OpenFile, problems::MediaError, stats::Stats};

/// Bytes of a block. A request to a store costs some milliseconds whatever it brings: a 2 MB segment takes two. A slow client
/// holds one.
pub(super) const BLOCK: usize = 1024 * 1024;

/// Blocks in memory, within the bound for chunks: an object is in a folder or in a store, not in both.
#[derive(Clone)]
pub(super) struct Blocks {
    /// By open file and offset. Blocks lie on a grid from the beginning of their document, so that ranges share them.
    held: Cache<(u64, u64), Bytes>,
    stats: Stats,
}

impl Blocks {
    pub fn new(limits: &OriginLimits, stats: Stats) -> Self {
        let weigh = |_: &(u64, u64), block: &Bytes| u32::try_from(block.len()).unwrap_or(u32::MAX);
        Self { held: Cache::builder().max_capacity(limits.chunk_bytes).weigher(weigh).build(), stats }
    }

    pub async fn get(self, file: Arc<OpenFile>, block: Range<u64>) -> Result<Bytes, MediaError> {
        let key = (file.number, block.start);
        if let Some(bytes) = self.held.get(&key).await {
            self.stats.chunk_hits.inc();
            return Ok(bytes);
        }
        self.stats.chunk_misses.inc();
        let reads = self.stats.store_reads.clone();
        let fetching = async move {
            let read = spawn_blocking(move || {
                reads.inc();
                let mut bytes = vec![0; usize::try_from(block.end - block.start).unwrap_or(BLOCK)];
                file.object.read_at(block.start, &mut bytes)?;
                Ok::<_, MediaError>(Bytes::from(bytes))
            });
            read.await?
        };
        Ok(self.held.try_get_with(key, fetching).await?)
    }

    /// Begins to fetch what will be wanted next. When that fails, whoever wants it is told.
    pub fn ahead(&self, file: Arc<OpenFile>, block: Range<u64>) {
        tokio::spawn(self.clone().get(file, block));
    }
}
