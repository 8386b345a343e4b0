//! What this host has, and how it gets what it has not.

use std::{
    collections::HashMap,
    fs::{self, File, TryLockError},
    io,
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
};

use domain::Clock;
use moka::future::Cache;
use objects::{Digest, Objects, keys::KeyRing};
use tokio::{
    sync::{Mutex as AsyncMutex, Semaphore},
    task::spawn_blocking,
};
use web::Metrics;

use crate::{
    PeerAddress, RegistryLimits,
    disk::{CachedFile, Disk},
    error::FetchError,
    flight::{Flight, given_up},
    hash,
    manifests::Manifests,
    peers::Peers,
    stats::Stats,
    tags::Tags,
    upstream::Upstream,
};

/// Lengths of blobs that are remembered.
const LENGTHS: u64 = 10_000;

/// What a registry is made of.
pub struct RegistryParts {
    /// The store that it pulls through.
    pub objects: Arc<Objects>,
    /// The keys whose signatures on tags count.
    pub ring: KeyRing,
    /// Its folder, which no other process uses.
    pub folder: PathBuf,
    /// The registries of other hosts; this one's own address among them does no harm when `here` names it.
    pub peers: Vec<PeerAddress>,
    /// This host's address as it stands in the others' lists. Without it, this host asks others and is not asked first.
    pub here: Option<PeerAddress>,
    /// Its bounds.
    pub limits: RegistryLimits,
    /// What time it is.
    pub clock: Arc<dyn Clock>,
    /// Where its figures go.
    pub metrics: Metrics,
}

/// A host's registry. Cheap to clone.
#[derive(Clone)]
pub struct Registry(pub(crate) Arc<Shared>);

pub(crate) struct Shared {
    pub disk: Arc<Disk>,
    pub store: Upstream,
    pub peers: Peers,
    pub manifests: Manifests,
    pub tags: Tags,
    pub flights: Mutex<HashMap<Digest, Arc<Flight>>>,
    /// Held while one is begun.
    starting: AsyncMutex<()>,
    lengths: Cache<Digest, u64>,
    _lock: File,
    pub places: Semaphore,
    pub sends: Semaphore,
    pub limits: RegistryLimits,
    pub stats: Stats,
}

/// Where a blob is.
pub(crate) enum Found {
    /// On the disk, verified.
    Kept(CachedFile),
    /// On its way.
    Flying(Arc<Flight>),
    /// In the store, and there is no room for it here. Its length in bytes.
    Through(u64),
}

impl Registry {
    /// Opens the folder, which is this process's alone until it ends: what an earlier one left half-fetched is removed.
    pub fn open(parts: RegistryParts) -> io::Result<Self> {
        let RegistryParts { objects, ring, folder, peers, here, limits, clock, metrics } = parts;
        fs::create_dir_all(&folder)?;
        let lock = File::create(folder.join("lock"))?;
        lock.try_lock().map_err(|error| match error {
            TryLockError::WouldBlock => io::Error::other("another process keeps a registry in it"),
            TryLockError::Error(error) => error,
        })?;
        let stats = Stats::new(&metrics);
        let disk = Arc::new(Disk::open(&folder, limits.disk, clock.clone(), stats.clone())?);
        let store = Upstream::new(objects, &limits, stats.clone());
        let tags = Tags::open(&folder, ring, store.clone(), stats.clone())?;
        Ok(Self(Arc::new(Shared {
            disk,
            store,
            peers: Peers::new(&peers, here, &limits, clock, stats.clone()),
            manifests: Manifests::new(limits.manifests),
            tags,
            flights: Mutex::default(),
            starting: AsyncMutex::default(),
            lengths: Cache::new(LENGTHS),
            _lock: lock,
            places: Semaphore::new(limits.fetches.clamp(1, Semaphore::MAX_PERMITS)),
            sends: Semaphore::new(limits.peer_sends.clamp(1, Semaphore::MAX_PERMITS)),
            limits,
            stats,
        })))
    }

    fn flying(&self, digest: &Digest) -> Option<Arc<Flight>> {
        self.0.flights.lock().unwrap_or_else(PoisonError::into_inner).get(digest).cloned()
    }

    pub(crate) async fn kept(&self, digest: Digest) -> Result<Option<CachedFile>, FetchError> {
        if self.0.disk.length(&digest).is_none() {
            return Ok(None);
        }
        let disk = self.0.disk.clone();
        spawn_blocking(move || disk.find(&digest)).await.map_err(given_up)
    }

    /// The length of a blob, without fetching it. A peer's question is never passed on to peers.
    pub(crate) async fn length(&self, digest: Digest, for_peer: bool) -> Result<u64, FetchError> {
        if let Some(length) = self.0.disk.length(&digest) {
            return Ok(length);
        }
        if let Some(flight) = self.flying(&digest) {
            return Ok(flight.size);
        }
        if for_peer {
            return self.0.store.length(digest).await;
        }
        let asked = self.0.lengths.try_get_with(digest, async {
            match self.0.store.length(digest).await {
                Err(error @ (FetchError::Store(_) | FetchError::StoreSlow)) => {
                    self.0.peers.length(&digest).await.ok_or(error)
                }
                length => length,
            }
        });
        asked.await.map_err(|error: Arc<FetchError>| FetchError::clone(&error))
    }

    /// What was remembered of a blob whose bytes are wrong: its length may be as wrong.
    pub(crate) async fn forget_length(&self, digest: &Digest) {
        self.0.lengths.invalidate(digest).await;
    }

    /// Finds a blob, and sets it on its way when it is not here.
    pub(crate) async fn find(&self, digest: Digest, for_peer: bool) -> Result<Found, FetchError> {
        if let Some(file) = self.kept(digest).await? {
            return Ok(Found::Kept(file));
        }
        if let Some(flight) = self.flying(&digest) {
            return Ok(Found::Flying(flight));
        }
        let size = self.length(digest, for_peer).await?;
        if size == 0 && digest != hash::of(&[]) {
            // An answer without bytes has no end to hold back.
            self.0.stats.wrong.inc();
            self.forget_length(&digest).await;
            return Err(FetchError::Wrong(digest));
        }
        let _starting = self.0.starting.lock().await;
        if let Some(flight) = self.flying(&digest) {
            return Ok(Found::Flying(flight));
        }
        // It may have come while we waited.
        if let Some(file) = self.kept(digest).await? {
            return Ok(Found::Kept(file));
        }
        let disk = self.0.disk.clone();
        let room = spawn_blocking(move || disk.room(&digest, size)).await.map_err(given_up)?;
        let Some(room) = room else {
            self.0.stats.uncached.inc();
            return Ok(Found::Through(size));
        };
        let flight = Arc::new(Flight::new(digest, size, room));
        self.0.flights.lock().unwrap_or_else(PoisonError::into_inner).insert(digest, flight.clone());
        tokio::spawn(self.clone().drive(flight.clone()));
        Ok(Found::Flying(flight))
    }
}
