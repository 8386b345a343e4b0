//! Other hosts' registries, and who of all asks the store for which piece.
//!
//! Every host ranks all hosts for every piece by a hash (rendezvous hashing), so that all agree without talking. The first
//! of the rank reads the piece from the store; the others ask it, and after it the second. A peer that is asked by a peer
//! answers from its disk or from the store, never from a third: there are no loops.

mod client;

use std::{
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

use domain::{Clock, Timestamp};
use http::{HeaderName, Uri, uri::Authority};
use objects::Digest;

use crate::{
    limits::{MAX_PEERS, RegistryLimits},
    stats::Stats,
};

/// Marks a peer's request. Whoever else sends it gains nothing: it only forbids us to ask other peers.
pub(crate) const PEER: HeaderName = HeaderName::from_static("primetime-registry-peer");
/// The repository in peers' requests: names are no boundary, digests are.
pub(crate) const ANY: &str = "any";
/// How long a peer whose bytes were wrong is not asked again.
const DISTRUSTED: Duration = Duration::from_secs(600);

/// Why a text is no peer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no peer: write http://HOST:PORT")]
pub struct PeerError(String);

/// Where another registry listens: `http://10.0.0.7:5000`. Its bytes are verified, so that plain HTTP will do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PeerAddress(Authority);

impl std::str::FromStr for PeerAddress {
    type Err = PeerError;
    fn from_str(text: &str) -> Result<Self, PeerError> {
        let wrong = || PeerError(text.chars().take(100).collect());
        let uri: Uri = text.trim().parse().map_err(|_| wrong())?;
        let plain =
            uri.scheme_str() == Some("http") && matches!(uri.path(), "" | "/") && uri.query().is_none();
        match uri.into_parts().authority {
            Some(authority)
                if plain && authority.port_u16().is_some() && !authority.as_str().contains('@') =>
            {
                Ok(Self(authority))
            }
            _ => Err(wrong()),
        }
    }
}

/// All other hosts, and this one's place among them.
pub(crate) struct Peers {
    peers: Vec<Peer>,
    here: Option<PeerAddress>,
    client: client::Client,
    clock: Arc<dyn Clock>,
    down: Duration,
    stats: Stats,
}

struct Peer {
    address: PeerAddress,
    /// Not asked until then, in microseconds.
    until: AtomicI64,
}

/// One of the ranked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Node {
    Here,
    Peer(usize),
}

impl Peers {
    pub fn new(
        all: &[PeerAddress],
        here: Option<PeerAddress>,
        limits: &RegistryLimits,
        clock: Arc<dyn Clock>,
        stats: Stats,
    ) -> Self {
        let others = all.iter().filter(|address| here.as_ref() != Some(address)).take(MAX_PEERS);
        let peers = others
            .map(|address| Peer { address: address.clone(), until: AtomicI64::new(i64::MIN) })
            .collect();
        Self { peers, here, client: client::Client::new(limits), clock, down: limits.peer_down, stats }
    }

    /// All hosts, the one that reads this piece from the store first.
    pub fn rank(&self, digest: &Digest, piece: u64) -> Vec<Node> {
        if self.peers.is_empty() {
            return vec![Node::Here];
        }
        let weight = |address: &PeerAddress| {
            let mut hasher = blake3::Hasher::new();
            hasher.update(&digest.0).update(&piece.to_le_bytes()).update(address.0.as_str().as_bytes());
            *hasher.finalize().as_bytes()
        };
        let peers = self.peers.iter().enumerate().map(|(n, peer)| (weight(&peer.address), Node::Peer(n)));
        let mut all: Vec<_> =
            peers.chain(self.here.iter().map(|address| (weight(address), Node::Here))).collect();
        all.sort_unstable_by_key(|(weight, _)| std::cmp::Reverse(*weight));
        all.into_iter().map(|(_, node)| node).collect()
    }

    /// Is it worth asking?
    pub fn up(&self, peer: usize) -> bool {
        self.clock.now() >= Timestamp(self.peers[peer].until.load(Ordering::Relaxed))
    }

    /// Its bytes were wrong: it is left alone for long.
    pub fn distrust(&self, peer: usize, digest: &Digest) {
        tracing::error!(peer = %self.peers[peer].address.0, %digest, "a peer sent wrong bytes; it is not asked for a while");
        self.leave(peer, DISTRUSTED);
    }

    fn leave(&self, peer: usize, how_long: Duration) {
        self.stats.peer_failures.inc();
        self.peers[peer].until.store(self.clock.now().plus(how_long).micros(), Ordering::Relaxed);
    }

    /// The bytes `from..to` of a blob, as a peer has them: to be verified.
    pub async fn piece(&self, peer: usize, digest: &Digest, from: u64, to: u64) -> Option<Vec<u8>> {
        let path = format!("/v2/{ANY}/blobs/{digest}");
        let bytes = self.ask(peer, &path, Some((from, to)), to - from).await?;
        (bytes.len() as u64 == to - from).then_some(bytes)
    }

    /// A manifest, as a peer has it: to be verified.
    pub async fn manifest(&self, digest: &Digest, limit: u64) -> Option<Vec<u8>> {
        for node in self.rank(digest, 0) {
            if let Node::Peer(peer) = node
                && self.up(peer)
                && let Some(bytes) =
                    self.ask(peer, &format!("/v2/{ANY}/manifests/{digest}"), None, limit).await
                && crate::hash::of(&bytes) == *digest
            {
                return Some(bytes);
            }
        }
        None
    }

    /// The length of a blob, as some peer knows it.
    pub async fn length(&self, digest: &Digest) -> Option<u64> {
        for node in self.rank(digest, 0) {
            if let Node::Peer(peer) = node
                && self.up(peer)
            {
                let path = format!("/v2/{ANY}/blobs/{digest}");
                match self.client.length(&self.peers[peer].address.0, &path).await {
                    Ok(Some(length)) => return Some(length),
                    Ok(None) => {}
                    Err(error) => self.failed(peer, &error),
                }
            }
        }
        None
    }

    async fn ask(&self, peer: usize, path: &str, range: Option<(u64, u64)>, limit: u64) -> Option<Vec<u8>> {
        match self.client.get(&self.peers[peer].address.0, path, range, limit).await {
            Ok(Some(bytes)) => {
                self.stats.peer_bytes.inc_by(bytes.len() as u64);
                Some(bytes)
            }
            Ok(None) => None,
            Err(error) => {
                self.failed(peer, &error);
                None
            }
        }
    }

    fn failed(&self, peer: usize, error: &client::ClientError) {
        tracing::warn!(peer = %self.peers[peer].address.0, error = %web::problem::chain(error), "a peer does not answer; it is skipped for a while");
        self.leave(peer, self.down);
    }
}

#[cfg(test)]
mod tests {
    use domain::ManualClock;
    use web::Metrics;

    use super::*;

    fn peers(all: &[PeerAddress], here: usize) -> Peers {
        let stats = Stats::new(&Metrics::new("test"));
        Peers::new(
            all,
            Some(all[here].clone()),
            &RegistryLimits::default(),
            Arc::new(ManualClock::default()),
            stats,
        )
    }

    #[test]
    fn all_hosts_agree_and_the_load_is_shared() {
        let all: Vec<PeerAddress> =
            (0..20).map(|n| format!("http://10.0.0.{n}:5000").parse().unwrap()).collect();
        let views: Vec<Peers> = (0..20).map(|here| peers(&all, here)).collect();
        let mut owned = [0; 20];
        for piece in 0..200 {
            let first: Vec<&str> = views
                .iter()
                .enumerate()
                .map(|(here, view)| match view.rank(&Digest([1; 32]), piece)[0] {
                    Node::Here => all[here].0.as_str(),
                    Node::Peer(n) => view.peers[n].address.0.as_str(),
                })
                .collect();
            assert!(first.iter().all(|owner| *owner == first[0]));
            owned[all.iter().position(|address| address.0.as_str() == first[0]).unwrap()] += 1;
        }
        assert!(owned.iter().all(|n| (1..=25).contains(n)), "{owned:?}");
    }

    #[test]
    fn addresses() {
        assert!("http://10.0.0.7:5000".parse::<PeerAddress>().is_ok());
        for bad in
            ["", "10.0.0.7:5000", "https://a:1", "http://a", "http://a:1/x", "http://u:p@a:1", "http://a:1?x"]
        {
            assert!(bad.parse::<PeerAddress>().is_err(), "{bad}");
        }
    }
}
