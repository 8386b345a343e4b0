//! Every bound of the registry, each with its reason.

use std::time::Duration;

/// Largest manifest in bytes: what the OCI Distribution Specification asks registries to accept (§ "Pushing manifests").
pub const MAX_MANIFEST: u64 = 4 << 20;
/// Bytes of a piece: blobs are fetched, and shared among peers, in these. Small enough that twenty hosts share one layer
/// evenly, large enough that asking costs little beside moving it.
pub const PIECE: u64 = 1 << 20;
/// Largest blob in bytes; its pieces fit a table.
pub const MAX_BLOB: u64 = 32 << 30;
/// Bytes of one chunk of an answer.
pub(crate) const CHUNK: u64 = 256 << 10;
/// Tags in one page of a list.
pub(crate) const MAX_TAGS: usize = 1_000;
/// Tags whose last good pointer is kept, for when the store is down.
pub(crate) const MAX_KEPT_TAGS: usize = 1_000;
/// Peers that are known; more are a wrong configuration.
pub const MAX_PEERS: usize = 1_000;

/// What one host allows itself.
#[derive(Debug, Clone)]
pub struct RegistryLimits {
    /// Bytes kept on disk.
    pub disk: u64,
    /// Blobs fetched at a time; the next ones wait.
    pub fetches: usize,
    /// Pieces of one blob fetched at a time. With [`RegistryLimits::fetches`] it bounds memory.
    pub pieces: usize,
    /// Reads of the store at a time, and how long one may take.
    pub store_reads: usize,
    /// After this long the store counts as down for the read at hand.
    pub store_timeout: Duration,
    /// Pieces sent to peers at a time; more wait. Refusing them would send their askers to the store, when all are busy.
    pub peer_sends: usize,
    /// To connect to a peer on the same network.
    pub peer_connect: Duration,
    /// From the question to the head of a peer's answer: it may have to read the store first, and be as busy as we are. A
    /// host that is gone shows when connecting; this is for one that hangs.
    pub peer_head: Duration,
    /// Between two parts of a peer's answer.
    pub peer_stall: Duration,
    /// How long a peer that did not answer is not asked again.
    pub peer_down: Duration,
    /// Memory for manifests, in bytes.
    pub manifests: u64,
}

impl Default for RegistryLimits {
    fn default() -> Self {
        Self {
            disk: 8 << 30,
            fetches: 8,
            pieces: 8,
            store_reads: 16,
            store_timeout: Duration::from_secs(10),
            peer_sends: 64,
            peer_connect: Duration::from_secs(2),
            peer_head: Duration::from_secs(20),
            peer_stall: Duration::from_secs(10),
            peer_down: Duration::from_secs(10),
            manifests: 32 << 20,
        }
    }
}
