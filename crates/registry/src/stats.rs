//! What is counted.

use prometheus_client::metrics::{counter::Counter, gauge::Gauge};
use web::Metrics;

/// The registry's metrics.
#[derive(Debug, Clone)]
pub(crate) struct Stats {
    pub store_bytes: Counter,
    pub store_reads: Counter,
    pub peer_bytes: Counter,
    pub peer_sent: Counter,
    pub peer_failures: Counter,
    pub wrong: Counter,
    pub uncached: Counter,
    pub stale_tags: Counter,
    pub evicted: Counter,
    pub disk_bytes: Gauge,
    pub disk_limit: Gauge,
    pub fetching: Gauge,
    pub peers: Gauge,
}

impl Stats {
    pub fn new(metrics: &Metrics) -> Self {
        let counter = |name: &str, help: &str| metrics.register(name, help, Counter::default());
        let gauge = |name: &str, help: &str| metrics.register(name, help, Gauge::default());
        Self {
            store_bytes: counter("registry_store_bytes", "Bytes read from the object store"),
            store_reads: counter("registry_store_reads", "Reads of the object store"),
            peer_bytes: counter("registry_peer_bytes", "Bytes that peers sent to this host"),
            peer_sent: counter("registry_peer_sent_bytes", "Bytes that this host sent to peers"),
            peer_failures: counter("registry_peer_failures", "Peers that did not answer as they should"),
            wrong: counter(
                "registry_wrong_bytes",
                "Fetches and files whose bytes were not what their digest says",
            ),
            uncached: counter("registry_uncached", "Blobs served without keeping them, for want of room"),
            stale_tags: counter("registry_stale_tags", "Tags answered as last known: the store was down"),
            evicted: counter("registry_evicted", "Blobs dropped to make room"),
            disk_bytes: gauge("registry_disk_bytes", "Bytes kept on disk, those on their way included"),
            disk_limit: gauge("registry_disk_limit_bytes", "Bytes that may be kept on disk"),
            fetching: gauge("registry_fetching", "Blobs on their way"),
            peers: gauge("registry_peers", "Other hosts' registries that are known"),
        }
    }
}
