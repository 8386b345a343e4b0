//! What the sections consist of. A change here is a new layout number, and readers come first (architecture: N-1).

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Column {
    /// One byte, at most this.
    U8(u8),
    /// Two bytes.
    U16,
    /// Four bytes.
    U32,
    /// Eight bytes, two's complement.
    I64,
    /// Text, if any.
    Text,
    /// An id.
    Slug,
    /// An id, if any.
    MaybeSlug,
    /// A language tag.
    Tag,
    /// A language tag, if any.
    MaybeTag,
    /// Two capital letters: a territory.
    Territory,
    /// A list: rows of this table.
    Span(usize),
    /// A row of this table, if any.
    Index(usize),
    /// Eight bytes as they are.
    Bytes8,
    /// Thirty-two bytes as they are.
    Bytes32,
}

impl Column {
    /// Bytes of one value.
    pub(crate) const fn width(self) -> usize {
        match self {
            Column::U8(_) => 1,
            Column::U16 | Column::Territory => 2,
            Column::U32 | Column::Index(_) => 4,
            Column::I64 | Column::Span(_) | Column::Bytes8 => 8,
            Column::Text | Column::Slug | Column::MaybeSlug | Column::Tag | Column::MaybeTag => 8,
            Column::Bytes32 => 32,
        }
    }
}

/// The tables of a kind of section.
#[derive(Debug)]
pub(crate) struct Schema {
    /// Stands in the section; grows when anything here changes.
    pub(crate) layout: u16,
    /// The columns of each table.
    pub(crate) tables: &'static [&'static [Column]],
    /// Column 0 is an id, and the rows of table 0 ascend by it.
    pub(crate) sorted: bool,
}

/// What a section is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Kind {
    Header = 0,
    Titles = 1,
    Text = 2,
    Windows = 3,
    Assets = 4,
    Brand = 5,
    Rails = 6,
    Audience = 7,
    Genres = 8,
}

impl Kind {
    pub(crate) const ALL: [Kind; 8] = [
        Kind::Titles,
        Kind::Text,
        Kind::Windows,
        Kind::Assets,
        Kind::Brand,
        Kind::Rails,
        Kind::Audience,
        Kind::Genres,
    ];

    pub(crate) fn of(number: u8) -> Option<Kind> {
        Kind::ALL.into_iter().find(|kind| *kind as u8 == number)
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Kind::Header => "header",
            Kind::Titles => "titles",
            Kind::Text => "text",
            Kind::Windows => "windows",
            Kind::Assets => "assets",
            Kind::Brand => "brand",
            Kind::Rails => "rails",
            Kind::Audience => "audience",
            Kind::Genres => "genres",
        }
    }

    /// The columns of this kind; `None` for those that are JSON: they are few, small and needed whole.
    pub(crate) fn schema(self) -> Option<&'static Schema> {
        match self {
            Kind::Header => Some(&header::SCHEMA),
            Kind::Titles => Some(&titles::SCHEMA),
            Kind::Text => Some(&text::SCHEMA),
            Kind::Windows => Some(&windows::SCHEMA),
            Kind::Assets => Some(&assets::SCHEMA),
            Kind::Rails => Some(&rails::SCHEMA),
            Kind::Brand | Kind::Audience | Kind::Genres => None,
        }
    }
}

/// Names tables and columns by their place, counted over the whole section.
macro_rules! schema {
    ($(#[$doc:meta])* $name:ident, layout $layout:literal, sorted $sorted:literal {
        $( $table:ident { $( $column:ident : $kind:expr ),+ $(,)? } )+
    }) => {
        $(#[$doc])*
        #[allow(dead_code)]
        pub(crate) mod $name {
            use super::{Column::{self, *}, Schema};

            #[allow(non_camel_case_types, clippy::upper_case_acronyms)]
            enum Tables { $( $table ),+ }
            #[allow(non_camel_case_types, clippy::upper_case_acronyms)]
            enum Columns { $( $( $column, )+ )+ }

            $( pub(crate) const $table: usize = Tables::$table as usize; )+
            $( $( pub(crate) const $column: usize = Columns::$column as usize; )+ )+

            const TABLES: &[&[Column]] = &[ $( &[ $( $kind ),+ ] ),+ ];
            pub(crate) static SCHEMA: Schema = Schema { layout: $layout, tables: TABLES, sorted: $sorted };
        }
    };
}

schema! {
    /// One row of `EDITION`, and the sections by kind, brand, language and shard.
    header, layout 1, sorted false {
        EDITION { NUMBER: I64, CREATED_AT: I64, BITS: U8(16) }
        SECTIONS {
            KIND: U8(8), BRAND: MaybeSlug, LANGUAGE: MaybeTag, SHARD: U32, ROWS: U32, LENGTH: U32, HASH: Bytes32,
        }
    }
}

schema! {
    /// What holds in every language. A row is a title or an episode.
    titles, layout 1, sorted true {
        ROW {
            ID: Slug, KIND: U8(3), YEAR: U16, MATURITY: U8(255), ORIGINAL: MaybeTag,
            PARENT: MaybeSlug, SEASON: U16, NUMBER: U16, ASSET: MaybeSlug, CREDITS: U16,
            GENRES: Span(GENRE), COUNTRIES: Span(COUNTRY), SEASONS: Span(SEASONS_OF),
            POSTER: Index(PICTURE), HERO: Index(PICTURE),
        }
        GENRE { GENRE_ID: Slug }
        COUNTRY { COUNTRY_CODE: Territory }
        SEASONS_OF { SEASON_NUMBER: U16, EPISODES: Span(EPISODE) }
        EPISODE { EPISODE_ID: Slug }
        PICTURE { PICTURE_HASH: Bytes8, PICTURE_WIDTH: U16, PICTURE_HEIGHT: U16, COLOUR: U32, WIDTHS: Span(WIDTH) }
        WIDTH { WIDTH_PIXELS: U16 }
    }
}

schema! {
    /// What is said in one language. Row for row the titles of the same shard.
    text, layout 1, sorted false {
        ROW {
            NAME: Text, TAGLINE: Text, SYNOPSIS: Text, NOTICE: Text,
            POSTER: Index(PICTURE), HERO: Index(PICTURE), CAST: Span(CREDIT), SEASONS: Span(SEASON),
        }
        CREDIT { CREDIT_NAME: Text, CREDIT_ROLE: Text }
        SEASON { SEASON_NAME: Text }
        PICTURE { PICTURE_HASH: Bytes8, PICTURE_WIDTH: U16, PICTURE_HEIGHT: U16, COLOUR: U32, WIDTHS: Span(WIDTH) }
        WIDTH { WIDTH_PIXELS: U16 }
    }
}

schema! {
    /// Each title's own windows. Row for row the titles of the same shard.
    windows, layout 1, sorted false {
        ROW { LIST: Span(WINDOW) }
        WINDOW {
            BRANDS_ANY: U8(1), BRANDS: Span(BRAND), TERRITORIES_KIND: U8(2), TERRITORIES: Span(TERRITORY),
            PLANS_ANY: U8(1), PLANS: Span(PLAN), DEVICES: U8(8), FROM: I64, ENDS: U8(1), UNTIL: I64,
            LIMITED: U8(1), MAX_HEIGHT: U16,
        }
        BRAND { BRAND_ID: Slug }
        TERRITORY { TERRITORY_CODE: Territory }
        PLAN { PLAN_ID: Slug }
    }
}

schema! {
    /// The media behind titles, by asset.
    assets, layout 1, sorted true {
        ROW {
            ID: Slug, TITLE: Slug, INDEX: Bytes32, DURATION: I64, MAX_HEIGHT: U16,
            INTRO_FROM: I64, INTRO_TO: I64, CREDITS_AT: I64, // -1: none
            AUDIO: Span(LANGUAGE), SUBTITLES: Span(LANGUAGE), STILL: Index(PICTURE),
        }
        LANGUAGE { LANGUAGE_TAG: Tag }
        PICTURE { PICTURE_HASH: Bytes8, PICTURE_WIDTH: U16, PICTURE_HEIGHT: U16, COLOUR: U32, WIDTHS: Span(WIDTH) }
        WIDTH { WIDTH_PIXELS: U16 }
    }
}

schema! {
    /// What a brand's rails may hold, in order. `BY_OPENING` lists have a row for every instant at which a window of the
    /// title opens, latest first.
    rails, layout 1, sorted true {
        TITLE { TITLE_ID: Slug }
        RAIL { RAIL_ID: Slug, BY_OPENING: U8(1), CANDIDATES: Span(CANDIDATE) }
        CANDIDATE { OPENS: I64, CANDIDATE_TITLE: Index(TITLE) }
    }
}
