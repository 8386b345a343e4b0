use std::collections::{BTreeMap, BTreeSet};

use domain::{Locale, Localised};

use super::{Row, Sink, pictures::PictureColumns, rows, sink::Of};
use crate::{
    BuildError, ImageRef,
    format::{
        Writer,
        schema::{Kind, text::*},
    },
};

const PICTURES: PictureColumns = PictureColumns { first: PICTURE_HASH };

/// One section for every language in which anything is said in this shard.
pub(super) fn add(
    sink: &mut Sink<'_>,
    shard: u32,
    rows: &[Row<'_>],
    ready: &BTreeMap<String, ImageRef>,
) -> Result<(), BuildError> {
    let languages: BTreeSet<&Locale> = rows.iter().flat_map(Row::languages).collect();
    for language in languages {
        let mut to = Writer::new(Kind::Text);
        for row in rows {
            add_row(&mut to, row, language, ready);
        }
        let of = Of { language: Some(language.clone()), ..Of::shard(shard) };
        sink.add(Kind::Text, of, rows.len() as u32, to)?;
    }
    Ok(())
}

fn add_row(to: &mut Writer, row: &Row<'_>, language: &Locale, ready: &BTreeMap<String, ImageRef>) {
    fn said<'a>(text: &'a Localised<String>, language: &Locale) -> Option<&'a str> {
        text.0.get(language).map(String::as_str)
    }
    let title = row.title();
    to.text(NAME, said(row.name(), language));
    to.text(TAGLINE, title.and_then(|title| said(&title.tagline, language)));
    to.text(SYNOPSIS, said(row.synopsis(), language));
    to.text(NOTICE, title.and_then(|title| said(&title.credit_notice, language)));
    let [poster, hero] = rows::pictures(title.and_then(|title| title.artwork.0.get(language)));
    PICTURES.add_named(to, POSTER, poster, ready);
    PICTURES.add_named(to, HERO, hero, ready);
    // Either every credit and season has its row here, or none has.
    let from = to.rows(CREDIT_NAME);
    if row
        .cast()
        .iter()
        .any(|credit| credit.name.0.contains_key(language) || credit.role.0.contains_key(language))
    {
        for credit in row.cast().iter().take(u16::MAX.into()) {
            to.text(CREDIT_NAME, said(&credit.name, language));
            to.text(CREDIT_ROLE, said(&credit.role, language));
        }
    }
    let end = to.rows(CREDIT_NAME);
    to.span(CAST, from..end);
    let from = to.rows(SEASON_NAME);
    if row.seasons().iter().any(|season| season.name.0.contains_key(language)) {
        row.seasons().iter().for_each(|season| to.text(SEASON_NAME, said(&season.name, language)));
    }
    let end = to.rows(SEASON_NAME);
    to.span(SEASONS, from..end);
}
