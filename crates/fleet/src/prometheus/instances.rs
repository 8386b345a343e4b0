use std::collections::{BTreeMap, BTreeSet};

use domain::Timestamp;

use super::{BYTES, INFO, OFFERED, SERVING, SHED, Series, UP};
use crate::{load::Sample, plan::Role};

/// Instances of one group.
pub const MOST_INSTANCES: usize = 5_000;

/// What was scraped of one instance.
#[derive(Debug, Clone, PartialEq)]
pub struct Instance {
    /// What it runs, as it says itself; empty: it does not say.
    pub release: String,
    /// Whether it takes traffic: it was scraped, and says that it is ready and admits; or it is too old to say so.
    pub serving: bool,
    /// Its counters as they were scraped last. Of an origin, `offered` and `shed` are requests and `served` is bytes: see [`Role::weighed`].
    pub sample: Sample,
}

/// Why an answer says nothing of a group.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unusable {
    /// Nothing.
    #[error(
        "Prometheus has no samples of instances of ours that are new enough: look at what --select selects, and at --scrape"
    )]
    Nobody,
    /// More than are planned for at once.
    #[error("there are more than {MOST_INSTANCES} instances: select fewer")]
    Many,
    /// Who counted it?
    #[error("{0} has no label `instance`: select what was scraped, nothing that was summed up")]
    Nameless(String),
    /// It would count twice.
    #[error("{1} has {0} twice: select one of them, as in replica=\"a\"")]
    Twice(String, String),
}

/// From its first sample to its last.
type Span = (Timestamp, Timestamp);

/// A series of which only the newest sample counts, with the series itself.
#[derive(Default)]
struct Newest<'a>(BTreeMap<String, (Timestamp, f64, &'a Series)>);

impl<'a> Newest<'a> {
    fn take(&mut self, name: &str, series: &'a Series) {
        let Some((at, value)) = series.values.last() else { return };
        if self.0.get(name).is_none_or(|(before, ..)| before < at) {
            self.0.insert(name.to_owned(), (*at, *value, series));
        }
    }

    fn of(&self, name: &str) -> Option<(f64, &'a Series)> {
        self.0.get(name).map(|(_, value, series)| (*value, *series))
    }
}

/// Counters of one scrape.
#[derive(Default)]
struct Scrape {
    offered: Option<f64>,
    shed: f64,
    bytes: f64,
}

/// The instances of a role in the answer to [`super::Select::query`], by their names: job and address. Who counts no requests is no
/// instance of ours.
pub fn instances(series: &[Series], role: Role) -> Result<BTreeMap<String, Instance>, Unusable> {
    let (mut up, mut serving, mut info) = (Newest::default(), Newest::default(), Newest::default());
    let mut scrapes: BTreeMap<String, BTreeMap<Timestamp, Scrape>> = BTreeMap::new();
    let mut spans: BTreeMap<(&str, String, &str), Vec<Span>> = BTreeMap::new();
    for series in series {
        let (metric, address) = (series.label("__name__"), series.label("instance"));
        let (Some((first, _)), Some((last, _))) = (series.values.first(), series.values.last()) else {
            continue;
        };
        if address.is_empty() {
            return Err(Unusable::Nameless(metric.to_owned()));
        }
        let name = [series.label("job"), address].join("/");
        // Labels of a target may change, and what an instance says of itself: then one series follows the other in time.
        let of = if metric == INFO { "" } else { series.label("role") };
        if metric != INFO {
            let spans = spans.entry((metric, name.clone(), of)).or_default();
            if spans.iter().any(|(from, to)| from <= last && first <= to) {
                return Err(Unusable::Twice(metric.to_owned(), name));
            }
            spans.push((*first, *last));
        }
        match metric {
            UP => up.take(&name, series),
            SERVING => serving.take(&name, series),
            INFO => info.take(&name, series),
            OFFERED | SHED | BYTES if metric == BYTES || counts(role, of) => {
                let scrapes = scrapes.entry(name).or_default();
                for (at, value) in &series.values {
                    let scrape = scrapes.entry(*at).or_default();
                    match metric {
                        OFFERED => *scrape.offered.get_or_insert_default() += value,
                        SHED => scrape.shed += value,
                        _ => scrape.bytes += value,
                    }
                }
            }
            _ => {}
        }
    }
    let mut found = BTreeMap::new();
    for (name, scrapes) in scrapes {
        let about = info.of(&name).map(|(_, series)| series);
        let sample = scrapes.iter().rev().find_map(|(at, scrape)| sample(role, *at, scrape));
        let Some(sample) = sample.filter(|_| about.is_none_or(|about| plays(about, role))) else { continue };
        let scraped = up.of(&name).is_some_and(|(up, _)| up == 1.0);
        let takes = serving.of(&name).is_none_or(|(takes, _)| takes == 1.0);
        let release = about.map_or("", |about| about.label("release")).to_owned();
        found.insert(name, Instance { release, serving: scraped && takes, sample });
    }
    match found.len() {
        0 => Err(Unusable::Nobody),
        count if count > MOST_INSTANCES => Err(Unusable::Many),
        _ => Ok(found),
    }
}

/// Whether requests of this role's counters are the group's load: an origin is weighed by its own, all else by whatever comes to the
/// instance, as hosts count it.
fn counts(role: Role, of: &str) -> bool {
    role != Role::Origin || of == "origin"
}

/// Positions are written to the site; there is no role of their own.
fn plays(about: &Series, role: Role) -> bool {
    let roles: BTreeSet<&str> = about.label("roles").split(',').collect();
    match role {
        Role::Site | Role::Collect => roles.contains("site"),
        Role::Origin => roles.contains("origin"),
        Role::Work => roles.contains("work"),
    }
}

fn sample(role: Role, at: Timestamp, scrape: &Scrape) -> Option<Sample> {
    let (offered, shed) = (scrape.offered?, scrape.shed);
    let served = if role == Role::Origin { scrape.bytes } else { offered - shed };
    Some(Sample { at, offered, served, shed })
}
