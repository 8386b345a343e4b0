//! What this process takes from its machine, for `/metrics`: read when it is asked for.

use std::fmt;

use prometheus_client::{
    collector::Collector,
    encoding::{DescriptorEncoder, EncodeMetric},
    metrics::gauge::ConstGauge,
};

use crate::Metrics;

/// Adds the resident memory of this process, in bytes, to what is shown. Elsewhere than on Linux nothing is added.
pub fn register(metrics: &Metrics) {
    metrics.register_collector(Box::new(Memory));
}

#[derive(Debug)]
struct Memory;

impl Collector for Memory {
    fn encode(&self, mut encoder: DescriptorEncoder) -> Result<(), fmt::Error> {
        let Some(bytes) = std::fs::read_to_string("/proc/self/status").ok().as_deref().and_then(resident)
        else {
            return Ok(());
        };
        let gauge = ConstGauge::new(bytes);
        let name = "process_resident_memory_bytes";
        let metric = encoder.encode_descriptor(name, "Resident memory", None, gauge.metric_type())?;
        gauge.encode(metric)
    }
}

/// From proc(5)'s `status`: a line as in `VmRSS:     5120 kB`.
fn resident(status: &str) -> Option<i64> {
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    line.trim().strip_suffix("kB")?.trim().parse::<i64>().ok()?.checked_mul(1024)
}
