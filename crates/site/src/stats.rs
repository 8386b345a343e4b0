use prometheus_client::metrics::{counter::Counter, gauge::Gauge};
use web::Metrics;

/// What is counted of pages.
#[derive(Debug, Clone)]
pub(crate) struct Stats {
    /// Answered from the cache.
    pub hits: Counter,
    /// Rendered.
    pub rendered: Counter,
    /// Bytes of pages held.
    pub bytes: Gauge,
    /// Endings that a page made.
    pub endings_made: Counter,
    /// Endings that a page found made.
    pub endings_shared: Counter,
    /// Bytes of endings held.
    pub ending_bytes: Gauge,
}

impl Stats {
    pub fn new(metrics: &Metrics) -> Self {
        let counter = |name, help| metrics.register(name, help, Counter::default());
        Self {
            endings_made: counter("site_endings_made", "Endings of pages made"),
            endings_shared: counter("site_endings_shared", "Endings of pages that were made before"),
            ending_bytes: metrics.register("site_ending_bytes", "Bytes of endings held", Gauge::default()),
            hits: metrics.register("site_page_hits", "Pages answered from the cache", Counter::default()),
            rendered: metrics.register("site_pages_rendered", "Pages rendered", Counter::default()),
            bytes: metrics.register("site_page_bytes", "Bytes of pages held", Gauge::default()),
        }
    }
}
