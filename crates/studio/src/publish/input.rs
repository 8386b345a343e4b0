//! What an edition is built from: approved documents, assets that play, pictures that are ready.

use std::collections::BTreeMap;

use domain::{AssetId, Brand, Genre, Markers, Title, TitleId};
use edition::{AssetInput, ImageRef};
use objects::{Hash, PictureHash};
use serde::Serialize;
use store::{Asset, AssetState, Store};

use super::PublishError;
use crate::ingest::{
    self, PictureBody, Summary,
    document::{self, Approved},
};

/// Owned values of a [`edition::BuildInput`].
#[derive(Debug)]
pub(crate) struct Input {
    pub brands: Vec<Brand>,
    pub genres: Vec<Genre>,
    pub titles: Vec<Title>,
    pub assets: BTreeMap<TitleId, AssetInput>,
    pub pictures: BTreeMap<String, ImageRef>,
    /// Hash of all of the above: the same content need not be published twice.
    pub content: Hash,
}

/// Reads it from the database.
pub(crate) async fn gather(store: &Store) -> Result<Input, PublishError> {
    let approved = document::approved(store).await?;
    let mut playable = Playable::of(store.assets().await?)?;
    let ready = pictures(store).await?;
    let mut content = Content::new();
    content.add(&approved.brands)?;
    content.add(&approved.genres)?;
    let Approved { brands, genres, titles: documents } = approved;
    let (mut titles, mut assets, mut named) = (Vec::new(), BTreeMap::new(), BTreeMap::new());
    for document in documents {
        for (path, hash) in &document.pictures {
            if let Some(body) = ready.get(hash) {
                named.insert(path.clone(), body.clone());
            }
        }
        for (title, media) in ingest::media(&document.title) {
            if let Some((id, summary)) = playable.take(title, document.assets.get(title)) {
                content.add(&(title, &id, &summary))?;
                assets.insert(title.clone(), input(id, summary, media.markers));
            }
        }
        content.add(&document.title)?;
        titles.push(document.title);
    }
    content.add(&named)?;
    let pictures = named.into_iter().map(|(path, body)| (path, body.into())).collect();
    Ok(Input { brands, genres, titles, assets, pictures, content: content.finish() })
}

fn input(id: AssetId, summary: Summary, markers: Markers) -> AssetInput {
    let Summary { index, duration_us, max_height, audio, subtitles, still } = summary;
    let still = still.map(Into::into);
    AssetInput { id, index, duration_us, max_height, audio, subtitles, markers, still }
}

/// Assets that play, by their titles.
struct Playable {
    /// Oldest first.
    by_title: BTreeMap<TitleId, Vec<(AssetId, Summary)>>,
}

impl Playable {
    fn of(assets: Vec<Asset>) -> Result<Self, PublishError> {
        let mut by_title: BTreeMap<TitleId, Vec<_>> = BTreeMap::new();
        for asset in assets {
            let plays = matches!(asset.state, AssetState::Playable | AssetState::Complete);
            let Some(summary) = asset.summary.filter(|_| plays) else { continue };
            let summary = serde_json::from_str(&summary)
                .map_err(|source| PublishError::Summary { asset: asset.id.clone(), source })?;
            by_title.entry(asset.title).or_default().push((asset.id, summary));
        }
        Ok(Self { by_title })
    }

    /// The asset that the catalogue names; while that is not ready yet, the newest of the title's others.
    fn take(&mut self, title: &TitleId, named: Option<&AssetId>) -> Option<(AssetId, Summary)> {
        let mut all = self.by_title.remove(title)?;
        let at = all.iter().position(|(id, _)| Some(id) == named).unwrap_or(all.len() - 1);
        Some(all.swap_remove(at))
    }
}

async fn pictures(store: &Store) -> Result<BTreeMap<PictureHash, PictureBody>, PublishError> {
    let mut ready = BTreeMap::new();
    for row in store.pictures().await? {
        let body: PictureBody = serde_json::from_str(&row.body)
            .map_err(|source| PublishError::Picture { picture: row.source.clone(), source })?;
        ready.insert(body.hash, body);
    }
    Ok(ready)
}

struct Content(blake3::Hasher);

impl Content {
    fn new() -> Self {
        let mut hasher = blake3::Hasher::new();
        // Another format is another edition, whatever it says.
        hasher.update(format!("{}", edition::FORMAT).as_bytes());
        Self(hasher)
    }

    fn add<T: Serialize>(&mut self, value: &T) -> Result<(), PublishError> {
        let bytes = serde_json::to_vec(value).map_err(PublishError::Json)?;
        self.0.update(&(bytes.len() as u64).to_le_bytes());
        self.0.update(&bytes);
        Ok(())
    }

    fn finish(self) -> Hash {
        Hash(*self.0.finalize().as_bytes())
    }
}
