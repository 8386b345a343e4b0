//! What a process says of itself on `/metrics`, so that whoever scrapes it knows what runs, and whether it takes traffic.

use std::fmt;

use prometheus_client::{
    collector::Collector,
    encoding::{DescriptorEncoder, EncodeMetric},
    metrics::{gauge::ConstGauge, info::Info},
};

use crate::Metrics;

/// Adds `instance_info`, always 1, with the labels `about` (release, version, roles), and `serving`: 1 while it takes traffic, which
/// `takes` says whenever it is asked.
pub fn register(
    metrics: &Metrics,
    about: &[(&'static str, String)],
    takes: impl Fn() -> bool + Send + Sync + 'static,
) {
    let about: Vec<(String, String)> =
        about.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
    metrics.register_collector(Box::new(Instance { info: Info::new(about), takes: Box::new(takes) }));
}

struct Instance {
    info: Info<Vec<(String, String)>>,
    takes: Box<dyn Fn() -> bool + Send + Sync>,
}

impl fmt::Debug for Instance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Instance").field("info", &self.info).finish_non_exhaustive()
    }
}

impl Collector for Instance {
    fn encode(&self, mut encoder: DescriptorEncoder) -> Result<(), fmt::Error> {
        let kind = self.info.metric_type();
        self.info.encode(encoder.encode_descriptor("instance", "What runs", None, kind)?)?;
        let takes = ConstGauge::new(i64::from((self.takes)()));
        let words = "Whether it takes traffic: ready, admitting, and not stopping";
        takes.encode(encoder.encode_descriptor("serving", words, None, takes.metric_type())?)
    }
}
