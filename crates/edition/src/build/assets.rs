use std::collections::BTreeMap;

use domain::{Locale, TitleId};

use super::{AssetInput, Sink, pictures::PictureColumns, sink::Of};
use crate::{
    BuildError,
    format::{
        Writer,
        schema::{Kind, assets::*},
    },
    shard::shard_of,
};

const PICTURES: PictureColumns = PictureColumns { first: PICTURE_HASH };

/// The assets of each shard, sorted by their ids.
pub(super) fn by_shard(
    assets: &BTreeMap<TitleId, AssetInput>,
    bits: u8,
) -> BTreeMap<u32, Vec<(&TitleId, &AssetInput)>> {
    let mut shards: BTreeMap<u32, Vec<_>> = BTreeMap::new();
    for (title, asset) in assets {
        shards.entry(shard_of(asset.id.as_str(), bits)).or_default().push((title, asset));
    }
    for assets in shards.values_mut() {
        // An asset that two titles play is the same media: its row names the first.
        assets.sort_by_key(|(_, asset)| &asset.id);
        assets.dedup_by(|(_, later), (_, first)| later.id == first.id);
    }
    shards
}

pub(super) fn add(
    sink: &mut Sink<'_>,
    shard: u32,
    assets: &[(&TitleId, &AssetInput)],
) -> Result<(), BuildError> {
    let mut to = Writer::new(Kind::Assets);
    for (title, asset) in assets {
        to.text(ID, Some(asset.id.as_str()));
        to.text(TITLE, Some(title.as_str()));
        to.bytes(INDEX, &asset.index.0);
        to.i64(DURATION, time(Some(asset.duration_us)));
        to.u16(MAX_HEIGHT, asset.max_height);
        to.i64(INTRO_FROM, time(asset.markers.intro.map(|(from, _)| from)));
        to.i64(INTRO_TO, time(asset.markers.intro.map(|(_, until)| until)));
        to.i64(CREDITS_AT, time(asset.markers.credits_at));
        add_languages(&mut to, AUDIO, &asset.audio);
        add_languages(&mut to, SUBTITLES, &asset.subtitles);
        let still = asset.still.as_ref().map(|still| PICTURES.add(&mut to, still));
        to.index(STILL, still);
    }
    sink.add(Kind::Assets, Of::shard(shard), assets.len() as u32, to)
}

fn add_languages(to: &mut Writer, column: usize, languages: &[Locale]) {
    let from = to.rows(LANGUAGE_TAG);
    languages.iter().for_each(|language| to.text(LANGUAGE_TAG, Some(language.as_str())));
    to.span(column, from..from + languages.len() as u32);
}

/// A point in time or a length; -1: none.
fn time(time: Option<u64>) -> i64 {
    time.map_or(-1, |time| i64::try_from(time).unwrap_or(i64::MAX))
}
