use std::{io::ErrorKind, sync::Arc};

use rustls::ServerConfig;
use tokio::{net::TcpStream, sync::Semaphore, time::timeout};
use tokio_rustls::{TlsAcceptor, server::TlsStream};

use super::refusal::Refusals;
use crate::{
    limits::ConnectionLimits,
    metrics::{HandshakeMetrics, HandshakeOutcome},
};

/// The first byte of a client that begins with a handshake (RFC 8446 §5.1, `ContentType`).
const HANDSHAKE: u8 = 22;

/// Makes TLS of TCP, within bounds.
pub(super) struct Handshakes {
    acceptor: TlsAcceptor,
    places: Semaphore,
    limits: ConnectionLimits,
    refusals: Refusals,
    metrics: HandshakeMetrics,
}

impl Handshakes {
    pub fn new(
        config: Arc<ServerConfig>,
        limits: ConnectionLimits,
        refusals: Refusals,
        metrics: HandshakeMetrics,
    ) -> Arc<Self> {
        let places = Semaphore::new(limits.handshakes.min(Semaphore::MAX_PERMITS));
        Arc::new(Self { acceptor: config.into(), places, limits, refusals, metrics })
    }

    /// None: the client was too slow, spoke something else, or did not like what it got.
    pub async fn shake(&self, stream: TcpStream) -> Option<TlsStream<TcpStream>> {
        // Who has not said a word costs a place among the connections, and none here.
        let shaking = async {
            let mut first = [0];
            if stream.peek(&mut first).await? == 0 {
                return Err(ErrorKind::UnexpectedEof.into());
            }
            if first[0] != HANDSHAKE {
                return Ok(Err(stream));
            }
            let _place = self.places.acquire().await.map_err(std::io::Error::other)?;
            let _under_way = UnderWay::new(&self.metrics);
            self.acceptor.accept(stream).await.map(Ok)
        };
        let (outcome, stream) = match timeout(self.limits.handshake_timeout, shaking).await {
            Ok(Ok(Ok(stream))) => (HandshakeOutcome::Done, Some(stream)),
            Ok(Ok(Err(plain))) => {
                self.refusals.plain(plain);
                (HandshakeOutcome::Plain, None)
            }
            Ok(Err(_)) => (HandshakeOutcome::Failed, None),
            Err(_) => (HandshakeOutcome::Slow, None),
        };
        self.metrics.count(outcome);
        stream
    }
}

/// Counted while it lives: a handshake that is cut counts no longer.
struct UnderWay<'a>(&'a HandshakeMetrics);

impl<'a> UnderWay<'a> {
    fn new(metrics: &'a HandshakeMetrics) -> Self {
        metrics.under_way.inc();
        Self(metrics)
    }
}

impl Drop for UnderWay<'_> {
    fn drop(&mut self) {
        self.0.under_way.dec();
    }
}
