use std::{cell::Cell, sync::OnceLock};

use domain::{Brand, Genre, Window};

use crate::{
    AudienceId,
    audience::Table,
    format::{Columns, FormatError, Layout, check, schema::Kind},
    map::Bytes,
    view::windows,
};

/// A section that has been checked: every value of it can be read.
#[derive(Debug)]
pub(crate) struct Section {
    kind: Kind,
    bytes: Bytes,
    content: Content,
    /// Windows by row, decoded when first asked for: rights are decided on [`Window`]s, and only what is touched takes memory.
    decoded: OnceLock<Decoded>,
}

/// A place for every row.
type Decoded = Box<[OnceLock<Box<[Window]>>]>;

#[derive(Debug)]
enum Content {
    Columns(Layout),
    Brand(Box<Brand>),
    Genres(Vec<Genre>),
    Audience(Table),
}

impl Section {
    /// Checks the bytes of a section of this kind. Their hash has been checked before, if it matters.
    pub(crate) fn parse(kind: Kind, bytes: Bytes) -> Result<Self, FormatError> {
        let content = Content::parse(kind, &bytes)?;
        Ok(Self { kind, bytes, content, decoded: OnceLock::new() })
    }

    /// Checks the bytes that were `read`, then keeps what `keep` makes of them: a map of the same bytes. So checking reads
    /// plain memory, and the map stays untouched.
    pub(crate) fn parse_then(
        kind: Kind,
        read: &[u8],
        keep: impl FnOnce() -> Bytes,
    ) -> Result<Self, FormatError> {
        let content = Content::parse(kind, read)?;
        // What is JSON has been read; its bytes are not needed again.
        let bytes = if matches!(content, Content::Columns(_)) { keep() } else { Bytes::Held(Box::default()) };
        Ok(Self { kind, bytes, content, decoded: OnceLock::new() })
    }

    pub(crate) fn kind(&self) -> Kind {
        self.kind
    }

    /// Rows of its first table; of JSON, one.
    pub(crate) fn rows(&self) -> u32 {
        self.columns().map_or(1, |columns| columns.count(0))
    }

    pub(crate) fn columns(&self) -> Option<Columns<'_>> {
        match &self.content {
            Content::Columns(layout) => Some(Columns::new(&self.bytes, layout)),
            _ => None,
        }
    }

    pub(crate) fn brand(&self) -> Option<&Brand> {
        match &self.content {
            Content::Brand(brand) => Some(brand),
            _ => None,
        }
    }

    pub(crate) fn genres(&self) -> Option<&[Genre]> {
        match &self.content {
            Content::Genres(genres) => Some(genres),
            _ => None,
        }
    }

    pub(crate) fn audience(&self) -> Option<&Table> {
        match &self.content {
            Content::Audience(table) => Some(table),
            _ => None,
        }
    }

    /// The windows of a row of a `windows` section.
    pub(crate) fn windows(&self, row: u32) -> &[Window] {
        let Some(columns) = self.columns().filter(|_| self.kind == Kind::Windows) else { return &[] };
        let slots = self.decoded.get_or_init(|| (0..columns.count(0)).map(|_| OnceLock::new()).collect());
        match slots.get(row as usize) {
            Some(slot) => slot.get_or_init(|| windows::decode(columns, row)),
            None => &[],
        }
    }

    /// Reads every value as views do. For fuzzing.
    pub(crate) fn touch(&self) {
        if let Some(table) = self.audience() {
            for number in (0..100).chain(u32::MAX - 100..=u32::MAX) {
                let found = table.representative(AudienceId(number));
                let again = found.map(|a| table.intern(a.territory, &a.plans, a.maturity_limit, a.device));
                std::hint::black_box(again);
            }
        }
        let Some((columns, schema)) = self.columns().zip(self.kind.schema()) else { return };
        let seen = Cell::new(0usize);
        let mut column = 0;
        for (table, kinds) in schema.tables.iter().enumerate() {
            for _ in *kinds {
                for row in 0..columns.count(table) {
                    let number = columns.i64(column, row) as usize ^ columns.span(column, row).count();
                    seen.set(seen.get() ^ number ^ columns.text(column, row).map_or(0, str::len));
                }
                column += 1;
            }
        }
        for row in 0..self.rows() {
            seen.set(seen.get() ^ self.windows(row).len());
        }
        std::hint::black_box(seen.get());
    }
}

impl Content {
    fn parse(kind: Kind, bytes: &[u8]) -> Result<Self, FormatError> {
        if let Some(schema) = kind.schema() {
            let layout = Layout::read(kind, schema, bytes)?;
            check(schema, Columns::new(bytes, &layout))?;
            return Ok(Content::Columns(layout));
        }
        let wrong = |error: serde_json::Error| FormatError::Json(error.to_string());
        match kind {
            Kind::Brand => serde_json::from_slice(bytes).map(Box::new).map(Content::Brand).map_err(wrong),
            Kind::Genres => serde_json::from_slice(bytes).map(Content::Genres).map_err(wrong),
            Kind::Audience => match serde_json::from_slice::<Table>(bytes).map_err(wrong)? {
                table if table.is_sound() => Ok(Content::Audience(table)),
                _ => Err(FormatError::Json("no table of audiences".into())),
            },
            _ => Err(FormatError::Kind),
        }
    }
}
