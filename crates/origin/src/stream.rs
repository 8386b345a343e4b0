//! Parts of objects as bodies, a chunk at a time.

mod blocks;
mod body;
mod buffer;
mod read;

use std::{ops::Range, sync::Arc};

use bytes::Bytes;
use moka::sync::Cache;
use tokio::sync::Semaphore;
use web::Failure;

use crate::{OriginLimits, files::OpenFile, problems, stats::Stats};

use blocks::Blocks;
pub(crate) use body::Streamed;
use buffer::Pool;

/// Bytes of a chunk. Large enough that the cost per chunk does not show beside copying it, small enough that a slow client
/// holds little of a 2 MB segment.
pub(crate) const CHUNK: usize = 256 * 1024;

/// What all bodies share: memory of what is asked for often, buffers, and a bound on their number.
#[derive(Clone)]
pub(crate) struct Streams {
    /// By open file and offset. The chunks of a segment lie on a grid from its start, so that ranges share them.
    chunks: Cache<(u64, u64), Bytes>,
    blocks: Blocks,
    pool: Pool,
    places: Arc<Semaphore>,
    stats: Stats,
}

impl Streams {
    pub fn new(limits: &OriginLimits, stats: Stats) -> Self {
        let weigh =
            |_: &(u64, u64), chunk: &Bytes| u32::try_from(buffer::weight(chunk.len())).unwrap_or(u32::MAX);
        let chunks = Cache::builder().max_capacity(limits.chunk_bytes).weigher(weigh).build();
        let places = Arc::new(Semaphore::new(limits.streams.min(Semaphore::MAX_PERMITS)));
        let blocks = Blocks::new(limits, stats.clone());
        Self { chunks, blocks, pool: Pool::default(), places, stats }
    }

    /// The bytes `part` (of the object) of the document that lies at `document`, both within the object. What has to be fetched
    /// from a store has begun to arrive: if it is away, there is still an honest answer.
    pub async fn body(
        &self,
        file: Arc<OpenFile>,
        document: Range<u64>,
        part: Range<u64>,
    ) -> Result<Streamed, Failure> {
        let place = self.places.clone().try_acquire_owned().map_err(|_| problems::too_many_streams())?;
        let mut body = Streamed::new(self.clone(), file, document, part, place);
        body.begin().await.map_err(problems::broken)?;
        Ok(body)
    }
}
