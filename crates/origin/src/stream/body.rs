use std::{
    io,
    ops::Range,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use tokio::{
    sync::OwnedSemaphorePermit,
    task::{JoinHandle, spawn_blocking},
};

use super::{
    CHUNK, Streams,
    blocks::BLOCK,
    read::{Fast, waiting, without_waiting},
};
use crate::{files::OpenFile, problems::MediaError};

type Fetching = Pin<Box<dyn Future<Output = Result<Bytes, MediaError>> + Send>>;

/// A part of an object on its way to a client. Reads a chunk when the connection has room for it, never ahead;
/// of an object in a store, one block ahead.
pub(crate) struct Streamed {
    streams: Streams,
    file: Arc<OpenFile>,
    document: Range<u64>,
    part: Range<u64>,
    reading: Option<JoinHandle<io::Result<Bytes>>>,
    fetching: Option<Fetching>,
    /// The block that a remote object begins with, until it is sent.
    first: Option<Bytes>,
    _place: OwnedSemaphorePermit,
}

impl Streamed {
    pub(super) fn new(
        streams: Streams,
        file: Arc<OpenFile>,
        document: Range<u64>,
        part: Range<u64>,
        place: OwnedSemaphorePermit,
    ) -> Self {
        Self { streams, file, document, part, reading: None, fetching: None, first: None, _place: place }
    }

    /// Fetches the first block of an object in a store.
    pub(super) async fn begin(&mut self) -> Result<(), MediaError> {
        if self.file.object.is_remote() && !self.part.is_empty() {
            self.first = Some(self.streams.blocks.clone().get(self.file.clone(), self.chunk()).await?);
        }
        Ok(())
    }

    /// The chunk, or block, that the next byte lies in.
    fn chunk(&self) -> Range<u64> {
        let grid = if self.file.object.is_remote() { BLOCK } else { CHUNK } as u64;
        let from = self.part.start - (self.part.start - self.document.start) % grid;
        from..(from + grid).min(self.document.end)
    }

    fn poll_block(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<Bytes>> {
        let block = self.chunk();
        let blocks = &self.streams.blocks;
        let bytes = match self.first.take() {
            Some(bytes) => bytes,
            None => {
                let get = || Box::pin(blocks.clone().get(self.file.clone(), block.clone())) as Fetching;
                let fetched = ready!(self.fetching.get_or_insert_with(get).as_mut().poll(cx));
                self.fetching = None;
                fetched.map_err(io::Error::other)?
            }
        };
        let next = block.end..(block.end + BLOCK as u64).min(self.document.end);
        if self.part.end > block.end {
            blocks.ahead(self.file.clone(), next);
        }
        Poll::Ready(Ok(bytes))
    }

    fn poll_chunk(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<Bytes>> {
        if self.file.object.is_remote() {
            return self.poll_block(cx);
        }
        let chunk = self.chunk();
        let key = (self.file.number, chunk.start);
        if self.reading.is_none() {
            if let Some(bytes) = self.streams.chunks.get(&key) {
                self.streams.stats.chunk_hits.inc();
                return Poll::Ready(Ok(bytes));
            }
            self.streams.stats.chunk_misses.inc();
            let length = usize::try_from(chunk.end - chunk.start).unwrap_or(CHUNK);
            let buffer = self.streams.pool.take(length);
            match without_waiting(&self.file, chunk.start, buffer)? {
                Fast::Whole(buffer) => {
                    let bytes = buffer.freeze();
                    self.streams.chunks.insert(key, bytes.clone());
                    return Poll::Ready(Ok(bytes));
                }
                Fast::Partly(buffer, filled) => {
                    self.streams.stats.disk_waits.inc();
                    let file = self.file.clone();
                    self.reading = Some(spawn_blocking(move || {
                        Ok(waiting(&file, chunk.start, buffer, filled)?.freeze())
                    }));
                }
            }
        }
        let Some(reading) = &mut self.reading else { return Poll::Pending };
        let read = ready!(Pin::new(reading).poll(cx));
        self.reading = None;
        let bytes = read.map_err(io::Error::other)??;
        self.streams.chunks.insert(key, bytes.clone());
        Poll::Ready(Ok(bytes))
    }
}

impl Body for Streamed {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        let this = &mut *self;
        if this.part.is_empty() {
            return Poll::Ready(None);
        }
        let chunk = this.chunk();
        let bytes = match ready!(this.poll_chunk(cx)) {
            Ok(bytes) => bytes,
            Err(error) => {
                // The head is out: all that can be done is to break off, so that the client does not take it for the end.
                let key = &this.file.key;
                tracing::error!(%key, offset = chunk.start, %error, "cannot read an object that is being sent");
                this.part.start = this.part.end;
                return Poll::Ready(Some(Err(error)));
            }
        };
        let from = usize::try_from(this.part.start - chunk.start).unwrap_or(usize::MAX);
        let to = usize::try_from(this.part.end.min(chunk.end) - chunk.start).unwrap_or(usize::MAX);
        let bytes = bytes.slice(from..to);
        this.part.start += bytes.len() as u64;
        this.streams.stats.bytes.inc_by(bytes.len() as u64);
        Poll::Ready(Some(Ok(Frame::data(bytes))))
    }

    fn is_end_stream(&self) -> bool {
        self.part.is_empty()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.part.end - self.part.start)
    }
}
