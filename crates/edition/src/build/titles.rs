use std::collections::BTreeMap;

use domain::{Kind as TitleKind, TitleId};

use super::{AssetInput, Row, Sink, pictures::PictureColumns, rows, sink::Of};
use crate::{
    BuildError, ImageRef,
    format::{
        Writer,
        schema::{Kind, titles::*},
    },
};

const PICTURES: PictureColumns = PictureColumns { first: PICTURE_HASH };

pub(super) fn add(
    sink: &mut Sink<'_>,
    shard: u32,
    rows: &[Row<'_>],
    assets: &BTreeMap<TitleId, AssetInput>,
    ready: &BTreeMap<String, ImageRef>,
) -> Result<(), BuildError> {
    let mut to = Writer::new(Kind::Titles);
    for row in rows {
        to.text(ID, Some(row.id().as_str()));
        to.text(ASSET, assets.get(row.id()).map(|asset| asset.id.as_str()));
        match row {
            Row::Title(title) => {
                to.u8(KIND, kind_number(title.kind));
                to.u16(YEAR, title.year);
                to.u8(MATURITY, title.maturity.0);
                to.text(ORIGINAL, Some(title.original_language.as_str()));
                to.text(PARENT, None);
                to.u16(SEASON, 0);
                to.u16(NUMBER, 0);
            }
            Row::Episode { series, season, episode } => {
                to.u8(KIND, kind_number(TitleKind::Episode));
                to.u16(YEAR, 0);
                to.u8(MATURITY, 0);
                to.text(ORIGINAL, None);
                to.text(PARENT, Some(series.as_str()));
                to.u16(SEASON, *season);
                to.u16(NUMBER, episode.number);
            }
        }
        to.u16(CREDITS, u16::try_from(row.cast().len()).unwrap_or(u16::MAX));
        let (genres, countries) =
            row.title().map_or((&[][..], &[][..]), |title| (&title.genres, &title.countries));
        let from = to.rows(GENRE_ID);
        genres.iter().for_each(|genre| to.text(GENRE_ID, Some(genre.as_str())));
        to.span(GENRES, from..from + genres.len() as u32);
        let from = to.rows(COUNTRY_CODE);
        countries.iter().for_each(|country| to.bytes(COUNTRY_CODE, &country.code()));
        to.span(COUNTRIES, from..from + countries.len() as u32);
        add_seasons(&mut to, row);
        let [poster, hero] = rows::pictures(row.title().map(|title| &title.artwork_default));
        PICTURES.add_named(&mut to, POSTER, poster, ready);
        PICTURES.add_named(&mut to, HERO, hero, ready);
    }
    sink.add(Kind::Titles, Of::shard(shard), rows.len() as u32, to)
}

fn add_seasons(to: &mut Writer, row: &Row<'_>) {
    let from = to.rows(SEASON_NUMBER);
    for season in row.seasons() {
        to.u16(SEASON_NUMBER, season.number);
        let from = to.rows(EPISODE_ID);
        season.episodes.iter().for_each(|episode| to.text(EPISODE_ID, Some(episode.id.as_str())));
        to.span(EPISODES, from..from + season.episodes.len() as u32);
    }
    to.span(SEASONS, from..from + row.seasons().len() as u32);
}

fn kind_number(kind: TitleKind) -> u8 {
    match kind {
        TitleKind::Movie => 0,
        TitleKind::Series => 1,
        TitleKind::Special => 2,
        TitleKind::Episode => 3,
    }
}
