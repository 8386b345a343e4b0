use std::{io, net::SocketAddr, sync::Arc};

use rustls::ServerConfig;
use tokio::net::TcpListener;

use super::Gate;

/// A listening socket, and whose it is.
#[derive(Debug)]
pub struct Listener {
    socket: TcpListener,
    shared: bool,
    gate: Gate,
    tls: Option<Arc<ServerConfig>>,
}

impl Listener {
    /// A socket that other processes accept from too, and that somebody else holds open: systemd, or the supervisor of this host.
    /// Whoever drains leaves its queue to the others.
    pub fn shared(socket: std::net::TcpListener) -> io::Result<Self> {
        // A property of the socket, not of this process: everyone who shares it waits in the same way.
        socket.set_nonblocking(true)?;
        Ok(Self { socket: TcpListener::from_std(socket)?, shared: true, gate: Gate::default(), tls: None })
    }

    /// Accepts while the gate is open. For a [shared](Self::shared) one: what waits for one that nobody else accepts from waits
    /// until the gate is opened again.
    pub fn gated(self, gate: Gate) -> Self {
        Self { gate, ..self }
    }

    /// Speaks TLS, and nothing else.
    pub fn secured(self, tls: Arc<ServerConfig>) -> Self {
        Self { tls: Some(tls), ..self }
    }

    /// Where it listens.
    pub fn address(&self) -> io::Result<SocketAddr> {
        self.socket.local_addr()
    }

    pub(super) fn gate(&self) -> &Gate {
        &self.gate
    }

    pub(super) fn tls(&self) -> Option<Arc<ServerConfig>> {
        self.tls.clone()
    }

    pub(super) fn socket(&self) -> &TcpListener {
        &self.socket
    }

    /// Gives up the socket: what waits in its queue, if nobody else would ever accept it.
    pub(super) fn leave(self) -> Option<std::net::TcpListener> {
        // The others accept what waits. Taking it from them would never end under load: the queue fills again as we empty it.
        // Closing our descriptor leaves the socket as it is; `shutdown(2)` would end it for all.
        if self.shared { None } else { self.socket.into_std().ok() }
    }
}

impl From<TcpListener> for Listener {
    /// A socket of this process alone.
    fn from(socket: TcpListener) -> Self {
        Self { socket, shared: false, gate: Gate::default(), tls: None }
    }
}
