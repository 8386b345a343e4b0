use domain::Kind;
use edition::TitleView;

use super::{
    dates,
    making::{Making, is_ready},
    picture::Picture,
    said::Words,
};

/// Heights in pixels from which a picture is called high definition.
const HD: u16 = 720;

/// A title in a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Card {
    /// Its id, for the islands.
    pub id: String,
    /// Its page.
    pub href: String,
    /// What it is called.
    pub name: Words,
    /// Upright.
    pub poster: Option<Picture>,
    /// Lying.
    pub wide: Option<Picture>,
    /// "Series · 2025 · 2 seasons".
    pub facts: Vec<String>,
    /// The plan it takes, when the viewer lacks it: "With Harbour Plus".
    pub lock: Option<String>,
    /// Came lately.
    pub is_new: bool,
    /// Goes soon.
    pub leaving: bool,
    /// Can be seen in high definition.
    pub hd: bool,
}

impl Card {
    /// `None` when it may not be shown, or nothing of it is ready to play.
    pub fn new<'a>(making: &Making<'a>, title: &TitleView<'a>) -> Option<Self> {
        let standing = making.standing(title).filter(|_| is_ready(title))?;
        let art = title.artwork(&making.languages);
        let limit = standing.play.as_ref().ok().and_then(|grant| grant.max_height).unwrap_or(u16::MAX);
        Some(Self {
            id: title.id_str().to_owned(),
            href: making.href(&format!("/t/{}", title.id_str())),
            name: making.words(title.name(&making.languages)),
            wide: Picture::maybe(art.hero.as_ref().or(art.still.as_ref())),
            poster: Picture::maybe(art.poster.as_ref()),
            facts: facts(making, title),
            lock: standing.play.as_ref().err().map(|plan| making.lock(plan.as_deref())),
            is_new: standing.is_new,
            leaving: standing.leaving,
            hd: height(title).is_some_and(|height| height.min(limit) >= HD),
        })
    }
}

/// Kind, year, and how much of it there is.
pub fn facts<'a>(making: &Making<'a>, title: &TitleView<'a>) -> Vec<String> {
    let say = making.say;
    let (kind, size) = match title.kind() {
        Kind::Series => {
            let seasons = title.seasons().iter().filter(|season| season.number() > 0).count();
            (Some("kind-series"), Some(say.with("seasons", "count", seasons)))
        }
        kind => {
            let name = match kind {
                Kind::Special => Some("kind-special"),
                Kind::Movie => Some("kind-movie"),
                // Its place in the series says it all.
                Kind::Episode | Kind::Series => None,
            };
            (name, title.duration_us().map(|micros| dates::duration(say, micros)))
        }
    };
    kind.map(|kind| say.t(kind)).into_iter().chain([title.year().to_string()]).chain(size).collect()
}

/// The greatest picture height there is: of a series, of its first episode that is ready.
pub fn height(title: &TitleView<'_>) -> Option<u16> {
    match title.kind() {
        Kind::Series => title.episodes().iter().find_map(TitleView::max_height),
        _ => title.max_height(),
    }
}
