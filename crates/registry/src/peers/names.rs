//! The hosts of a fleet that grows and shrinks: all addresses of one DNS name, looked up again and again.

use std::{
    io,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket},
    str::FromStr,
    sync::Arc,
    time::Duration,
};

use futures_util::future::BoxFuture;
use tokio::time::{sleep, timeout};

use super::{PeerAddress, PeerError};
use crate::{limits::MAX_PEERS, registry::Registry};

/// Between two looks. A host that is gone is found out by asking it long before; one that is new is asked a little later.
pub const EVERY: Duration = Duration::from_secs(10);
/// A name server that is slow counts as away.
const PATIENCE: Duration = Duration::from_secs(5);

/// A name that means all hosts: `dns:registry.internal:5000`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PeerName {
    host: Box<str>,
    port: u16,
}

impl FromStr for PeerName {
    type Err = PeerError;
    fn from_str(text: &str) -> Result<Self, PeerError> {
        let wrong = || PeerError(text.chars().take(100).collect());
        let (host, port) =
            text.trim().strip_prefix("dns:").and_then(|rest| rest.rsplit_once(':')).ok_or_else(wrong)?;
        let fits = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_');
        let port: u16 = port.parse().map_err(|_| wrong())?;
        if port == 0 || !(1..=253).contains(&host.len()) || !host.bytes().all(fits) {
            return Err(wrong());
        }
        Ok(Self { host: host.into(), port })
    }
}

impl std::fmt::Display for PeerName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "dns:{}:{}", self.host, self.port)
    }
}

/// How all addresses of a name are found.
pub type Resolve = Arc<dyn Fn(&PeerName) -> BoxFuture<'static, io::Result<Vec<SocketAddr>>> + Send + Sync>;

/// By the system's resolver.
pub fn system() -> Resolve {
    Arc::new(|name| {
        let (host, port) = (name.host.clone(), name.port);
        Box::pin(async move { Ok(tokio::net::lookup_host((&*host, port)).await?.collect()) })
    })
}

/// Whose peers change, and how that is found out.
pub struct Names {
    /// All hosts.
    pub name: PeerName,
    /// How it is looked up, …
    pub resolve: Resolve,
    /// … and how often. See [`EVERY`].
    pub every: Duration,
    /// Where this host listens: its own address is known by it.
    pub listen: SocketAddr,
    /// Its address, where it cannot be known so.
    pub here: Option<PeerAddress>,
}

impl Registry {
    /// Follows the name for ever. While it cannot be looked up, or means nobody, the peers stay as they were.
    pub async fn follow(self, names: Names) {
        let mut before: Option<Result<Vec<SocketAddr>, String>> = None;
        loop {
            let found = match timeout(PATIENCE, (names.resolve)(&names.name)).await {
                Err(_) => Err("the name server does not answer".to_owned()),
                Ok(Err(error)) => Err(error.to_string()),
                Ok(Ok(found)) if found.is_empty() => Err("it means nobody".to_owned()),
                Ok(Ok(mut found)) => {
                    found.sort_unstable();
                    found.dedup();
                    found.truncate(MAX_PEERS);
                    Ok(found)
                }
            };
            if before.as_ref() != Some(&found) {
                match &found {
                    Ok(found) => self.are(found, &names),
                    Err(why) => {
                        tracing::warn!(name = %names.name, why, "the peers are not known; they stay as they were");
                    }
                }
            }
            before = Some(found);
            sleep(names.every).await;
        }
    }

    fn are(&self, found: &[SocketAddr], names: &Names) {
        let own = || found.iter().find(|address| is_own(**address, names.listen)).copied();
        let here = names.here.clone().or_else(|| own().map(PeerAddress::from));
        let all: Vec<PeerAddress> = found.iter().copied().map(PeerAddress::from).collect();
        tracing::info!(name = %names.name, hosts = all.len(), is_among_them = here.is_some(), "peers");
        self.0.peers.set(&all, here);
    }
}

/// Whether whoever asks this address asks us.
fn is_own(address: SocketAddr, listen: SocketAddr) -> bool {
    if !listen.ip().is_unspecified() {
        return address == listen;
    }
    address.port() == listen.port() && source_to(address).is_ok_and(|source| source == address.ip())
}

/// The address from which this machine would send there: of its own addresses, that address. Nothing is sent.
fn source_to(address: SocketAddr) -> io::Result<IpAddr> {
    let any: IpAddr =
        if address.is_ipv4() { Ipv4Addr::UNSPECIFIED.into() } else { Ipv6Addr::UNSPECIFIED.into() };
    let socket = UdpSocket::bind((any, 0))?;
    socket.connect(address)?;
    Ok(socket.local_addr()?.ip())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names() {
        let name: PeerName = "dns:registry.internal:5000".parse().unwrap();
        assert_eq!(name.to_string(), "dns:registry.internal:5000");
        for bad in
            ["", "dns:", "dns:a", "dns:a:0", "dns::1", "dns:a b:1", "dns:a:b:1", "http://a:1", "dns:a:99999"]
        {
            assert!(bad.parse::<PeerName>().is_err(), "{bad}");
        }
    }

    #[test]
    fn a_host_knows_its_own_address() {
        let at = |text: &str| text.parse::<SocketAddr>().unwrap();
        assert!(is_own(at("10.0.0.7:5000"), at("10.0.0.7:5000")));
        assert!(!is_own(at("10.0.0.8:5000"), at("10.0.0.7:5000")));
        assert!(is_own(at("127.0.0.1:5000"), at("0.0.0.0:5000")));
        assert!(!is_own(at("127.0.0.1:5001"), at("0.0.0.0:5000")), "another process of this machine");
        // TEST-NET-1 (RFC 5737): nobody's, so not ours.
        assert!(!is_own(at("192.0.2.1:5000"), at("0.0.0.0:5000")));
    }
}
