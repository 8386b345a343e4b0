use domain::{AssetId, Locale, Markers, TitleId};
use objects::{Hash, Key};

use super::ImageRef;
use crate::format::{Columns, schema::assets::*};

/// The media behind a title.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AssetView {
    /// Its id.
    pub id: AssetId,
    /// The movie, special or episode that it is the media of.
    pub title: TitleId,
    /// BLAKE3 of its media index.
    pub index: Hash,
    /// Running time in microseconds.
    pub duration_us: u64,
    /// Height in pixels of the greatest rendition.
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

impl AssetView {
    /// Where its media index lies.
    pub fn index_key(&self) -> Key {
        Key::media_index(&self.id, &self.index)
    }

    pub(crate) fn read(columns: Columns<'_>, row: u32) -> Option<Self> {
        let languages = |column| {
            let tags = columns.span(column, row).filter_map(|row| columns.text(LANGUAGE_TAG, row));
            tags.filter_map(|tag| Locale::new(tag).ok()).collect()
        };
        let time = |column| u64::try_from(columns.i64(column, row)).ok();
        let still = columns.index(STILL, row);
        Some(Self {
            id: AssetId::new(columns.text(ID, row)?).ok()?,
            title: TitleId::new(columns.text(TITLE, row)?).ok()?,
            index: Hash(columns.bytes(INDEX, row)),
            duration_us: time(DURATION).unwrap_or(0),
            max_height: columns.u16(MAX_HEIGHT, row),
            audio: languages(AUDIO),
            subtitles: languages(SUBTITLES),
            markers: Markers { intro: time(INTRO_FROM).zip(time(INTRO_TO)), credits_at: time(CREDITS_AT) },
            still: still.map(|row| ImageRef::read(columns, PICTURE_HASH, row)),
        })
    }
}
