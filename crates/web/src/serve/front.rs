use std::{
    io,
    panic::{AssertUnwindSafe, catch_unwind},
    pin::Pin,
    sync::{Arc, atomic::Ordering::Relaxed},
    task::{Context, Poll, Waker, ready},
    time::Duration,
};

use bytes::{Buf, Bytes, BytesMut};
use http::Method;
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    time::{Sleep, sleep},
};
use tokio_util::io::poll_read_buf;

use super::pulse::{Exchange, Pulse};
use crate::express::{Express, Head, MAX_HEAD, Said, plain_fields};

/// After the last answer of a connection whose client may still be sending: how long and how much is read and thrown
/// away, so that the kernel does not answer the unread bytes with a reset that destroys the answer on its way.
const LINGER: Duration = Duration::from_secs(1);
const LINGER_BYTES: usize = 16 * 1024 * 1024;
/// Bytes of a visitor's fields that are kept for comparing.
const MAX_KEPT: usize = 4 * 1024;

/// Whose the next bytes are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    /// Nothing is under way: the next bytes begin a request.
    Between,
    /// hyper has been given a request without a body when it had begun `begun` of them, and answers it.
    Given { begun: u64 },
    /// hyper's, to the end of the connection.
    Through,
}

/// A connection as hyper sees it: it counts what goes through, and what an [`Express`] answers never gets to hyper.
pub(super) struct Front<T, E: Express> {
    stream: T,
    pulse: Arc<Pulse>,
    express: Arc<E>,
    way: Way,
    /// Read, and neither answered nor given to hyper; the first `give` bytes are to be given.
    inbox: BytesMut,
    give: usize,
    /// hyper was told to wait while the inbox holds the next request.
    held: Option<Waker>,
    /// The fields that the last plain requests had, and what they say.
    visitor: Option<(Box<[u8]>, E::Visitor)>,
    outbox: Outbox,
    closing: Option<(Pin<Box<Sleep>>, usize)>,
}

/// An answer of an [`Express`], as far as it is not sent yet.
#[derive(Default)]
struct Outbox {
    head: Vec<u8>,
    sent: usize,
    body: Bytes,
    flush: bool,
    /// Of an answer that the socket does not take at once.
    slow: Option<Exchange>,
}

impl<T: AsyncRead + AsyncWrite + Unpin, E: Express> Front<T, E> {
    pub fn new(stream: T, pulse: Arc<Pulse>, express: Arc<E>) -> Self {
        let way = if express.is_there() { Way::Between } else { Way::Through };
        Self {
            stream,
            pulse,
            express,
            way,
            inbox: BytesMut::new(),
            give: 0,
            held: None,
            visitor: None,
            outbox: Outbox::default(),
            closing: None,
        }
    }

    fn wrote(&self, result: Poll<io::Result<usize>>) -> Poll<io::Result<usize>> {
        if let Poll::Ready(Ok(count)) = &result {
            self.pulse.written.fetch_add(*count as u64, Relaxed);
        }
        result
    }

    /// Reads into the inbox.
    fn poll_fill(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<usize>> {
        self.inbox.reserve(MAX_HEAD.saturating_sub(self.inbox.len()).max(1));
        let count = ready!(poll_read_buf(Pin::new(&mut self.stream), cx, &mut self.inbox))?;
        self.pulse.read.fetch_add(count as u64, Relaxed);
        Poll::Ready(Ok(count))
    }

    /// Sends what is left of an answer.
    fn poll_send(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let out = &mut self.outbox;
        while out.sent < out.head.len() || !out.body.is_empty() {
            let slices = [io::IoSlice::new(&out.head[out.sent..]), io::IoSlice::new(&out.body)];
            let stream = Pin::new(&mut self.stream);
            let result = match out.sent < out.head.len() {
                true => stream.poll_write_vectored(cx, &slices),
                false => stream.poll_write(cx, &out.body),
            };
            let count = match result {
                Poll::Ready(Ok(0)) => return Poll::Ready(Err(io::ErrorKind::WriteZero.into())),
                Poll::Ready(Ok(count)) => count,
                Poll::Ready(Err(error)) => return Poll::Ready(Err(error)),
                Poll::Pending => {
                    out.slow.get_or_insert_with(|| self.pulse.begin(false));
                    self.pulse.sending.store(true, Relaxed);
                    return Poll::Pending;
                }
            };
            self.pulse.written.fetch_add(count as u64, Relaxed);
            let of_head = count.min(out.head.len() - out.sent);
            out.sent += of_head;
            out.body.advance(count - of_head);
        }
        if out.flush {
            ready!(Pin::new(&mut self.stream).poll_flush(cx))?;
            out.flush = false;
            out.head.clear();
            out.sent = 0;
            if out.slow.take().is_some() {
                self.pulse.sending.store(false, Relaxed);
                self.pulse.sent.notify_waiters();
            }
        }
        Poll::Ready(Ok(()))
    }

    /// Looks at what is in the inbox between requests; says whether anything came of it. Nothing does while a head is not whole.
    fn look(&mut self) -> bool {
        let (method, target, fields, len) = match Head::split(&self.inbox) {
            Head::Partial => return false,
            Head::Other => {
                self.through();
                return true;
            }
            Head::Plain { method, target, fields, len } => (method, target, fields, len),
        };
        // Fields that were seen before are known to be plain ones.
        let known = self.visitor.as_ref().is_some_and(|(seen, _)| **seen == *fields);
        let wanted = method == Method::GET && self.express.wants(target) && !self.pulse.leave.is_cancelled();
        let mut said = if wanted || !known { Said::Stale } else { Said::Pass };
        if wanted
            && known
            && let Some((_, visitor)) = &self.visitor
        {
            said = ask(&*self.express, target, visitor, &mut self.outbox.head);
        }
        if matches!(said, Said::Stale) {
            let Some(map) = plain_fields(fields) else {
                self.through();
                return true;
            };
            said = Said::Pass;
            self.outbox.head.clear();
            if wanted && let Some(visitor) = self.express.visitor(&map) {
                said = ask(&*self.express, target, &visitor, &mut self.outbox.head);
                if fields.len() <= MAX_KEPT {
                    self.visitor = Some((fields.into(), visitor));
                }
            }
        }
        if let Said::Answer(body) = said {
            self.outbox.body = body;
            self.outbox.flush = true;
            self.pulse.answered((self.inbox.len() - len) as u64);
            match len == self.inbox.len() {
                true => self.inbox.clear(),
                false => self.inbox.advance(len),
            }
        } else {
            self.outbox.head.clear();
            self.way = Way::Given { begun: self.pulse.begun.load(Relaxed) };
            self.give = len;
        }
        true
    }

    fn through(&mut self) {
        self.way = Way::Through;
        self.give = self.inbox.len();
        self.visitor = None;
    }
}

/// A panic is a fault of the short way alone: the long one has its own answer to it.
fn ask<E: Express>(express: &E, target: &str, visitor: &E::Visitor, head: &mut Vec<u8>) -> Said {
    let said = catch_unwind(AssertUnwindSafe(|| express.answer(target, visitor, head)));
    said.unwrap_or_else(|_| {
        tracing::error!("an express answer panicked");
        Said::Pass
    })
}

impl<T: AsyncRead + AsyncWrite + Unpin, E: Express> AsyncRead for Front<T, E> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = &mut *self;
        loop {
            ready!(this.poll_send(cx))?;
            if this.give > 0 {
                let count = this.give.min(buffer.remaining());
                buffer.put_slice(&this.inbox[..count]);
                this.inbox.advance(count);
                this.give -= count;
                return Poll::Ready(Ok(()));
            }
            match this.way {
                Way::Through => {
                    this.inbox = BytesMut::new();
                    let before = buffer.filled().len();
                    let result = Pin::new(&mut this.stream).poll_read(cx, buffer);
                    this.pulse.read.fetch_add((buffer.filled().len() - before) as u64, Relaxed);
                    return result;
                }
                // It was given a whole head and has begun nothing: it sees something else in it than we did.
                Way::Given { begun } if this.pulse.begun.load(Relaxed) == begun => this.through(),
                Way::Given { .. } => {
                    // It looks whether the client is still there.
                    if this.inbox.is_empty() && ready!(this.poll_fill(cx))? == 0 {
                        return Poll::Ready(Ok(()));
                    }
                    this.held = Some(cx.waker().clone());
                    return Poll::Pending;
                }
                Way::Between => {
                    if !this.inbox.is_empty() && this.look() {
                        continue;
                    }
                    if ready!(this.poll_fill(cx))? == 0 {
                        if this.inbox.is_empty() {
                            return Poll::Ready(Ok(()));
                        }
                        this.through();
                    }
                }
            }
        }
    }
}

impl<T: AsyncRead + AsyncWrite + Unpin, E: Express> AsyncWrite for Front<T, E> {
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
        ready!(Pin::new(&mut self.stream).poll_flush(cx))?;
        // hyper flushes when it has written all that it had. When its exchange is over too, the next request may be ours.
        if let Way::Given { begun } = self.way
            && self.give == 0
            && self.pulse.begun.load(Relaxed) != begun
            && !self.pulse.busy()
        {
            self.way = Way::Between;
            if let Some(held) = self.held.take() {
                held.wake();
            }
        }
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = &mut *self;
        if this.closing.is_none() {
            ready!(this.poll_send(cx))?;
            ready!(Pin::new(&mut this.stream).poll_shutdown(cx))?;
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
                    ready!(deadline.as_mut().poll(cx));
                    return Poll::Ready(Ok(()));
                }
            }
        }
        Poll::Ready(Ok(()))
    }
}
