//! What is known to come: premieres of the catalogue, and what stands in a file.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

use domain::{Locale, Scope, Timestamp, Title, Window};
use fleet::forecast::event::{Event, Kin};
use serde::Deserialize;
use store::Store;

use super::catalogue::Catalogue;
use crate::failed::{Doing, Failed};

/// Longest file that is read, in bytes.
const MOST_BYTES: u64 = 1 << 20;
/// The kind of what the catalogue's windows say. Its past ones teach what the next one adds.
const PREMIERE: &str = "premiere";

/// The calendar as it stands. A file that cannot be read leaves what was known.
pub struct Calendar {
    catalogue: Catalogue,
    file: Option<PathBuf>,
    premieres: Vec<Event>,
    written: Vec<Event>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    #[serde(default)]
    event: Vec<Entry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    /// Empty: of all brands.
    #[serde(default)]
    brand: String,
    kind: String,
    name: String,
    /// RFC 3339.
    at: String,
}

impl Calendar {
    /// Of the catalogue in the database, and of a file if there is one.
    ///
    /// # Errors
    /// The file is none: a process that begins with it says so.
    pub fn open(store: Store, file: Option<PathBuf>) -> Result<Self, Failed> {
        let written = file.as_deref().map_or(Ok(Vec::new()), read)?;
        Ok(Self { catalogue: Catalogue::new(store), file, premieres: Vec::new(), written })
    }

    /// Looks again, and gives all there is, in the order of its time.
    pub async fn look(&mut self) -> Vec<Event> {
        match self.file.as_deref().map(read) {
            Some(Ok(written)) => self.written = written,
            Some(Err(error)) => tracing::error!(%error, "the calendar stays as it was"),
            None => {}
        }
        match self.catalogue.news().await {
            Ok(Some(titles)) => self.premieres = premieres(titles.iter().map(|document| &document.title)),
            Ok(None) => {}
            Err(error) => tracing::error!(%error, "the catalogue's premieres stay as they were"),
        }
        let mut all: Vec<Event> = self.premieres.iter().chain(&self.written).cloned().collect();
        all.sort_by_key(|event| event.at);
        all
    }
}

/// The first opening of each title and episode, on each of the brands that it opens on. What opens at one instant is one event,
/// named by the first of it.
fn premieres<'a>(titles: impl Iterator<Item = &'a Title>) -> Vec<Event> {
    let mut all: BTreeMap<(Timestamp, String), (String, usize)> = BTreeMap::new();
    let mut add = |name: &str, windows: &[Window]| {
        for (brand, at) in first_openings(windows) {
            all.entry((at, brand)).or_insert_with(|| (name.to_owned(), 0)).1 += 1;
        }
    };
    for title in titles {
        let name = named(title);
        add(&name, &title.windows);
        for episode in title.seasons.iter().flat_map(|season| &season.episodes) {
            add(&name, &episode.windows);
        }
    }
    let event = |((at, brand), (name, count)): ((Timestamp, String), (String, usize))| {
        let name = if count > 1 { format!("*{name}* and {} more", count - 1) } else { format!("*{name}*") };
        Event { kin: Kin { brand, kind: PREMIERE.into() }, name, at }
    };
    all.into_iter().map(event).collect()
}

/// In English if it has a name in it, as plans are; or else in its own language.
pub(super) fn named(title: &Title) -> String {
    let english = Locale::new("en").ok();
    let found =
        title.name.get(english.as_ref().unwrap_or(&title.original_language), &title.original_language);
    found.map_or_else(|| title.id.to_string(), |(_, name)| name.clone())
}

/// By brand; the empty one stands for all of them.
fn first_openings(windows: &[Window]) -> BTreeMap<String, Timestamp> {
    let mut first: BTreeMap<String, Timestamp> = BTreeMap::new();
    for window in windows {
        let brands: BTreeSet<String> = match &window.brands {
            Scope::Any => [String::new()].into(),
            Scope::Only(brands) => brands.iter().map(ToString::to_string).collect(),
        };
        for brand in brands {
            let at = first.entry(brand).or_insert(window.from);
            *at = window.from.min(*at);
        }
    }
    first
}

/// What stands in a file.
pub fn read(path: &Path) -> Result<Vec<Event>, Failed> {
    let doing = || format!("read the calendar in {}", path.display());
    if fs::metadata(path).doing(doing)?.len() > MOST_BYTES {
        return Err(Failed::new(format!("{} is longer than any calendar", path.display())));
    }
    let written: Written = toml::from_str(&fs::read_to_string(path).doing(doing)?).doing(doing)?;
    let event = |entry: Entry| {
        let at = Timestamp::parse(&entry.at).map_err(|error| {
            Failed::new(format!("{}: {} of {}: {error}", path.display(), entry.at, entry.name))
        })?;
        Ok(Event { kin: Kin { brand: entry.brand, kind: entry.kind }, name: entry.name, at })
    };
    written.event.into_iter().map(event).collect()
}
