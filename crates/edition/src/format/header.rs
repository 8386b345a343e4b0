use domain::{BrandId, Locale, Timestamp};
use objects::{Hash, Key};

use super::{
    Columns, FORMAT, FormatError, LEAST_READER, Layout, READS, Writer, check,
    schema::{Kind, header::*},
};
use crate::EditionError;

/// Before the columns of a header, so that every reader can tell whether it understands the rest: 8 bytes, format, least reader.
const MAGIC: &[u8; 8] = b"PRIMETIM";
const PRELUDE: usize = 16;

/// Most bytes of a header: some 60 a section, and 65,536 shards in a hundred languages do not come near.
pub(crate) const MAX_HEADER: u64 = 32 * 1024 * 1024;

/// What an edition consists of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Header {
    pub(crate) number: u64,
    pub(crate) created_at: Timestamp,
    /// Titles and assets lie in `1 << bits` shards.
    pub(crate) bits: u8,
    pub(crate) sections: Vec<Entry>,
}

/// One section of an edition.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Entry {
    pub(crate) kind: Kind,
    pub(crate) brand: Option<BrandId>,
    pub(crate) language: Option<Locale>,
    pub(crate) shard: u32,
    pub(crate) rows: u32,
    pub(crate) length: u32,
    pub(crate) hash: Hash,
}

impl Entry {
    pub(crate) fn key(&self) -> Key {
        Key::section(&self.hash)
    }
}

impl Header {
    pub(crate) fn write(&self) -> Result<Vec<u8>, FormatError> {
        let mut to = Writer::new(Kind::Header);
        to.i64(NUMBER, i64::try_from(self.number).map_err(|_| FormatError::Length)?);
        to.i64(CREATED_AT, self.created_at.micros());
        to.u8(BITS, self.bits);
        for entry in &self.sections {
            to.u8(KIND, entry.kind as u8);
            to.text(BRAND, entry.brand.as_ref().map(BrandId::as_str));
            to.text(LANGUAGE, entry.language.as_ref().map(Locale::as_str));
            to.u32(SHARD, entry.shard);
            to.u32(ROWS, entry.rows);
            to.u32(LENGTH, entry.length);
            to.bytes(HASH, &entry.hash.0);
        }
        let mut bytes = MAGIC.to_vec();
        bytes.extend(FORMAT.to_le_bytes());
        bytes.extend(LEAST_READER.to_le_bytes());
        bytes.extend(to.finish()?);
        Ok(bytes)
    }

    /// Reads a header whose hash has been checked by the caller.
    pub(crate) fn open(key: &Key, bytes: &[u8]) -> Result<Self, EditionError> {
        let damaged = |error: FormatError| EditionError::damaged(key.clone(), error);
        let (format, least_reader) = prelude(bytes).map_err(damaged)?;
        if least_reader > READS {
            return Err(EditionError::Newer { format, least_reader });
        }
        Self::parse(bytes).map_err(damaged)
    }

    pub(crate) fn parse(bytes: &[u8]) -> Result<Self, FormatError> {
        let (_, least_reader) = prelude(bytes)?;
        if least_reader > READS {
            return Err(FormatError::Kind);
        }
        let schema = Kind::Header.schema().ok_or(FormatError::Kind)?;
        let bytes = &bytes[PRELUDE..];
        let layout = Layout::read(Kind::Header, schema, bytes)?;
        let columns = Columns::new(bytes, &layout);
        check(schema, columns)?;
        if columns.count(EDITION) != 1 {
            return Err(FormatError::Length);
        }
        let entry = |row| {
            let of_sections = |what| FormatError::Value { column: KIND, row: row as usize, what };
            Ok(Entry {
                kind: Kind::of(columns.u8(KIND, row)).ok_or(of_sections("not a kind of section"))?,
                brand: columns.text(BRAND, row).and_then(|id| BrandId::new(id).ok()),
                language: columns.text(LANGUAGE, row).and_then(|tag| Locale::new(tag).ok()),
                shard: columns.u32(SHARD, row),
                rows: columns.u32(ROWS, row),
                length: columns.u32(LENGTH, row),
                hash: Hash(columns.bytes(HASH, row)),
            })
        };
        Ok(Self {
            number: u64::try_from(columns.i64(NUMBER, 0)).map_err(|_| FormatError::Length)?,
            created_at: Timestamp(columns.i64(CREATED_AT, 0)),
            bits: columns.u8(BITS, 0),
            sections: (0..columns.count(SECTIONS)).map(entry).collect::<Result<_, FormatError>>()?,
        })
    }
}

/// Format and least reader. This much stays the same in every format to come.
fn prelude(bytes: &[u8]) -> Result<(u32, u32), FormatError> {
    let prelude = bytes.get(..PRELUDE).ok_or(FormatError::Short)?;
    if prelude[..8] != *MAGIC {
        return Err(FormatError::Magic);
    }
    let number =
        |at: usize| u32::from_le_bytes([prelude[at], prelude[at + 1], prelude[at + 2], prelude[at + 3]]);
    Ok((number(8), number(12)))
}
