//! How a blob comes: its pieces from whoever is to be asked, hashed in order, and kept only if all of it is right.

use std::sync::{Arc, PoisonError};

use futures_util::{StreamExt, TryStreamExt, stream};
use objects::Digest;
use tokio::task::spawn_blocking;

use crate::{
    error::FetchError,
    flight::{Flight, Piece, given_up},
    hash::Hasher,
    peers::Node,
    registry::Registry,
};

/// Of the peers that rank before us for a piece, this many are asked before the store is: a dead first leaves the second,
/// and a fleet that is half gone does not make everybody wait.
const ASKED_FIRST: usize = 2;

/// Ends a flight whatever happens to the task that drives it.
struct Ending {
    registry: Registry,
    flight: Arc<Flight>,
}

impl Drop for Ending {
    fn drop(&mut self) {
        self.registry.land(&self.flight);
        self.flight.end(Err(FetchError::GivenUp("the task that fetched it ended".into())));
    }
}

impl Registry {
    /// Fetches all of a blob, then ends its flight.
    pub(crate) async fn drive(self, flight: Arc<Flight>) {
        let ending = Ending { registry: self, flight };
        let (registry, flight) = (&ending.registry, &ending.flight);
        let _place = registry.0.places.acquire().await;
        registry.0.stats.fetching.inc();
        let outcome = registry.fetch(flight).await;
        registry.0.stats.fetching.dec();
        let outcome = match outcome {
            Ok(()) => {
                let done = flight.clone();
                match spawn_blocking(move || done.keep()).await {
                    Ok(Ok(())) => Ok(()),
                    // Its bytes are right, whoever has the file open may have them; it is only not kept.
                    Ok(Err(error)) => {
                        tracing::error!(digest = %flight.digest, %error, "cannot be kept in the registry's cache");
                        Ok(())
                    }
                    Err(error) => Err(given_up(error)),
                }
            }
            Err(error) => Err(error),
        };
        if let Err(error) = &outcome {
            registry.forget_length(&flight.digest).await;
            tracing::error!(digest = %flight.digest, cause = %web::problem::chain(error), "a blob was not fetched");
        }
        registry.land(flight);
        flight.end(outcome);
    }

    /// No longer on its way: the next who wants it looks on the disk.
    fn land(&self, flight: &Arc<Flight>) {
        let mut flights = self.0.flights.lock().unwrap_or_else(PoisonError::into_inner);
        if flights.get(&flight.digest).is_some_and(|other| Arc::ptr_eq(other, flight)) {
            flights.remove(&flight.digest);
        }
    }

    async fn fetch(&self, flight: &Arc<Flight>) -> Result<(), FetchError> {
        match self.attempt(flight, true).await {
            Err(FetchError::Wrong(digest)) => {
                let suspect = self.of_peers(flight).await?;
                if suspect.is_empty() {
                    return Err(FetchError::Wrong(digest));
                }
                tracing::error!(%digest, "wrong bytes, some of them from peers; trying again with the store alone");
                flight.again();
                self.attempt(flight, false).await?;
                self.blame(flight, suspect).await
            }
            outcome => outcome,
        }
    }

    async fn of_peers(&self, flight: &Arc<Flight>) -> Result<Vec<(u64, usize, blake3::Hash)>, FetchError> {
        let flight = flight.clone();
        let found = spawn_blocking(move || flight.of_peers()).await.map_err(given_up)?;
        found.map_err(|error| FetchError::Disk(Arc::new(error)))
    }

    /// Now that the right bytes are here: whose were different?
    async fn blame(
        &self,
        flight: &Arc<Flight>,
        suspect: Vec<(u64, usize, blake3::Hash)>,
    ) -> Result<(), FetchError> {
        let checked = flight.clone();
        let liars = spawn_blocking(move || {
            let mut liars: Vec<usize> = Vec::new();
            for (piece, peer, before) in suspect {
                if checked.fingerprint(piece)? != before && !liars.contains(&peer) {
                    liars.push(peer);
                }
            }
            Ok(liars)
        });
        let liars = liars
            .await
            .map_err(given_up)?
            .map_err(|error: std::io::Error| FetchError::Disk(Arc::new(error)))?;
        for peer in liars {
            self.0.peers.distrust(peer, &flight.digest);
        }
        Ok(())
    }

    /// Fetches every piece and hashes them in order as they come.
    async fn attempt(&self, flight: &Arc<Flight>, peers: bool) -> Result<(), FetchError> {
        let (ours, others): (Vec<u64>, Vec<u64>) = (0..flight.pieces())
            .partition(|piece| self.0.peers.rank(&flight.digest, *piece).first() == Some(&Node::Here));
        // Ours first: they are what the other hosts will ask us for.
        let all =
            ours.into_iter().chain(others).map(|piece| self.clone().bring(flight.clone(), piece, peers));
        let bring = stream::iter(all).buffer_unordered(self.0.limits.pieces.max(1)).try_collect::<()>();
        let ((), digest) = tokio::try_join!(bring, hashed(flight))?;
        if digest == flight.digest {
            return Ok(());
        }
        self.0.stats.wrong.inc();
        Err(FetchError::Wrong(flight.digest))
    }

    async fn bring(self, flight: Arc<Flight>, piece: u64, peers: bool) -> Result<(), FetchError> {
        let claim = loop {
            if let Some(claim) = flight.claim(piece, Piece::FromPeers) {
                break claim;
            }
            // A peer's question makes us read it already.
            if let Piece::Here(_) = flight.settled(piece).await? {
                return Ok(());
            }
        };
        let (from, to) = flight.span(piece);
        let turn = || claim.turn_to_store();
        let (bytes, sender) = self.part(flight.digest, piece, (from, to), peers, turn).await?;
        claim.write(bytes, sender).await
    }

    /// One piece, from the peers that rank first, the store, or any peer if the store fails.
    pub(crate) async fn part(
        &self,
        digest: Digest,
        piece: u64,
        (from, to): (u64, u64),
        peers: bool,
        turn_to_store: impl Fn(),
    ) -> Result<(Vec<u8>, Option<usize>), FetchError> {
        let all = &self.0.peers;
        let ranked = if peers { all.rank(&digest, piece) } else { Vec::new() };
        let mut asked = Vec::new();
        for node in &ranked {
            let Node::Peer(peer) = *node else { break };
            if asked.len() == ASKED_FIRST {
                break;
            }
            if all.up(peer) {
                asked.push(peer);
                if let Some(bytes) = all.piece(peer, &digest, from, to).await {
                    return Ok((bytes, Some(peer)));
                }
            }
        }
        turn_to_store();
        let error = match self.0.store.part(digest, from, to).await {
            Ok(bytes) => return Ok((bytes, None)),
            Err(error) => error,
        };
        for node in ranked {
            if let Node::Peer(peer) = node
                && !asked.contains(&peer)
                && all.up(peer)
                && let Some(bytes) = all.piece(peer, &digest, from, to).await
            {
                return Ok((bytes, Some(peer)));
            }
        }
        Err(error)
    }

    /// A piece for a peer: from the flight as far as we had it from the store ourselves, from the store otherwise. No peer
    /// is asked, or waited for: two hosts that each believe the other to be first would wait for ever.
    pub(crate) async fn part_for_peer(
        &self,
        flight: &Arc<Flight>,
        piece: u64,
    ) -> Result<Vec<u8>, FetchError> {
        let (from, to) = flight.span(piece);
        loop {
            match flight.state(piece) {
                Piece::Here(None) => {
                    return flight.read(from, to).await.map_err(|error| FetchError::Disk(Arc::new(error)));
                }
                Piece::FromStore => {
                    flight.settled(piece).await?;
                }
                Piece::FromPeers | Piece::Here(Some(_)) => {
                    return self.0.store.part(flight.digest, from, to).await;
                }
                Piece::Wanted => {
                    let Some(claim) = flight.claim(piece, Piece::FromStore) else { continue };
                    let (store, digest) = (self.0.store.clone(), flight.digest);
                    // A task of its own: the peer may go, and others wait for the piece.
                    let read = tokio::spawn(async move {
                        let bytes = store.part(digest, from, to).await?;
                        claim.write(bytes.clone(), None).await?;
                        Ok(bytes)
                    });
                    return read.await.map_err(given_up)?;
                }
            }
        }
    }
}

/// The digest of what has come, as it comes.
async fn hashed(flight: &Arc<Flight>) -> Result<Digest, FetchError> {
    let (mut hasher, mut at) = (Hasher::default(), 0);
    while at < flight.size {
        let (file, ready) = (flight.file(), flight.beyond(at).await?);
        let added = spawn_blocking(move || {
            hasher.add_file(&file, at, ready)?;
            Ok(hasher)
        });
        hasher = added
            .await
            .map_err(given_up)?
            .map_err(|error: std::io::Error| FetchError::Disk(Arc::new(error)))?;
        at = ready;
    }
    Ok(hasher.digest())
}
