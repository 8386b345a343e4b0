use super::{Languages, Said, TitleView};
use crate::format::schema::{text, titles::*};

/// Where an episode stands.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ParentView<'e> {
    /// In which series.
    pub series: TitleView<'e>,
    /// In which season.
    pub season: u16,
    /// Its number within the season.
    pub episode: u16,
}

/// A season of a series.
#[derive(Debug, Clone, Copy)]
pub struct SeasonView<'e> {
    series: TitleView<'e>,
    /// Its place among the seasons, and its row.
    place: u32,
    row: u32,
}

impl<'e> TitleView<'e> {
    /// Where an episode stands; `None` for everything else.
    pub fn parent(&self) -> Option<ParentView<'e>> {
        let (series, columns) = (self.series()?, self.columns()?);
        let (season, episode) = (columns.u16(SEASON, self.row), columns.u16(NUMBER, self.row));
        Some(ParentView { series, season, episode })
    }

    /// The seasons of a series, in order; none of everything else.
    pub fn seasons(&self) -> Vec<SeasonView<'e>> {
        let Some(columns) = self.columns() else { return Vec::new() };
        let rows = columns.span(SEASONS, self.row);
        rows.zip(0..).map(|(row, place)| SeasonView { series: *self, place, row }).collect()
    }

    /// Every episode of a series, season by season.
    pub fn episodes(&self) -> Vec<TitleView<'e>> {
        self.seasons().iter().flat_map(SeasonView::episodes).collect()
    }

    /// The episode after this one, in this season or the next; `None` after the last, and of what is no episode. Whether it
    /// may be seen is its own decision.
    pub fn next_episode(&self) -> Option<TitleView<'e>> {
        let series = self.series()?;
        // Ids are compared where they stand; only the next one is looked up.
        let mut ids = series.episode_ids();
        ids.find(|id| *id == self.id_str())?;
        self.edition.title_by(ids.next()?)
    }

    /// The ids of every episode of a series, season by season.
    pub(super) fn episode_ids(&self) -> impl Iterator<Item = &'e str> + use<'e> {
        let (columns, row) = (self.columns(), self.row);
        columns.into_iter().flat_map(move |columns| {
            let seasons = columns.span(SEASONS, row);
            let rows = seasons.flat_map(move |season| columns.span(EPISODES, season));
            rows.filter_map(move |row| columns.text(EPISODE_ID, row))
        })
    }
}

impl<'e> SeasonView<'e> {
    /// Counted from 1; 0 for extras.
    pub fn number(&self) -> u16 {
        self.series.columns().map_or(0, |columns| columns.u16(SEASON_NUMBER, self.row))
    }

    /// Its own name, if it has one.
    pub fn name(&self, languages: &Languages) -> Option<Said<'e>> {
        self.series.listed(languages, text::SEASONS, text::SEASON_NAME, self.place)
    }

    /// Its episodes, in order.
    pub fn episodes(&self) -> Vec<TitleView<'e>> {
        let Some(columns) = self.series.columns() else { return Vec::new() };
        let ids = columns.span(EPISODES, self.row).filter_map(|row| columns.text(EPISODE_ID, row));
        ids.filter_map(|id| self.series.edition.title_by(id)).collect()
    }
}
