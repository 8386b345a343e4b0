use serde::{Deserialize, Serialize};

use crate::{GenreId, Locale, Localised, Territory, TitleId, Window};

/// What kind of title it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Played as one piece.
    Movie,
    /// Made of seasons of episodes.
    Series,
    /// A single programme that is no film: a concert, a making-of.
    Special,
    /// Part of a series.
    Episode,
}

/// The least age, in years, that a title is meant for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Maturity(pub u8);

/// A movie, a series or a special, as an editor describes it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Title {
    /// Its id and the last part of its URL.
    pub id: TitleId,
    /// Never [`Kind::Episode`].
    pub kind: Kind,
    /// What it is called.
    pub name: Localised<String>,
    /// One line.
    pub tagline: Localised<String>,
    /// A paragraph.
    pub synopsis: Localised<String>,
    /// Of first release.
    pub year: u16,
    /// The language it was made in.
    pub original_language: Locale,
    /// Where it was made.
    pub countries: Vec<Territory>,
    /// Most telling first.
    pub genres: Vec<GenreId>,
    /// The least age.
    pub maturity: Maturity,
    /// Who is in it and who made it.
    pub cast: Vec<Credit>,
    /// Its pictures.
    pub artwork: Localised<Artwork>,
    /// Pictures for every language that has none of its own.
    pub artwork_default: Artwork,
    /// What a licence asks to be shown with it.
    pub credit_notice: Localised<String>,
    /// Who may see it. Episodes without windows of their own inherit these.
    pub windows: Vec<Window>,
    /// What plays: of movies and specials.
    pub media: Option<Media>,
    /// Of series, in order.
    pub seasons: Vec<Season>,
}

/// Somebody's part in a title.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Credit {
    /// Who.
    pub name: Localised<String>,
    /// As what: a role, or a trade.
    pub role: Localised<String>,
}

/// The pictures of a title in one language. Any may be missing.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Artwork {
    /// Upright, 2:3.
    pub poster: Option<Picture>,
    /// Lying, 16:9.
    pub hero: Option<Picture>,
}

/// A source picture in the import folder.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Picture(pub String);

/// A season of a series.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Season {
    /// Counted from 1; 0 for extras.
    pub number: u16,
    /// Its own name, if it has one.
    pub name: Localised<String>,
    /// In order.
    pub episodes: Vec<Episode>,
}

/// One episode.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Episode {
    /// Its id, in one namespace with titles.
    pub id: TitleId,
    /// Within its season.
    pub number: u16,
    /// What it is called.
    pub name: Localised<String>,
    /// A few sentences.
    pub synopsis: Localised<String>,
    /// Its own windows; empty: those of the series.
    pub windows: Vec<Window>,
    /// What plays.
    pub media: Option<Media>,
}

/// Where the media of a playable title come from. Paths are relative to the masters' folder or the import folder.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Media {
    /// The master file.
    pub master: String,
    /// The language that is spoken.
    pub language: Locale,
    /// Subtitle files, at most one a language.
    pub subtitles: Vec<Subtitle>,
    /// Where things are in it.
    pub markers: Markers,
}

/// A subtitle file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Subtitle {
    /// In which language.
    pub language: Locale,
    /// WebVTT (`.vtt`) or SubRip (`.srt`).
    pub file: String,
}

/// Points in a title's own time, in milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Markers {
    /// The opening that may be skipped: from, to.
    pub intro: Option<(u64, u64)>,
    /// Where the closing credits begin.
    pub credits_at: Option<u64>,
}
