//! Domain values in, sections and a header out. The same input makes the same bytes.

mod assets;
mod pictures;
mod rails;
mod rows;
mod sink;
mod text;
mod titles;
mod windows;

use std::collections::{BTreeMap, BTreeSet};

use domain::{AssetId, Brand, Genre, Locale, Markers, Timestamp, Title, TitleId};
use objects::{Hash, Objects, announce::CurrentEdition};

pub(crate) use rails::BrandBuilder;
pub(crate) use rows::{Row, Rows};
pub(crate) use sink::Sink;
pub(crate) use windows::{ANY_DEVICE, device_bit};

use crate::{BuildError, ImageRef, shard};

/// Everything that an edition is made of.
#[derive(Debug, Clone, Copy)]
pub struct BuildInput<'a> {
    /// Greater than every number before.
    pub number: u64,
    /// Stands in the header.
    pub created_at: Timestamp,
    /// Every brand.
    pub brands: &'a [Brand],
    /// Every genre that titles name.
    pub genres: &'a [Genre],
    /// Every movie, series and special, with the episodes inside.
    pub titles: &'a [Title],
    /// The media that can be played, by movie, special or episode. Rails offer a title once it, or one of its episodes, is
    /// in here; its own page is there before.
    pub assets: &'a BTreeMap<TitleId, AssetInput>,
    /// Pictures that are ready, by the path that titles name them with. Others are left out.
    pub pictures: &'a BTreeMap<String, ImageRef>,
}

/// The media behind a title.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AssetInput {
    /// Its id.
    pub id: AssetId,
    /// BLAKE3 of its media index; the index lies at [`objects::Key::media_index`] of both.
    pub index: Hash,
    /// Running time in microseconds.
    pub duration_us: u64,
    /// Height in pixels of the greatest rendition there is.
    pub max_height: u16,
    /// Languages that can be heard, the original first.
    pub audio: Vec<Locale>,
    /// Languages that can be read.
    pub subtitles: Vec<Locale>,
    /// Points in its time.
    pub markers: Markers,
    /// A picture out of it, 16:9.
    pub still: Option<ImageRef>,
}

/// What a build has made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Built {
    /// The edition's number.
    pub number: u64,
    /// Hash of its header.
    pub header: Hash,
    /// Sections that it consists of.
    pub sections: u32,
    /// Sections that were new.
    pub written: u32,
    /// Bytes of new sections and the header.
    pub bytes_written: u64,
    /// Bytes of all sections and the header.
    pub bytes: u64,
}

impl Built {
    /// What to announce, once it is decided that this edition is the newest.
    pub fn announcement(&self, published_at: Timestamp) -> CurrentEdition {
        CurrentEdition { number: self.number, header: self.header, published_at }
    }
}

/// Writes the sections and the header of an edition. Nothing is announced: that is for whoever decides on numbers.
///
/// Sections that exist are not written again. Memory: one shard of the catalogue at a time, beside the input.
pub fn build(objects: &Objects, input: &BuildInput<'_>) -> Result<Built, BuildError> {
    unique_brands(input.brands)?;
    let rows = Rows::of(input.titles)?;
    let bits = shard::bits_for(rows.len());
    let mut sink = Sink::new(objects);
    sink.add_genres(input.genres)?;
    for brand in input.brands {
        let mut builder = BrandBuilder::new(brand);
        for title in input.titles {
            builder.add(title, playable(title, input.assets));
        }
        builder.finish(&mut sink)?;
    }
    let mut assets = assets::by_shard(input.assets, bits);
    for (shard, rows) in rows.by_shard(bits).into_iter().enumerate() {
        let assets = assets.remove(&(shard as u32)).unwrap_or_default();
        add_shard(&mut sink, shard as u32, &rows, &assets, input.assets, input.pictures)?;
    }
    sink.finish(input.number, input.created_at, bits)
}

/// Writes every section of one shard: `rows` and `assets` are those that lie in it, sorted by id.
pub(crate) fn add_shard(
    sink: &mut Sink<'_>,
    shard: u32,
    rows: &[Row<'_>],
    assets: &[(&TitleId, &AssetInput)],
    all_assets: &BTreeMap<TitleId, AssetInput>,
    pictures: &BTreeMap<String, ImageRef>,
) -> Result<(), BuildError> {
    titles::add(sink, shard, rows, all_assets, pictures)?;
    windows::add(sink, shard, rows)?;
    text::add(sink, shard, rows, pictures)?;
    assets::add(sink, shard, assets)
}

/// Can anything of it be played?
fn playable(title: &Title, assets: &BTreeMap<TitleId, AssetInput>) -> bool {
    let episodes = title.seasons.iter().flat_map(|season| &season.episodes).map(|episode| &episode.id);
    std::iter::once(&title.id).chain(episodes).any(|id| assets.contains_key(id))
}

fn unique_brands(brands: &[Brand]) -> Result<(), BuildError> {
    let (mut ids, mut hosts) = (BTreeSet::new(), BTreeSet::new());
    for brand in brands {
        if !ids.insert(&brand.id) || !hosts.insert(brand.host.to_ascii_lowercase()) {
            return Err(BuildError::DuplicateBrand(brand.id.to_string()));
        }
    }
    Ok(())
}
