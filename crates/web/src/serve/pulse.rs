use std::{
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering::Relaxed},
    },
    task::{Context, Poll},
};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

/// What a connection has done, for its watchdog.
#[derive(Debug, Default)]
pub(super) struct Pulse {
    pub read: AtomicU64,
    pub written: AtomicU64,
    /// `read` when the last exchange ended.
    settled: AtomicU64,
    exchanges: AtomicUsize,
    /// An answer that hyper knows nothing of is on its way; its end is told through `sent`.
    pub sending: AtomicBool,
    pub sent: Notify,
    /// Requests begun; told through `begins`.
    pub begun: AtomicU64,
    pub begins: Notify,
    pub http2: AtomicBool,
    /// The last answer may have gone out before its request was in.
    pub linger: AtomicBool,
    /// Cancelled when the client is to be told to close.
    pub leave: CancellationToken,
}

/// One look at the pulse.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Beat {
    moved: u64,
    begun: u64,
    /// Part of a request's head is in.
    pub half_head: bool,
}

impl Beat {
    /// Neither read nor written since.
    pub fn silent_since(self, before: Beat) -> bool {
        self.moved == before.moved
    }

    /// No request was begun since.
    pub fn same_head(self, before: Beat) -> bool {
        self.half_head && before.half_head && self.begun == before.begun
    }
}

impl Pulse {
    pub fn new(leave: CancellationToken) -> Self {
        Self { leave, ..Self::default() }
    }

    pub fn beat(&self) -> Beat {
        let read = self.read.load(Relaxed);
        let begun = self.begun.load(Relaxed);
        let idle = self.exchanges.load(Relaxed) == 0;
        // HTTP/2 has frames that belong to no request.
        let half_head = idle && read > self.settled.load(Relaxed) && !self.http2.load(Relaxed);
        Beat { moved: read.wrapping_add(self.written.load(Relaxed)), begun, half_head }
    }

    pub fn busy(&self) -> bool {
        self.exchanges.load(Relaxed) > 0
    }

    pub fn begin(self: &Arc<Self>, http2: bool) -> Exchange {
        self.http2.store(http2, Relaxed);
        self.exchanges.fetch_add(1, Relaxed);
        self.begun.fetch_add(1, Relaxed);
        self.begins.notify_waiters();
        Exchange(self.clone())
    }
}

impl Pulse {
    /// A request was answered at once; `left` bytes of the next have been read already.
    pub fn answered(&self, left: u64) {
        self.begun.fetch_add(1, Relaxed);
        self.settled.store(self.read.load(Relaxed).saturating_sub(left), Relaxed);
    }
}

/// A request, from its head to the last byte of its answer.
#[derive(Debug)]
pub(super) struct Exchange(Arc<Pulse>);

impl Drop for Exchange {
    fn drop(&mut self) {
        self.0.settled.store(self.0.read.load(Relaxed), Relaxed);
        self.0.exchanges.fetch_sub(1, Relaxed);
    }
}

/// An answer's body that ends its exchange.
#[derive(Debug)]
pub(super) struct Answer {
    body: axum::body::Body,
    _exchange: Exchange,
}

impl Answer {
    pub fn new(body: axum::body::Body, exchange: Exchange) -> Self {
        Self { body, _exchange: exchange }
    }
}

impl Body for Answer {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.body).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
