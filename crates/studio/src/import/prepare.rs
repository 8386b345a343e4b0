//! From a checked catalogue to what an import writes: documents, assets, and the jobs that make them.

use std::collections::{BTreeMap, BTreeSet};

use domain::{AssetId, Timestamp, Title, TitleId};
use objects::{Hash, PictureHash};
use store::{NewAsset, NewJob, Staged};

use super::{Checked, ImportError};
use crate::ingest::{
    self, FileRef, Source, SubtitleSource, asset_id,
    document::{self, BRAND, GENRE, TITLE, TitleDocument},
};
use crate::jobs::{PictureJob, Probe, Step, Subtitle, new_job, subtitle_track};

/// Everything that an import writes. Made by reading every file, before anything is changed.
#[derive(Debug, Default)]
pub(crate) struct Prepared {
    pub documents: Vec<Staged>,
    pub assets: Vec<(NewAsset, Vec<NewJob>)>,
    pub pictures: Vec<(PictureHash, NewJob)>,
}

/// Reads all files for their hashes: blocks for as long as that takes.
pub(crate) fn prepare(checked: &Checked, now: Timestamp) -> Result<Prepared, ImportError> {
    let catalogue = &checked.catalogue;
    let order: BTreeMap<TitleId, u32> =
        ingest::order(&catalogue.brands, &catalogue.titles).into_iter().zip(0..).collect();
    let mut prepared = Prepared::default();
    for brand in &catalogue.brands {
        prepared.document(BRAND, brand.id.as_str(), brand)?;
    }
    for genre in &catalogue.genres {
        prepared.document(GENRE, genre.id.as_str(), genre)?;
    }
    let mut seen = BTreeSet::new();
    for title in &catalogue.titles {
        let first = ingest::playables(title).filter_map(|id| order.get(id)).min();
        let assets = prepared.assets(checked, title, &order, now)?;
        let pictures = prepared.pictures(checked, title, first.copied(), &mut seen, now)?;
        let document = TitleDocument { title: title.clone(), assets, pictures };
        prepared.document(TITLE, title.id.as_str(), &document)?;
    }
    Ok(prepared)
}

impl Prepared {
    fn document<T: serde::Serialize>(
        &mut self,
        kind: &'static str,
        id: &str,
        document: &T,
    ) -> Result<(), ImportError> {
        let body = document::json(document)?;
        let hash = Hash::of(body.as_bytes()).to_string();
        self.documents.push(Staged { kind, id: id.to_owned(), body, hash });
        Ok(())
    }

    fn assets(
        &mut self,
        checked: &Checked,
        title: &Title,
        order: &BTreeMap<TitleId, u32>,
        now: Timestamp,
    ) -> Result<BTreeMap<TitleId, AssetId>, ImportError> {
        let mut ids = BTreeMap::new();
        for (playable, media) in ingest::media(title) {
            // An optional master that is missing: the title is there, its media come with a later import.
            let Some(master) = checked.file(&media.master) else { continue };
            let mut subtitles = Vec::new();
            for subtitle in &media.subtitles {
                let Some(file) = checked.file(&subtitle.file) else { continue };
                subtitles
                    .push(SubtitleSource { language: subtitle.language.clone(), file: FileRef::of(file)? });
            }
            let source = Source {
                master: FileRef::of(master)?,
                language: media.language.clone(),
                subtitles,
                still: *playable != title.id || title.artwork_default.hero.is_none(),
                order: order.get(playable).copied().unwrap_or(u32::MAX),
            };
            let parts: Vec<_> = source.subtitles.iter().map(|s| (s.language.clone(), s.file.hash)).collect();
            let id = asset_id(playable, &source.master.hash, &parts, encode::RECIPE);
            self.assets.push((new_asset(&id, playable, &source)?, first_jobs(&id, &source, now)?));
            ids.insert(playable.clone(), id);
        }
        Ok(ids)
    }

    fn pictures(
        &mut self,
        checked: &Checked,
        title: &Title,
        order: Option<u32>,
        seen: &mut BTreeSet<PictureHash>,
        now: Timestamp,
    ) -> Result<BTreeMap<String, PictureHash>, ImportError> {
        let mut pictures = BTreeMap::new();
        let artworks = std::iter::once(&title.artwork_default).chain(title.artwork.0.values());
        for picture in artworks.flat_map(|artwork| artwork.hero.iter().chain(&artwork.poster)) {
            let Some(path) = checked.file(&picture.0) else { continue };
            if pictures.contains_key(&picture.0) {
                continue;
            }
            let file = FileRef::of(path)?;
            let mut hash = PictureHash([0; 8]);
            hash.0.copy_from_slice(&file.hash.0[..8]);
            pictures.insert(picture.0.clone(), hash);
            if seen.insert(hash) {
                let name = path.file_name().unwrap_or_default().to_string_lossy();
                let on = format!("{hash}/{name}");
                let payload = PictureJob { picture: hash, file };
                let order = order.unwrap_or(u32::MAX);
                self.pictures.push((hash, new_job(&payload, on, Step::Picture, order, now)?));
            }
        }
        Ok(pictures)
    }
}

fn new_asset(id: &AssetId, title: &TitleId, source: &Source) -> Result<NewAsset, ImportError> {
    Ok(NewAsset { id: id.clone(), title: title.clone(), source: document::json(source)? })
}

/// What can be done before the master is probed.
fn first_jobs(id: &AssetId, source: &Source, now: Timestamp) -> Result<Vec<NewJob>, ImportError> {
    let probe = Probe { asset: id.clone() };
    let mut jobs = vec![new_job(&probe, id.to_string(), Step::Probe, source.order, now)?];
    for subtitle in &source.subtitles {
        let payload = Subtitle { asset: id.clone(), language: subtitle.language.clone() };
        let on = format!("{id}/{}", subtitle_track(&subtitle.language));
        jobs.push(new_job(&payload, on, Step::Subtitle, source.order, now)?);
    }
    Ok(jobs)
}
