//! Other hosts' registries, and who of all asks the store for which piece.
//!
//! Every host ranks all hosts for every piece by a hash (rendezvous hashing), so that all agree without talking. The first
//! of the rank reads the piece from the store; the others ask it, and after it the second. A peer that is asked by a peer
//! answers from its disk or from the store, never from a third: there are no loops.

mod client;
pub mod names;

use std::{
    collections::BTreeMap,
    net::SocketAddr,
    sync::{
        Arc, PoisonError, RwLock,
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

impl From<SocketAddr> for PeerAddress {
    fn from(address: SocketAddr) -> Self {
        Self(address.to_string().parse().expect("an address and a port are an authority"))
    }
}

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

/// All other hosts, and this one's place among them; hosts may come and go.
pub(crate) struct Peers {
    known: RwLock<Known>,
    client: client::Client,
    clock: Arc<dyn Clock>,
    down: Duration,
    stats: Stats,
}

/// The hosts as they are now.
#[derive(Default)]
struct Known {
    /// By a number that no other peer ever gets, so that what is said of one that is gone is said of nobody.
    others: BTreeMap<usize, Arc<Peer>>,
    here: Option<PeerAddress>,
    next: usize,
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
        let (known, client) = (RwLock::default(), client::Client::new(limits));
        let peers = Self { known, client, clock, down: limits.peer_down, stats };
        peers.set(all, here);
        peers
    }

    /// These are all hosts from now on. What is known of those that were among them before stays known.
    pub fn set(&self, all: &[PeerAddress], here: Option<PeerAddress>) {
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        let others: Vec<&PeerAddress> =
            all.iter().filter(|address| here.as_ref() != Some(address)).take(MAX_PEERS).collect();
        known.others.retain(|_, peer| others.contains(&&peer.address));
        for address in others {
            if known.others.values().all(|peer| peer.address != *address) {
                let peer = Peer { address: address.clone(), until: AtomicI64::new(i64::MIN) };
                let number = known.next;
                known.others.insert(number, Arc::new(peer));
                known.next += 1;
            }
        }
        known.here = here;
        self.stats.peers.set(i64::try_from(known.others.len()).unwrap_or(i64::MAX));
    }

    /// One that is still among them.
    fn peer(&self, number: usize) -> Option<Arc<Peer>> {
        self.known.read().unwrap_or_else(PoisonError::into_inner).others.get(&number).cloned()
    }

    /// All hosts, the one that reads this piece from the store first.
    pub fn rank(&self, digest: &Digest, piece: u64) -> Vec<Node> {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        if known.others.is_empty() {
            return vec![Node::Here];
        }
        let weight = |address: &PeerAddress| {
            let mut hasher = blake3::Hasher::new();
            hasher.update(&digest.0).update(&piece.to_le_bytes()).update(address.0.as_str().as_bytes());
            *hasher.finalize().as_bytes()
        };
        let peers = known.others.iter().map(|(number, peer)| (weight(&peer.address), Node::Peer(*number)));
        let mut all: Vec<_> =
            peers.chain(known.here.iter().map(|address| (weight(address), Node::Here))).collect();
        all.sort_unstable_by_key(|(weight, _)| std::cmp::Reverse(*weight));
        all.into_iter().map(|(_, node)| node).collect()
    }

    /// Is it worth asking?
    pub fn up(&self, peer: usize) -> bool {
        self.peer(peer).is_some_and(|peer| self.clock.now() >= Timestamp(peer.until.load(Ordering::Relaxed)))
    }

    /// Its bytes were wrong: it is left alone for long.
    pub fn distrust(&self, peer: usize, digest: &Digest) {
        let Some(peer) = self.peer(peer) else { return };
        tracing::error!(peer = %peer.address.0, %digest, "a peer sent wrong bytes; it is not asked for a while");
        self.leave(&peer, DISTRUSTED);
    }

    fn leave(&self, peer: &Peer, how_long: Duration) {
        self.stats.peer_failures.inc();
        peer.until.store(self.clock.now().plus(how_long).micros(), Ordering::Relaxed);
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
                && let Some(peer) = self.peer(peer)
            {
                let path = format!("/v2/{ANY}/blobs/{digest}");
                match self.client.length(&peer.address.0, &path).await {
                    Ok(Some(length)) => return Some(length),
                    Ok(None) => {}
                    Err(error) => self.failed(&peer, &error),
                }
            }
        }
        None
    }

    async fn ask(&self, peer: usize, path: &str, range: Option<(u64, u64)>, limit: u64) -> Option<Vec<u8>> {
        let peer = self.peer(peer)?;
        match self.client.get(&peer.address.0, path, range, limit).await {
            Ok(Some(bytes)) => {
                self.stats.peer_bytes.inc_by(bytes.len() as u64);
                Some(bytes)
            }
            Ok(None) => None,
            Err(error) => {
                self.failed(&peer, &error);
                None
            }
        }
    }

    fn failed(&self, peer: &Peer, error: &client::ClientError) {
        tracing::warn!(peer = %peer.address.0, error = %web::problem::chain(error), "a peer does not answer; it is skipped for a while");
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
                    Node::Peer(n) => all[n + usize::from(n >= here)].0.as_str(),
                })
                .collect();
            assert!(first.iter().all(|owner| *owner == first[0]));
            owned[all.iter().position(|address| address.0.as_str() == first[0]).unwrap()] += 1;
        }
        assert!(owned.iter().all(|n| (1..=25).contains(n)), "{owned:?}");
    }

    #[test]
    fn hosts_come_and_go_and_what_is_known_of_the_others_stays() {
        let all: Vec<PeerAddress> =
            (0..4).map(|n| format!("http://10.0.0.{n}:5000").parse().unwrap()).collect();
        let view = peers(&all[..3], 0);
        let digest = Digest([1; 32]);
        let numbers = |view: &Peers| {
            let mut all: Vec<_> =
                view.rank(&digest, 0).into_iter().filter(|node| *node != Node::Here).collect();
            all.sort_by_key(|node| format!("{node:?}"));
            all
        };
        assert_eq!(numbers(&view), [Node::Peer(0), Node::Peer(1)]);
        view.distrust(1, &digest);
        // One leaves, one comes: it is nobody that was known before.
        view.set(&[all[0].clone(), all[2].clone(), all[3].clone()], Some(all[0].clone()));
        assert_eq!(numbers(&view), [Node::Peer(1), Node::Peer(2)]);
        assert!(!view.up(0) && !view.up(1) && view.up(2));
        view.distrust(0, &digest);
        view.set(&all, Some(all[0].clone()));
        assert!(view.up(3), "back, and begun anew");
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
