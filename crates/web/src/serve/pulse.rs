use std::{
    io,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering::Relaxed},
    },
    task::{Context, Poll},
    time::Duration,
};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    sync::Notify,
    time::{Sleep, sleep},
};
use tokio_util::sync::CancellationToken;

/// After the last answer of a connection whose client may still be sending: how long and how much is read and thrown
/// away, so that the kernel does not answer the unread bytes with a reset that destroys the answer on its way.
const LINGER: Duration = Duration::from_secs(1);
const LINGER_BYTES: usize = 16 * 1024 * 1024;

/// What a connection has done, for its watchdog.
#[derive(Debug, Default)]
pub(super) struct Pulse {
    read: AtomicU64,
    written: AtomicU64,
    /// `read` when the last exchange ended.
    settled: AtomicU64,
    exchanges: AtomicUsize,
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

/// A connection that counts what goes through it.
#[derive(Debug)]
pub(super) struct Counted<I> {
    stream: I,
    pulse: Arc<Pulse>,
    closing: Option<(Pin<Box<Sleep>>, usize)>,
}

impl<I> Counted<I> {
    pub fn new(stream: I, pulse: Arc<Pulse>) -> Self {
        Self { stream, pulse, closing: None }
    }

    fn wrote(&self, result: Poll<io::Result<usize>>) -> Poll<io::Result<usize>> {
        if let Poll::Ready(Ok(count)) = &result {
            self.pulse.written.fetch_add(*count as u64, Relaxed);
        }
        result
    }
}

impl<I: AsyncRead + Unpin> AsyncRead for Counted<I> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let result = Pin::new(&mut self.stream).poll_read(cx, buffer);
        self.pulse.read.fetch_add((buffer.filled().len() - before) as u64, Relaxed);
        result
    }
}

impl<I: AsyncRead + AsyncWrite + Unpin> AsyncWrite for Counted<I> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let result = Pin::new(&mut self.stream).poll_write(cx, bytes);
        self.wrote(result)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let result = Pin::new(&mut self.stream).poll_write_vectored(cx, slices);
        self.wrote(result)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = &mut *self;
        if this.closing.is_none() {
            std::task::ready!(Pin::new(&mut this.stream).poll_shutdown(cx))?;
            if !this.pulse.linger.load(Relaxed) {
                return Poll::Ready(Ok(()));
            }
        }
        let (deadline, left) = this.closing.get_or_insert_with(|| (Box::pin(sleep(LINGER)), LINGER_BYTES));
        let mut scratch = [0; 8 * 1024];
        while *left > 0 {
            let mut buffer = ReadBuf::new(&mut scratch);
            match Pin::new(&mut this.stream).poll_read(cx, &mut buffer) {
                Poll::Ready(Ok(())) if !buffer.filled().is_empty() => {
                    *left = left.saturating_sub(buffer.filled().len());
                }
                Poll::Ready(_) => return Poll::Ready(Ok(())),
                Poll::Pending => {
                    std::task::ready!(deadline.as_mut().poll(cx));
                    return Poll::Ready(Ok(()));
                }
            }
        }
        Poll::Ready(Ok(()))
    }
}
