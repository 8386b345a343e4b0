use std::{
    convert::Infallible,
    future::poll_fn,
    pin::pin,
    sync::{Arc, atomic::Ordering::Relaxed},
    task::Poll,
};

use axum::{body::Body, extract::Request, response::Response};
use http::{HeaderValue, Version, header};
use hyper::{body::Incoming, service::service_fn};
use hyper_util::{
    rt::{TokioExecutor, TokioIo, TokioTimer},
    server::conn::auto,
};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpStream,
    time::sleep,
};
use tokio_util::sync::CancellationToken;
use tower::{Service, ServiceExt};

use super::{
    aside::Aside,
    front::Front,
    pulse::{Answer, Beat, Exchange, Pulse},
    secure::Handshakes,
};
use crate::{express::Express, limits::ConnectionLimits, metrics::ConnectionMetrics};

/// What all connections of a listener share.
pub(super) struct Server<S, E> {
    app: S,
    express: Arc<E>,
    builder: auto::Builder<TokioExecutor>,
    limits: ConnectionLimits,
    metrics: ConnectionMetrics,
    cut: CancellationToken,
}

impl<S, E> Server<S, E>
where
    S: Service<Request, Response = Response, Error = Infallible> + Clone + Send + Sync + 'static,
    S::Future: Send,
    E: Express,
{
    pub fn new(app: S, express: E, limits: ConnectionLimits, metrics: ConnectionMetrics) -> Arc<Self> {
        let mut builder = auto::Builder::new(TokioExecutor::new());
        // Idle time and half heads are the watchdog's: hyper counts them as one.
        builder
            .http1()
            .timer(TokioTimer::new())
            .header_read_timeout(None)
            .max_headers(limits.max_headers)
            // Holds a head and, with it, the queue of an answer's chunks.
            .max_buf_size(limits.max_head_bytes.max(8 * 1024));
        builder
            .http2()
            .timer(TokioTimer::new())
            .max_header_list_size(u32::try_from(limits.max_head_bytes).unwrap_or(u32::MAX))
            .max_concurrent_streams(limits.max_streams);
        Arc::new(Self {
            app,
            express: Arc::new(express),
            builder,
            limits,
            metrics,
            cut: CancellationToken::new(),
        })
    }

    /// Ends every connection at once.
    pub fn cut_all(&self) {
        self.cut.cancel();
    }

    /// Serves one connection to its end, which is to come soon after `leave`.
    pub async fn connection(self: Arc<Self>, stream: TcpStream, leave: CancellationToken) {
        let _open = self.open(&stream);
        self.clone().speak(stream, leave).await;
    }

    /// The same over TLS.
    pub async fn secured(
        self: Arc<Self>,
        stream: TcpStream,
        handshakes: Arc<Handshakes>,
        leave: CancellationToken,
    ) {
        let _open = self.open(&stream);
        let stream = tokio::select! {
            stream = handshakes.shake(stream) => stream,
            () = self.cut.cancelled() => None,
        };
        if let Some(stream) = stream {
            self.clone().speak(stream, leave).await;
        }
    }

    fn open(&self, stream: &TcpStream) -> impl Drop + use<S, E> {
        let open = self.metrics.open.clone();
        self.metrics.accepted.inc();
        open.inc();
        // Answers are written whole: waiting for more to send only delays their last packet.
        let _ = stream.set_nodelay(true);
        OnDrop(move || {
            open.dec();
        })
    }

    async fn speak<I>(self: Arc<Self>, stream: I, leave: CancellationToken)
    where
        I: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let pulse = Arc::new(Pulse::new(leave));
        let exchange = {
            // Streams of HTTP/2 are tasks of their own and hold what they need.
            let (server, pulse) = (self.clone(), pulse.clone());
            move |request: http::Request<Incoming>| {
                // Begun when hyper has the whole head, not when the answer is first asked for.
                let exchange = pulse.begin(request.version() >= Version::HTTP_2);
                server.clone().exchange(request, pulse.clone(), exchange)
            }
        };
        let service = service_fn(exchange);
        let io = TokioIo::new(Front::new(stream, pulse.clone(), self.express.clone()));
        let mut connection = pin!(self.builder.serve_connection(io, service));
        let mut leave = pin!(self.leave(&pulse));
        let mut watch = pin!(self.watch(&pulse));
        let mut cut = pin!(self.cut.cancelled());
        let (aside, mut leaving) = (Aside::new(), false);
        let end = poll_fn(|cx| {
            // Errors here are the client's: it went away or spoke no HTTP, and has been answered if it could be.
            if connection.as_mut().poll(cx).is_ready() {
                return Poll::Ready(End::Over);
            }
            aside.poll(cx, |cx| {
                if !leaving && leave.as_mut().poll(cx).is_ready() {
                    leaving = true;
                    connection.as_mut().graceful_shutdown();
                    // So that it is asked what it makes of that, and the others what they have to say.
                    cx.waker().wake_by_ref();
                    return Poll::Pending;
                }
                if watch.as_mut().poll(cx).is_ready() {
                    return Poll::Ready(End::Slow);
                }
                cut.as_mut().poll(cx).map(|()| End::Over)
            })
        });
        if end.await == End::Slow {
            self.metrics.cut.inc();
        }
    }

    async fn exchange(
        self: Arc<Self>,
        request: http::Request<Incoming>,
        pulse: Arc<Pulse>,
        exchange: Exchange,
    ) -> Result<http::Response<Answer>, Infallible> {
        let http2 = request.version() >= Version::HTTP_2;
        let has_body = !hyper::body::Body::is_end_stream(request.body());
        let mut response = self.app.clone().oneshot(request.map(Body::new)).await?;
        if pulse.leave.is_cancelled() && !http2 {
            response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
        }
        pulse.linger.store(has_body && response.status().as_u16() >= 400, Relaxed);
        Ok(response.map(|body| Answer::new(body, exchange)))
    }

    /// Ends when the connection is to be told to close: it is to leave, and works on a request or brings no other one.
    async fn leave(&self, pulse: &Pulse) {
        pulse.leave.cancelled().await;
        let begins = pulse.begins.notified();
        if !pulse.busy() {
            tokio::select! {
                () = begins => {}
                () = sleep(self.limits.drain_grace) => {}
            }
        }
        // hyper would close an idle connection at once, and knows nothing of this answer.
        let sent = pulse.sent.notified();
        if pulse.sending.load(Relaxed) {
            sent.await;
        }
    }

    /// Ends when the client is too slow with a head, or silent.
    async fn watch(&self, pulse: &Pulse) {
        let step = (self.limits.head_timeout / 2).min(self.limits.idle_timeout);
        let looks = |time: std::time::Duration| time.as_nanos().div_ceil(step.as_nanos().max(1)).max(1);
        let (head, idle) = (looks(self.limits.head_timeout), looks(self.limits.idle_timeout));
        let (mut last, mut slow, mut silent): (Beat, u128, u128) = (pulse.beat(), 0, 0);
        loop {
            sleep(step).await;
            let beat = pulse.beat();
            slow = if beat.same_head(last) { slow + 1 } else { 0 };
            silent = if beat.silent_since(last) { silent + 1 } else { 0 };
            if slow >= head || silent >= idle {
                return;
            }
            last = beat;
        }
    }
}

/// How a connection ends.
#[derive(PartialEq, Eq)]
enum End {
    /// By itself, or cut at the end of a drain.
    Over,
    /// For being slow or silent.
    Slow,
}

struct OnDrop<F: FnMut()>(F);

impl<F: FnMut()> Drop for OnDrop<F> {
    fn drop(&mut self) {
        self.0();
    }
}
