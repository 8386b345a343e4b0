//! The accept loop: connections within their limits, and a drain that loses no request.

mod aside;
mod connection;
mod front;
mod gate;
mod listener;
mod pulse;
mod refusal;
mod secure;

use std::{convert::Infallible, io, net::SocketAddr, time::Duration};

use axum::{extract::Request, response::Response};
use governor::clock::MonotonicClock;
use tokio::{
    net::{TcpListener, TcpSocket, TcpStream},
    sync::Semaphore,
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use tower::Service;

pub use gate::Gate;
pub use listener::Listener;

use crate::{Express, HttpMetrics, limits::ConnectionLimits, pace::Pace};

/// Connections waiting to be accepted; the kernel caps it at `net.core.somaxconn`.
const BACKLOG: u32 = 4_096;
/// Pause after the system refused us a connection (out of file descriptors): trying at once would only burn a core.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);
/// Where connections are accepted at a rate: of a second's worth, such a part at once.
const ACCEPTS_AT_ONCE: u32 = 10;

/// How a drain ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Drained {
    /// Connections that were still open at the deadline, and were cut.
    pub cut: usize,
}

/// Listens on `address`. `send_buffer` sets the kernel's send buffer of each connection in bytes: large ones are what
/// makes sending large bodies cheap.
pub fn bind(address: SocketAddr, send_buffer: Option<u32>) -> io::Result<TcpListener> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
    // A restart must not wait for the old connections' TIME_WAIT.
    socket.set_reuseaddr(true)?;
    if let Some(bytes) = send_buffer {
        socket.set_send_buffer_size(bytes)?;
    }
    socket.bind(address)?;
    socket.listen(BACKLOG)
}

/// Serves HTTP/1.1 and HTTP/2 (prior knowledge, or agreed on in the handshake of a [secured](Listener::secured) listener) until `shutdown`, then drains.
///
/// On shutdown it accepts what already waits in the listener's queue and then listens no more; the queue of a socket that is
/// [shared](Listener::shared) is left to the others. Answers tell their clients to
/// close (`Connection: close`, GOAWAY); requests in flight are finished; a connection without one has `drain_grace` to
/// bring its next. What is left at `drain_deadline` is cut.
/// While the listener's [gate](Listener::gated) is shut, its clients are told to close in the same way, without a deadline.
pub async fn serve<S>(
    listener: impl Into<Listener>,
    app: S,
    limits: ConnectionLimits,
    metrics: &HttpMetrics,
    shutdown: CancellationToken,
) -> Drained
where
    S: Service<Request, Response = Response, Error = Infallible> + Clone + Send + Sync + 'static,
    S::Future: Send,
{
    serve_with(listener, app, (), limits, metrics, shutdown).await
}

/// The same, with an [`Express`] before `app`: it answers what it can of plain HTTP/1.1 requests, `app` the others.
pub async fn serve_with<S, E>(
    listener: impl Into<Listener>,
    app: S,
    express: E,
    limits: ConnectionLimits,
    metrics: &HttpMetrics,
    shutdown: CancellationToken,
) -> Drained
where
    S: Service<Request, Response = Response, Error = Infallible> + Clone + Send + Sync + 'static,
    S::Future: Send,
    E: Express,
{
    let listener = listener.into();
    let server = connection::Server::new(app, express, limits.clone(), metrics.connections.clone());
    let pace = limits.accepts.map(|rate| Pace::new(rate, ACCEPTS_AT_ONCE, MonotonicClock));
    let next = async || {
        if let Some(pace) = &pace {
            pace.turn().await;
        }
        listener.socket().accept().await
    };
    let places = std::sync::Arc::new(Semaphore::new(limits.connections.min(Semaphore::MAX_PERMITS)));
    let tasks = TaskTracker::new();
    let refusals = refusal::Refusals::default();
    let handshakes = listener.tls().map(|tls| {
        secure::Handshakes::new(tls, limits.clone(), refusals.clone(), metrics.handshakes.clone())
    });
    // What tells the connections to close that were accepted since the gate was last opened.
    let mut leave = shutdown.child_token();
    let admit = |stream: TcpStream, leave: &CancellationToken| match places.clone().try_acquire_owned() {
        Ok(place) => {
            let (server, leave) = (server.clone(), leave.clone());
            // Tasks of their own: that of plain HTTP is to be no larger for what TLS needs.
            match handshakes.clone() {
                None => tasks.spawn(async move {
                    server.connection(stream, leave).await;
                    drop(place);
                }),
                Some(handshakes) => tasks.spawn(async move {
                    server.secured(stream, handshakes, leave).await;
                    drop(place);
                }),
            };
        }
        Err(_) => {
            metrics.connections.refused.inc();
            // Words without a handshake would be taken for noise.
            if handshakes.is_none() {
                refusals.refuse(stream);
            }
        }
    };
    loop {
        let accepted = tokio::select! {
            biased;
            () = shutdown.cancelled() => break,
            () = listener.gate().is(false) => {
                leave.cancel();
                tokio::select! {
                    () = shutdown.cancelled() => break,
                    () = listener.gate().is(true) => leave = shutdown.child_token(),
                }
                continue;
            }
            accepted = next() => accepted,
        };
        match accepted {
            Ok((stream, _)) => admit(stream, &leave),
            Err(error) if of_one_connection(&error) => {}
            Err(error) => {
                tracing::error!(%error, "cannot accept connections; trying again");
                tokio::time::sleep(ACCEPT_PAUSE).await;
            }
        }
    }
    // Clients in the queue believe to be connected: closing the listener first would reset them. The system is asked itself:
    // the runtime may not have heard of them yet.
    if let Some(queue) = listener.leave() {
        while let Ok((stream, _)) = queue.accept() {
            if stream.set_nonblocking(true).is_ok()
                && let Ok(stream) = TcpStream::from_std(stream)
            {
                admit(stream, &leave);
            }
        }
    }
    tasks.close();
    let cut = match tokio::time::timeout(limits.drain_deadline, tasks.wait()).await {
        Ok(()) => 0,
        Err(_) => tasks.len(),
    };
    server.cut_all();
    tasks.wait().await;
    Drained { cut }
}

/// The client went away between its handshake and our accept.
fn of_one_connection(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionReset, Interrupted};
    matches!(error.kind(), ConnectionAborted | ConnectionReset | Interrupted)
}
