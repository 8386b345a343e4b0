use domain::{
    AssetId, GenreId, Kind, Locale, Maturity, Territory, Timestamp, TitleId, Window,
    rights::{self, Ask, Decision, Subject},
};

use crate::{
    AssetView, Edition, ImageRef,
    format::{
        Columns,
        schema::{assets, titles::*},
    },
    load::Shard,
};

/// A movie, series, special or episode of an edition.
#[derive(Debug, Clone, Copy)]
pub struct TitleView<'e> {
    pub(super) edition: &'e Edition,
    pub(super) shard: &'e Shard,
    pub(super) row: u32,
}

impl PartialEq for TitleView<'_> {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self.edition, other.edition) && self.id_str() == other.id_str()
    }
}

impl<'e> TitleView<'e> {
    pub(crate) fn new(edition: &'e Edition, shard: &'e Shard, row: u32) -> Self {
        Self { edition, shard, row }
    }

    /// `None` never happens: the shard was checked to have columns.
    pub(super) fn columns(&self) -> Option<Columns<'e>> {
        self.shard.titles.columns()
    }

    fn text_at(&self, column: usize) -> Option<&'e str> {
        self.columns().and_then(|columns| columns.text(column, self.row))
    }

    /// Its id, as it stands in URLs.
    pub fn id_str(&self) -> &'e str {
        self.text_at(ID).unwrap_or_default()
    }

    /// Its id.
    #[expect(clippy::expect_used, reason = "every id was checked when the section was opened")]
    pub fn id(&self) -> TitleId {
        TitleId::new(self.id_str()).expect("an id")
    }

    /// What kind of title it is.
    pub fn kind(&self) -> Kind {
        match self.columns().map(|columns| columns.u8(KIND, self.row)) {
            Some(1) => Kind::Series,
            Some(2) => Kind::Special,
            Some(3) => Kind::Episode,
            _ => Kind::Movie,
        }
    }

    /// The title whose description this one shares: an episode's series, otherwise itself.
    pub(super) fn root(&self) -> Self {
        self.series().unwrap_or(*self)
    }

    /// The series that an episode is part of.
    pub fn series(&self) -> Option<TitleView<'e>> {
        self.edition.title_by(self.text_at(PARENT)?)
    }

    /// Of first release; of an episode, its series'.
    pub fn year(&self) -> u16 {
        let root = self.root();
        root.columns().map_or(0, |columns| columns.u16(YEAR, root.row))
    }

    /// The least age; of an episode, its series'.
    pub fn maturity(&self) -> Maturity {
        let root = self.root();
        // A title whose section could not be read would be for nobody.
        root.columns().map_or(Maturity(u8::MAX), |columns| Maturity(columns.u8(MATURITY, root.row)))
    }

    /// The language it was made in; of an episode, its series'.
    pub fn original_language(&self) -> Option<Locale> {
        Locale::new(self.root().text_at(ORIGINAL)?).ok()
    }

    /// Where it was made; of an episode, its series'.
    pub fn countries(&self) -> Vec<Territory> {
        let root = self.root();
        let Some(columns) = root.columns() else { return Vec::new() };
        let codes = columns.span(COUNTRIES, root.row).map(|row| columns.bytes::<2>(COUNTRY_CODE, row));
        codes.filter_map(|code| Territory::new(std::str::from_utf8(&code).ok()?).ok()).collect()
    }

    /// Its genres, most telling first; of an episode, its series'. Their names: [`Edition::genre`].
    pub fn genres(&self) -> Vec<GenreId> {
        let root = self.root();
        let Some(columns) = root.columns() else { return Vec::new() };
        let ids = columns.span(GENRES, root.row).filter_map(|row| columns.text(GENRE_ID, row));
        ids.filter_map(|id| GenreId::new(id).ok()).collect()
    }

    /// Who may see it: its own windows, or those of its series when it is an episode that has none.
    pub fn windows(&self) -> &'e [Window] {
        let own = self.shard.windows.windows(self.row);
        // The series is looked up only when it is needed.
        match own.is_empty().then(|| self.series()).flatten() {
            Some(series) => series.shard.windows.windows(series.row),
            None => own,
        }
    }

    /// What rights decide on.
    pub fn subject(&self) -> Subject<'e> {
        Subject { windows: self.windows(), maturity: self.maturity(), taken_down: self.is_down() }
    }

    /// Taken down itself, or with its series?
    pub(crate) fn is_down(&self) -> bool {
        let down = |title: &TitleView<'_>| self.edition.is_down(&title.id());
        // Without any, as nearly always, no id is looked up.
        self.edition.any_down() && (down(self) || self.series().is_some_and(|series| down(&series)))
    }

    /// May it be seen? [`rights::decide`] on [`TitleView::subject`].
    pub fn decide(&self, ask: &Ask<'_>, at: Timestamp) -> Decision {
        rights::decide(ask, &self.subject(), at)
    }

    /// The id of the media behind it, when there are any.
    pub fn asset_id(&self) -> Option<AssetId> {
        AssetId::new(self.text_at(ASSET)?).ok()
    }

    /// Are there media behind it?
    pub fn has_asset(&self) -> bool {
        self.text_at(ASSET).is_some()
    }

    /// Height in pixels of the greatest rendition of the media behind it: [`AssetView::max_height`] without the rest.
    pub fn max_height(&self) -> Option<u16> {
        let (columns, row) = self.edition.asset_row(self.text_at(ASSET)?)?;
        Some(columns.u16(assets::MAX_HEIGHT, row))
    }

    /// Running time in microseconds of the media behind it: [`AssetView::duration_us`] without the rest.
    pub fn duration_us(&self) -> Option<u64> {
        let (columns, row) = self.edition.asset_row(self.text_at(ASSET)?)?;
        Some(u64::try_from(columns.i64(assets::DURATION, row)).unwrap_or(0))
    }

    /// A picture out of the media behind it: [`AssetView::still`] without the rest.
    pub fn still(&self) -> Option<ImageRef> {
        let (columns, row) = self.edition.asset_row(self.text_at(ASSET)?)?;
        columns.index(assets::STILL, row).map(|row| ImageRef::read(columns, assets::PICTURE_HASH, row))
    }

    /// The media behind it, when there are any: never of a series.
    pub fn asset(&self) -> Option<AssetView> {
        self.edition.asset(&self.asset_id()?)
    }
}
