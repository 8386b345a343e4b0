use std::collections::HashMap;

use super::{
    FormatError, Layout,
    columns::{NONE, align},
    schema::Kind,
};

/// Fills the columns of one section, row after row.
pub(crate) struct Writer {
    kind: Kind,
    columns: Vec<Vec<u8>>,
    arena: Vec<u8>,
    /// Texts that stand in the arena already. Names, credits and ids repeat; the same text is kept once.
    texts: HashMap<Box<str>, u32>,
}

impl Writer {
    pub(crate) fn new(kind: Kind) -> Self {
        let columns = kind.schema().map_or(0, |schema| schema.tables.iter().map(|table| table.len()).sum());
        Self { kind, columns: vec![Vec::new(); columns], arena: Vec::new(), texts: HashMap::new() }
    }

    pub(crate) fn u8(&mut self, column: usize, value: u8) {
        self.columns[column].push(value);
    }

    pub(crate) fn u16(&mut self, column: usize, value: u16) {
        self.columns[column].extend(value.to_le_bytes());
    }

    pub(crate) fn u32(&mut self, column: usize, value: u32) {
        self.columns[column].extend(value.to_le_bytes());
    }

    pub(crate) fn i64(&mut self, column: usize, value: i64) {
        self.columns[column].extend(value.to_le_bytes());
    }

    pub(crate) fn bytes(&mut self, column: usize, value: &[u8]) {
        self.columns[column].extend(value);
    }

    pub(crate) fn span(&mut self, column: usize, span: std::ops::Range<u32>) {
        self.reference(column, (span.start, span.end));
    }

    fn reference(&mut self, column: usize, (first, second): (u32, u32)) {
        self.u32(column, first);
        self.u32(column, second);
    }

    pub(crate) fn index(&mut self, column: usize, index: Option<u32>) {
        self.u32(column, index.unwrap_or(NONE));
    }

    pub(crate) fn text(&mut self, column: usize, text: Option<&str>) {
        let Some(text) = text else { return self.reference(column, (NONE, 0)) };
        // Lengths beyond 32 bits are refused in `finish`: the arena is then longer than any section.
        let start = match self.texts.get(text) {
            Some(start) => *start,
            None => {
                let start = self.arena.len() as u32;
                self.arena.extend(text.as_bytes());
                self.texts.insert(text.into(), start);
                start
            }
        };
        self.reference(column, (start, text.len() as u32));
    }

    /// Rows that a column has so far, by the width of its values.
    pub(crate) fn rows(&self, column: usize) -> u32 {
        (self.columns[column].len() / self.width(column)) as u32
    }

    fn width(&self, column: usize) -> usize {
        let columns =
            self.kind.schema().into_iter().flat_map(|schema| schema.tables.iter().copied().flatten());
        columns.map(|column| column.width()).nth(column).unwrap_or(1)
    }

    /// The section's bytes. Refused when it is larger than a section may be.
    pub(crate) fn finish(self) -> Result<Vec<u8>, FormatError> {
        let schema = self.kind.schema().ok_or(FormatError::Kind)?;
        let mut counts = Vec::with_capacity(schema.tables.len());
        let mut number = 0;
        for table in schema.tables {
            counts.push(
                u32::try_from(self.columns[number].len() / table[0].width())
                    .map_err(|_| FormatError::Length)?,
            );
            number += table.len();
        }
        let arena = u32::try_from(self.arena.len()).map_err(|_| FormatError::Length)?;
        let (layout, length) = Layout::of(schema, &counts, arena)?;
        let mut bytes = Layout::beginning(self.kind, schema, &counts, arena);
        bytes.reserve(length - bytes.len());
        for (number, column) in self.columns.iter().enumerate() {
            bytes.resize(layout.start(number), 0);
            bytes.extend(column);
        }
        bytes.resize(align(bytes.len() as u64) as usize, 0);
        bytes.extend(&self.arena);
        // A column with a value too few or too many would show here.
        if bytes.len() == length { Ok(bytes) } else { Err(FormatError::Length) }
    }
}
