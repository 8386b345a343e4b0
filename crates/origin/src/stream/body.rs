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
    read::{Fast, waiting, without_waiting},
};
use crate::files::OpenFile;

/// A part of an object on its way to a client. Reads a chunk when the connection has room for it, never ahead.
pub(crate) struct Streamed {
    streams: Streams,
    file: Arc<OpenFile>,
    document: Range<u64>,
    part: Range<u64>,
    reading: Option<JoinHandle<io::Result<Bytes>>>,
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
        Self { streams, file, document, part, reading: None, _place: place }
    }

    /// The chunk that the next byte lies in.
    fn chunk(&self) -> Range<u64> {
        let grid = CHUNK as u64;
        let from = self.part.start - (self.part.start - self.document.start) % grid;
        from..(from + grid).min(self.document.end)
    }

    fn poll_chunk(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<Bytes>> {
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
