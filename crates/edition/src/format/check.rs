//! Looks at every value of a section once, so that reading it needs no errors.

use domain::{Locale, TitleId};

use super::{
    Columns, FormatError,
    columns::NONE,
    schema::{Column, Schema},
};

/// Every reference inside its table or arena, every text UTF-8, every id and tag well formed, every number in range.
pub(crate) fn check(schema: &Schema, section: Columns<'_>) -> Result<(), FormatError> {
    // Most of what an edition is: texts in every script, where the standard library's check is the slowest part of opening.
    let arena = simdutf8::basic::from_utf8(section.arena()).map_err(|_| FormatError::Utf8)?;
    let mut number = 0;
    for (table, columns) in schema.tables.iter().enumerate() {
        let count = section.count(table);
        for column in *columns {
            // Texts of one language repeat a tag a thousand times: look at each tag once.
            let mut last_tag = None;
            let row_is_right = |row: u32| -> Result<(), &'static str> {
                value(*column, section, arena, (number, row), &mut last_tag)
            };
            rows(count, number, row_is_right)?;
            number += 1;
        }
    }
    let unsorted = |row: u32| section.text(0, row - 1) >= section.text(0, row);
    if schema.sorted && (1..section.count(0)).any(unsorted) {
        return Err(FormatError::Order);
    }
    Ok(())
}

fn rows(
    count: u32,
    column: usize,
    mut right: impl FnMut(u32) -> Result<(), &'static str>,
) -> Result<(), FormatError> {
    for row in 0..count {
        right(row).map_err(|what| FormatError::Value { column, row: row as usize, what })?;
    }
    Ok(())
}

fn value<'s>(
    column: Column,
    section: Columns<'s>,
    arena: &'s str,
    (number, row): (usize, u32),
    last_tag: &mut Option<&'s str>,
) -> Result<(), &'static str> {
    match column {
        Column::U16 | Column::U32 | Column::I64 | Column::Bytes8 | Column::Bytes32 => Ok(()),
        Column::U8(most) => require(section.u8(number, row) <= most, "out of range"),
        Column::Territory => {
            let code = section.u16(number, row).to_le_bytes();
            require(code.iter().all(u8::is_ascii_uppercase), "not a territory")
        }
        Column::Span(table) => {
            let span = section.span(number, row);
            require(span.start <= span.end && span.end <= section.count(table), "a list outside its table")
        }
        Column::Index(table) => {
            let index = section.u32(number, row);
            require(index == NONE || index < section.count(table), "a row outside its table")
        }
        Column::Text => text(section, arena, number, row).map(drop),
        Column::Slug | Column::MaybeSlug => match text(section, arena, number, row)? {
            Some(id) => require(TitleId::new(id).is_ok(), "not an id"),
            None => require(column == Column::MaybeSlug, "no id"),
        },
        Column::Tag | Column::MaybeTag => match text(section, arena, number, row)? {
            Some(tag) if *last_tag == Some(tag) => Ok(()),
            Some(tag) => {
                *last_tag = Some(tag);
                // Canonical: else two spellings of one language would be two languages.
                require(Locale::new(tag).is_ok_and(|locale| locale.as_str() == tag), "not a language tag")
            }
            None => require(column == Column::MaybeTag, "no language tag"),
        },
    }
}

fn text<'s>(
    section: Columns<'s>,
    arena: &'s str,
    column: usize,
    row: u32,
) -> Result<Option<&'s str>, &'static str> {
    let (start, length) = section.pair(column, row);
    if start == NONE {
        return require(length == 0, "a text that is none, with a length").map(|()| None);
    }
    let (start, length) = (start as usize, length as usize);
    // `get` refuses what lies outside and what cuts a character.
    arena.get(start..start.saturating_add(length)).map(Some).ok_or("a text outside the arena")
}

fn require(right: bool, what: &'static str) -> Result<(), &'static str> {
    if right { Ok(()) } else { Err(what) }
}
