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
}

impl Stats {
    pub fn new(metrics: &Metrics) -> Self {
        Self {
            hits: metrics.register("site_page_hits", "Pages answered from the cache", Counter::default()),
            rendered: metrics.register("site_pages_rendered", "Pages rendered", Counter::default()),
            bytes: metrics.register("site_page_bytes", "Bytes of pages held", Gauge::default()),
        }
    }
}
