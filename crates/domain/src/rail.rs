use serde::{Deserialize, Serialize};

use crate::{GenreId, Localised, RailId, TitleId};

/// A row of titles on a home page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rail {
    /// Its id.
    pub id: RailId,
    /// Its heading; empty for the hero.
    pub name: Localised<String>,
    /// What it holds.
    pub kind: RailKind,
    /// At most this many titles.
    pub limit: u16,
}

/// What a rail holds. Whatever it names, a viewer sees only what [`crate::rights::decide`] lists.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum RailKind {
    /// The opening of the page: the first title that the viewer may see.
    Hero {
        /// In order of preference.
        titles: Vec<TitleId>,
    },
    /// What this profile has begun; filled in by the viewer's own row, never part of a page.
    Continue,
    /// Chosen by an editor, in this order.
    Manual {
        /// The choice.
        titles: Vec<TitleId>,
    },
    /// The titles whose window opened last.
    Newest,
    /// All of a genre, newest first.
    Genre {
        /// Which.
        genre: GenreId,
    },
}
