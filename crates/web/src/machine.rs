//! What somebody on this machine found out about it, for `/metrics`: clock, disks. Read when it is asked for.
//!
//! The file has lines as `host_disk_used_ratio{mount="/var/lib/primetime"} 0.4321`: a name that begins with `host_`, at most one label,
//! a number. Lines that are not so are left out, and a file that is longer than [`MOST`], or not there, is none: the process's own
//! figures are shown whatever stands in it.

use std::{collections::BTreeMap, fmt, fs::File, io::Read, path::PathBuf};

use prometheus_client::{
    collector::Collector,
    encoding::{DescriptorEncoder, EncodeMetric},
    metrics::{MetricType, gauge::ConstGauge},
};

use crate::Metrics;

/// Bytes of the file.
pub const MOST: u64 = 65_536;

/// Adds the figures of `file` to what is shown.
pub fn register(metrics: &Metrics, file: PathBuf) {
    metrics.register_collector(Box::new(Figures(file)));
}

#[derive(Debug)]
struct Figures(PathBuf);

impl Collector for Figures {
    fn encode(&self, mut encoder: DescriptorEncoder) -> Result<(), fmt::Error> {
        let mut text = String::new();
        let read = File::open(&self.0).and_then(|file| file.take(MOST + 1).read_to_string(&mut text));
        if read.is_err() || text.len() as u64 > MOST {
            return Ok(());
        }
        let mut named: BTreeMap<&str, Vec<Figure<'_>>> = BTreeMap::new();
        for figure in text.lines().filter_map(Figure::read) {
            named.entry(figure.name).or_default().push(figure);
        }
        for (name, figures) in named {
            let words = "What this machine's own watch found";
            let mut metric = encoder.encode_descriptor(name, words, None, MetricType::Gauge)?;
            for Figure { label, value, .. } in figures {
                let gauge = ConstGauge::new(value);
                match label {
                    Some(label) => gauge.encode(metric.encode_family(&[label])?)?,
                    None => gauge.encode(metric.encode_family(&NONE)?)?,
                }
            }
        }
        Ok(())
    }
}

const NONE: [(&str, &str); 0] = [];

struct Figure<'a> {
    name: &'a str,
    label: Option<(&'a str, &'a str)>,
    value: f64,
}

impl<'a> Figure<'a> {
    fn read(line: &'a str) -> Option<Self> {
        let (named, value) = line.rsplit_once(' ')?;
        let (name, label) = match named.split_once('{') {
            Some((name, rest)) => {
                let (label, said) = rest.strip_suffix("\"}")?.split_once("=\"")?;
                // Such signs would have to be escaped, and no mount that we watch has one.
                let plain = !said.contains(['"', '\\', '\n']) && is_name(label);
                (name, Some(plain.then_some((label, said))?))
            }
            None => (named, None),
        };
        let value: f64 = value.parse().ok().filter(|value: &f64| value.is_finite())?;
        (name.starts_with("host_") && is_name(name)).then_some(Self { name, label, value })
    }
}

fn is_name(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(file: &str) -> String {
        let there = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(there.path(), file).unwrap();
        let metrics = Metrics::new("p");
        register(&metrics, there.path().into());
        metrics.encode().unwrap()
    }

    #[test]
    fn lines_are_shown_and_what_is_none_is_left_out() {
        let good = "host_clock_ok 1\nhost_disk_used_ratio{mount=\"/a\"} 0.25\nhost_disk_used_ratio{mount=\"/b\"} 0.5\n";
        let bad = "\nclock_ok 1\nhost_x\nhost_x y\nhost_x NaN\nhost_x{m=\"a\"b\"} 1\nhost_x{m=\"\\\"} 1\nhost_x{m=\"a\",n=\"b\"} 1\n# EOF\n";
        let expected = "# HELP p_host_clock_ok What this machine's own watch found
# TYPE p_host_clock_ok gauge
p_host_clock_ok{} 1.0
# HELP p_host_disk_used_ratio What this machine's own watch found
# TYPE p_host_disk_used_ratio gauge
p_host_disk_used_ratio{mount=\"/a\"} 0.25
p_host_disk_used_ratio{mount=\"/b\"} 0.5
# EOF
";
        assert_eq!(shown(&format!("{good}{bad}")), expected);
        assert_eq!(shown(&good.repeat(2_000)), "# EOF\n", "too long");
    }

    #[test]
    fn no_file_is_no_figures() {
        let metrics = Metrics::new("p");
        register(&metrics, "/nowhere/at/all".into());
        assert_eq!(metrics.encode().unwrap(), "# EOF\n");
    }
}
