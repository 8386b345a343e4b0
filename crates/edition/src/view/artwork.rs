use super::{ImageRef, Languages, TitleView};
use crate::format::{
    Columns,
    schema::{text, titles},
};

/// A title's pictures for a reader. Any may be missing.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Artwork {
    /// Upright, 2:3; of an episode, its series'.
    pub poster: Option<ImageRef>,
    /// Lying, 16:9; of an episode, its series'.
    pub hero: Option<ImageRef>,
    /// Out of the media, 16:9; of a series, that of its first episode that has one.
    pub still: Option<ImageRef>,
}

impl<'e> TitleView<'e> {
    /// Its pictures. Each by itself: in the reader's own language, then the one for every language, then in the brand's
    /// language, then any.
    pub fn artwork(&self, languages: &Languages) -> Artwork {
        let root = self.root();
        let still = || match self.has_asset() {
            true => self.still(),
            false => self.episode_ids().find_map(|id| self.edition.title_by(id)?.still()),
        };
        Artwork {
            poster: root.picture(languages, titles::POSTER, text::POSTER),
            hero: root.picture(languages, titles::HERO, text::HERO),
            still: still(),
        }
    }

    fn picture(&self, languages: &Languages, general: usize, localised: usize) -> Option<ImageRef> {
        let read = |columns: Columns<'_>, first: usize, column: usize| {
            columns.index(column, self.row).map(|row| ImageRef::read(columns, first, row))
        };
        let (own, others) = languages.order.split_at(languages.own);
        let in_language = |place: &u16| {
            let columns = self.shard.text.get(usize::from(*place))?.as_ref()?.columns()?;
            read(columns, text::PICTURE_HASH, localised)
        };
        let in_general = || read(self.columns()?, titles::PICTURE_HASH, general);
        own.iter().find_map(in_language).or_else(in_general).or_else(|| others.iter().find_map(in_language))
    }
}
