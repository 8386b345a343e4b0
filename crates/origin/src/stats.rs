use prometheus_client::metrics::counter::Counter;
use web::Metrics;

/// What an origin counts beside its requests.
#[derive(Debug, Clone)]
pub(crate) struct Stats {
    pub index_loads: Counter,
    pub bytes: Counter,
    pub chunk_hits: Counter,
    pub chunk_misses: Counter,
    pub disk_waits: Counter,
    pub store_reads: Counter,
    pub kept: Counter,
}

impl Stats {
    pub fn new(metrics: &Metrics) -> Self {
        let counter = |name, help| metrics.register(name, help, Counter::default());
        Self {
            index_loads: counter("origin_index_loads", "Media indexes read"),
            bytes: counter("origin_bytes", "Bytes of media and pictures sent"),
            chunk_hits: counter("origin_chunk_hits", "Chunks found in memory"),
            chunk_misses: counter("origin_chunk_misses", "Chunks read from their file"),
            disk_waits: counter("origin_disk_waits", "Chunks that a thread waited for the disk for"),
            store_reads: counter("origin_store_reads", "Blocks asked of the object store"),
            kept: counter("origin_kept", "Requests served for assets that the edition has dropped"),
        }
    }
}
