//! What a Prometheus server knows of our instances: the questions that it is asked, as text, and its answers, as bytes, by its HTTP
//! API (`/api/v1/query`). Raw samples are asked for, so that each comes with the time at which it was scraped.

mod answer;
mod instances;

use std::time::Duration;

pub use answer::{MOST_BYTES, MOST_SERIES, Series, Unreadable, read, refusal};
pub use instances::{Instance, MOST_INSTANCES, Unusable, instances};

use crate::{
    load::{self, Minutes, QUICK_WITHIN},
    plan::Role,
};

pub(crate) const UP: &str = "up";
pub(crate) const OFFERED: &str = "primetime_http_offered_total";
pub(crate) const SHED: &str = "primetime_http_shed_total";
pub(crate) const BYTES: &str = "primetime_origin_bytes_total";
pub(crate) const SERVING: &str = "primetime_serving";
pub(crate) const INFO: &str = "primetime_instance_info";

/// What the operator selects by: `job="site",namespace="tv"`, in braces or not.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Select(String);

impl std::str::FromStr for Select {
    type Err = &'static str;

    /// Whether names and quotes are right, the server itself says.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let text = text.trim();
        let inner = text.strip_prefix('{').and_then(|text| text.strip_suffix('}')).unwrap_or(text);
        let inner = inner.trim().trim_end_matches(',');
        let mut quoted = false;
        let mut chars = inner.chars();
        while let Some(char) = chars.next() {
            match char {
                '\\' => drop(chars.next()),
                '"' => quoted = !quoted,
                '{' | '}' | '[' | ']' | '(' | ')' if !quoted => {
                    return Err("write matchers, as in job=\"site\",namespace=\"tv\"");
                }
                _ => {}
            }
        }
        if quoted { Err("a quote does not end") } else { Ok(Self(inner.to_owned())) }
    }
}

impl Select {
    /// Of the instances selected: all samples of what they count and are, no older than `window`.
    pub fn query(&self, role: Role, window: Duration) -> String {
        let bytes = (role == Role::Origin).then_some(BYTES);
        let names: Vec<&str> = [UP, OFFERED, SHED, SERVING, INFO].into_iter().chain(bytes).collect();
        let names = names.join("|");
        format!("{{__name__=~\"{names}\",{}}}[{}s]", self.0, window.as_secs())
    }

    /// Of their requests in `window`: the share that was answered quickly.
    pub fn quick(&self, role: Role, window: Duration) -> String {
        let only = if role == Role::Origin { "role=\"origin\"," } else { "" };
        let sum = |name: &str, and: &str| {
            format!("sum(rate({name}{{{and}{only}{}}}[{}s]))", self.0, window.as_secs())
        };
        let within = sum("primetime_http_request_seconds_bucket", &format!("le=\"{QUICK_WITHIN}\","));
        format!("{within}/{}", sum("primetime_http_request_seconds_count", ""))
    }
}

/// Whether latency was within its goal, by the answer to [`Select::quick`]; `None`: nobody asked for anything, or nobody knows.
pub fn was_quick(series: &[Series]) -> Option<bool> {
    load::was_quick(series.first()?.values.last()?.1)
}

/// For the fuzzer: reads the bytes as an answer; what is read is in the order of its time, and can be put into minutes.
pub fn fuzz(data: &[u8]) {
    let _ = refusal(data);
    let Ok(series) = read(data) else { return };
    let _ = was_quick(&series);
    for role in [Role::Site, Role::Origin, Role::Collect] {
        let Ok(found) = instances(&series, role) else { continue };
        assert!(!found.is_empty() && found.len() <= MOST_INSTANCES);
        let mut minutes = Minutes::open_for(1);
        let mut latest = domain::Timestamp::default();
        for (name, instance) in &found {
            let first = domain::Timestamp(instance.sample.at.0 - 1_000_000);
            let nothing = crate::load::Sample { at: first, offered: 0.0, served: 0.0, shed: 0.0 };
            for sample in [nothing, instance.sample] {
                let _ = minutes.push(sample.at, name, sample);
                latest = latest.max(sample.at);
            }
        }
        for (_, load) in minutes.close(latest.plus(Duration::from_secs(60)), 1) {
            let load = load.and_then(|load| role.weighed(load));
            assert!(load.is_none_or(|load| load.offered >= 0.0 && load.shed >= 0.0), "{load:?}");
        }
    }
}
