//! The bytes of sections and headers: columns and a string arena, little-endian, read where they lie.
//!
//! A section is
//!
//! | bytes | |
//! |---|---|
//! | 4 | `PTED` |
//! | 2, 2 | kind, layout number of the kind |
//! | 2, 2 | number of tables, zero |
//! | 4 | length of the string arena |
//! | 4 each | rows of each table |
//! | … | every column of every table, each begun at a multiple of 8 |
//! | … | the string arena, UTF-8 |
//!
//! There are no offsets to distrust: the place of every column follows from the counts, and the length must come out exactly.
//! A string is (offset, length) in the arena, a list is (from, to) in another table. [`check`] looks at every value once.

mod check;
mod columns;
pub(crate) mod header;
pub(crate) mod schema;
mod write;

pub(crate) use check::check;
pub(crate) use columns::{Columns, Layout};
pub(crate) use write::Writer;

/// The format that editions are written in.
pub const FORMAT: u32 = 1;

/// The greatest `least_reader` that this program understands.
pub const READS: u32 = 1;

/// The least reader that understands what is written.
pub(crate) const LEAST_READER: u32 = 1;

/// Most bytes of a section: the buffer that verifies one never grows beyond it.
pub(crate) const MAX_SECTION: u64 = 64 * 1024 * 1024;

/// Why bytes are no section.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum FormatError {
    #[error("it is shorter than its own beginning")]
    Short,
    #[error("it does not begin like one")]
    Magic,
    #[error("it is of another kind or layout")]
    Kind,
    #[error("its length does not follow from its counts")]
    Length,
    #[error("its strings are not UTF-8")]
    Utf8,
    #[error("column {column} row {row}: {what}")]
    Value { column: usize, row: usize, what: &'static str },
    #[error("its rows are not sorted by id")]
    Order,
    #[error("it is not the JSON that it should be: {0}")]
    Json(String),
}

/// For fuzzing: any bytes either are refused or can be read to the last value without a panic.
pub fn fuzz_section(bytes: &[u8]) {
    for kind in schema::Kind::ALL {
        if let Ok(section) = crate::section::Section::parse(kind, crate::map::Bytes::Held(bytes.into())) {
            section.touch();
        }
    }
}

/// For fuzzing: any bytes either are refused or are a header, without a panic.
pub fn fuzz_header(bytes: &[u8]) {
    let _ = header::Header::parse(bytes);
}
