//! Which assets are waited for: the windows of the titles that they are the media of.

use domain::{Title, TitleId, Window};
use ops::fleet::{Opening, Openings};
use store::Store;
use studio::ingest::document::{TitleDocument, approved};

use super::calendar::named;
use crate::failed::{Doing, Failed};

/// The approved catalogue's windows by asset, as they stand.
pub struct Windows {
    store: Store,
    version: Option<i64>,
    openings: Openings,
}

impl Windows {
    pub fn new(store: Store) -> Self {
        Self { store, version: None, openings: Openings::new() }
    }

    /// Looks again; what cannot be read leaves what was known.
    pub async fn look(&mut self) -> &Openings {
        if let Err(error) = self.read().await {
            tracing::error!(%error, "the catalogue's windows stay as they were");
        }
        &self.openings
    }

    async fn read(&mut self) -> Result<(), Failed> {
        let version = self.store.catalogue_version().await.doing(|| "look at the catalogue".into())?;
        if self.version != Some(version) {
            let titles = approved(&self.store).await.doing(|| "read the catalogue".into())?.titles;
            self.openings = openings(&titles);
            self.version = Some(version);
        }
        Ok(())
    }
}

/// One asset may be the media of several titles; whichever opens is waited for.
fn openings(titles: &[TitleDocument]) -> Openings {
    let mut all = Openings::new();
    for TitleDocument { title, assets, .. } in titles {
        let name = format!("the premiere of *{}*", named(title));
        for (playable, asset) in assets {
            let windows = windows(title, playable).iter().map(|window| Opening {
                name: name.clone(),
                from: window.from,
                until: window.until,
            });
            all.entry(asset.clone()).or_default().extend(windows);
        }
    }
    all
}

/// Episodes without windows of their own have the series'.
fn windows<'a>(title: &'a Title, playable: &TitleId) -> &'a [Window] {
    let mut episodes = title.seasons.iter().flat_map(|season| &season.episodes);
    match episodes.find(|episode| episode.id == *playable) {
        Some(episode) if !episode.windows.is_empty() => &episode.windows,
        _ => &title.windows,
    }
}

#[cfg(test)]
mod tests {
    use studio::jobs::KINDS;

    /// The fleet knows kinds of jobs by their names only.
    #[test]
    fn what_goes_through_a_film_is_a_kind_of_job() {
        for kind in fleet::plan::work::THROUGH {
            assert!(KINDS.contains(kind), "{kind}");
        }
    }
}
