use super::{
    FormatError, MAX_SECTION,
    schema::{Kind, Schema},
};

const MAGIC: &[u8; 4] = b"PTED";
const FIXED: usize = 16;
/// "None" in a column of references.
pub(super) const NONE: u32 = u32::MAX;

/// Where everything lies in a section, from its counts.
#[derive(Debug)]
pub(crate) struct Layout {
    counts: Box<[u32]>,
    /// Where each column begins.
    starts: Box<[u32]>,
    arena: u32,
}

impl Layout {
    /// The place of every column for these counts, and the whole length in bytes.
    pub(super) fn of(schema: &Schema, counts: &[u32], arena: u32) -> Result<(Self, usize), FormatError> {
        let mut at = align((FIXED + 4 * counts.len()) as u64);
        let mut starts = Vec::with_capacity(schema.tables.iter().map(|columns| columns.len()).sum());
        for (columns, count) in schema.tables.iter().zip(counts) {
            for column in *columns {
                starts.push(u32::try_from(at).map_err(|_| FormatError::Length)?);
                at = align(at + column.width() as u64 * u64::from(*count));
            }
        }
        let end = at + u64::from(arena);
        if end > MAX_SECTION {
            return Err(FormatError::Length);
        }
        // Below MAX_SECTION everything fits 32 bits.
        let layout = Self { counts: counts.into(), starts: starts.into(), arena: at as u32 };
        Ok((layout, end as usize))
    }

    /// Reads the counts of a section of this kind, and checks that its length follows from them.
    pub(crate) fn read(kind: Kind, schema: &Schema, bytes: &[u8]) -> Result<Self, FormatError> {
        let fixed = bytes.get(..FIXED).ok_or(FormatError::Short)?;
        if fixed[..4] != *MAGIC {
            return Err(FormatError::Magic);
        }
        let expected = (kind as u16, schema.layout, schema.tables.len() as u16, 0);
        if (u16_at(fixed, 4), u16_at(fixed, 6), u16_at(fixed, 8), u16_at(fixed, 10)) != expected {
            return Err(FormatError::Kind);
        }
        let tables = schema.tables.len();
        let counts = bytes.get(FIXED..FIXED + 4 * tables).ok_or(FormatError::Short)?;
        let counts: Vec<u32> = (0..tables).map(|table| u32_at(counts, 4 * table)).collect();
        let (layout, length) = Self::of(schema, &counts, u32_at(fixed, 12))?;
        if length == bytes.len() { Ok(layout) } else { Err(FormatError::Length) }
    }

    /// The first bytes of a section with these counts.
    pub(super) fn beginning(kind: Kind, schema: &Schema, counts: &[u32], arena: u32) -> Vec<u8> {
        let mut bytes = MAGIC.to_vec();
        for number in [kind as u16, schema.layout, schema.tables.len() as u16, 0] {
            bytes.extend(number.to_le_bytes());
        }
        bytes.extend(arena.to_le_bytes());
        for count in counts {
            bytes.extend(count.to_le_bytes());
        }
        bytes
    }

    pub(super) fn start(&self, column: usize) -> usize {
        self.starts[column] as usize
    }
}

/// The next multiple of 8.
pub(super) fn align(at: u64) -> u64 {
    at.next_multiple_of(8)
}

fn u16_at(bytes: &[u8], at: usize) -> u16 {
    bytes.get(at..at + 2).and_then(|b| b.try_into().ok()).map_or(0, u16::from_le_bytes)
}

fn u32_at(bytes: &[u8], at: usize) -> u32 {
    bytes.get(at..at + 4).and_then(|b| b.try_into().ok()).map_or(0, u32::from_le_bytes)
}

/// A checked section, to be read. Asking for a row that is not there gives zeros and empty texts, never a panic.
#[derive(Clone, Copy)]
pub(crate) struct Columns<'s> {
    pub(super) bytes: &'s [u8],
    pub(super) layout: &'s Layout,
}

impl<'s> Columns<'s> {
    pub(crate) fn new(bytes: &'s [u8], layout: &'s Layout) -> Self {
        Self { bytes, layout }
    }

    /// Rows of a table.
    pub(crate) fn count(&self, table: usize) -> u32 {
        self.layout.counts.get(table).copied().unwrap_or(0)
    }

    fn value<const N: usize>(&self, column: usize, row: u32) -> [u8; N] {
        let at = self.layout.start(column) + N * row as usize;
        self.bytes.get(at..at + N).and_then(|bytes| bytes.try_into().ok()).unwrap_or([0; N])
    }

    pub(crate) fn u8(&self, column: usize, row: u32) -> u8 {
        self.value::<1>(column, row)[0]
    }

    pub(crate) fn u16(&self, column: usize, row: u32) -> u16 {
        u16::from_le_bytes(self.value(column, row))
    }

    pub(crate) fn u32(&self, column: usize, row: u32) -> u32 {
        u32::from_le_bytes(self.value(column, row))
    }

    pub(crate) fn i64(&self, column: usize, row: u32) -> i64 {
        i64::from_le_bytes(self.value(column, row))
    }

    pub(crate) fn bytes<const N: usize>(&self, column: usize, row: u32) -> [u8; N] {
        self.value(column, row)
    }

    /// The rows of another table that this list names.
    pub(crate) fn span(&self, column: usize, row: u32) -> std::ops::Range<u32> {
        let (from, to) = self.pair(column, row);
        from..to
    }

    /// The two numbers of a list (from, to) or a text (offset, length).
    pub(super) fn pair(&self, column: usize, row: u32) -> (u32, u32) {
        let [a, b, c, d, e, f, g, h] = self.value(column, row);
        (u32::from_le_bytes([a, b, c, d]), u32::from_le_bytes([e, f, g, h]))
    }

    /// The row of another table that this names.
    pub(crate) fn index(&self, column: usize, row: u32) -> Option<u32> {
        Some(self.u32(column, row)).filter(|index| *index != NONE)
    }

    /// The text, if there is one.
    pub(crate) fn text(&self, column: usize, row: u32) -> Option<&'s str> {
        // Checked when the section was opened; checked again because a file may change in spite of all.
        self.raw(column, row).and_then(|bytes| std::str::from_utf8(bytes).ok())
    }

    /// The bytes of the text, if there is one: all that comparing takes.
    fn raw(&self, column: usize, row: u32) -> Option<&'s [u8]> {
        let (start, length) = self.pair(column, row);
        if start == NONE {
            return None;
        }
        let at = self.layout.arena as usize + start as usize;
        self.bytes.get(at..at + length as usize)
    }

    /// Is this the id of a row of table 0?
    pub(crate) fn is_at(&self, id: &str, row: u32) -> bool {
        self.raw(0, row) == Some(id.as_bytes())
    }

    /// The string arena.
    pub(super) fn arena(&self) -> &'s [u8] {
        self.bytes.get(self.layout.arena as usize..).unwrap_or_default()
    }

    /// The row of table 0 whose id in column 0 is this.
    pub(crate) fn find(&self, id: &str) -> Option<u32> {
        let (mut low, mut high) = (0, self.count(0));
        while low < high {
            let middle = low + (high - low) / 2;
            match self.raw(0, middle).unwrap_or_default().cmp(id.as_bytes()) {
                std::cmp::Ordering::Less => low = middle + 1,
                std::cmp::Ordering::Greater => high = middle,
                std::cmp::Ordering::Equal => return Some(middle),
            }
        }
        None
    }
}
