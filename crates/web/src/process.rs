//! What this process takes from its machine, for `/metrics`: read when it is asked for.

use std::fmt;

use prometheus_client::{
    collector::Collector,
    encoding::{DescriptorEncoder, EncodeMetric},
    metrics::gauge::ConstGauge,
};

use crate::Metrics;

/// Adds what may leak to what is shown: the resident memory of this process, in bytes, and its open files. Elsewhere than on
/// Linux nothing is added.
pub fn register(metrics: &Metrics) {
    metrics.register_collector(Box::new(Held));
}

#[derive(Debug)]
struct Held;

impl Collector for Held {
    fn encode(&self, mut encoder: DescriptorEncoder) -> Result<(), fmt::Error> {
        let memory = std::fs::read_to_string("/proc/self/status").ok().as_deref().and_then(resident);
        let gauges = [
            ("process_resident_memory_bytes", "Resident memory", memory),
            ("process_open_fds", "Open files and connections", files()),
        ];
        for (name, words, gauge) in gauges {
            let Some(gauge) = gauge.map(ConstGauge::new) else { continue };
            gauge.encode(encoder.encode_descriptor(name, words, None, gauge.metric_type())?)?;
        }
        Ok(())
    }
}

/// Open descriptors, the one that counts them not included. Since Linux 6.2 the folder's size is their number; before it is 0.
fn files() -> Option<i64> {
    let dir = std::path::Path::new("/proc/self/fd");
    match std::fs::metadata(dir).ok()?.len() {
        0 => i64::try_from(std::fs::read_dir(dir).ok()?.count().saturating_sub(1)).ok(),
        count => i64::try_from(count).ok(),
    }
}

/// From proc(5)'s `status`: a line as in `VmRSS:     5120 kB`.
fn resident(status: &str) -> Option<i64> {
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    line.trim().strip_suffix("kB")?.trim().parse::<i64>().ok()?.checked_mul(1024)
}
