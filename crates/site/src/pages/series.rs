use edition::TitleView;

use super::{
    dates,
    making::{Making, is_ready},
    picture::Picture,
    said::Words,
};

/// A season on a page.
pub struct Season {
    /// Its anchor: `season-1`.
    pub anchor: String,
    /// "Season 1: The Code".
    pub name: String,
    /// Those that may be shown, in order.
    pub episodes: Vec<Row>,
}

/// An episode in a list.
pub struct Row {
    /// Its id, for the islands.
    pub id: String,
    /// Where it plays; nowhere when it cannot.
    pub href: Option<String>,
    /// "S1 E2".
    pub code: String,
    /// What it is called.
    pub name: Words,
    /// A few sentences.
    pub synopsis: Option<Words>,
    /// How long it runs.
    pub duration: Option<String>,
    /// Out of it; the series' picture while there is none.
    pub still: Option<Picture>,
    /// "With Harbour Plus", or "Being prepared".
    pub note: Option<String>,
    /// A plan is missing.
    pub locked: bool,
    /// Came lately.
    pub is_new: bool,
    /// The page is about it.
    pub current: bool,
}

/// The seasons of a series that have anything to show.
pub fn seasons<'a>(making: &Making<'a>, series: &TitleView<'a>) -> Vec<Season> {
    let seasons = series.seasons().into_iter().map(|season| {
        let number = season.number();
        let name = match season.name(&making.languages) {
            _ if number == 0 => making.say.t("season-extras"),
            Some(name) => {
                making.say.all("season-named", [("number", number.into()), ("name", name.text.into())])
            }
            None => making.say.with("season", "number", number),
        };
        let rows = season.episodes();
        let episodes = rows.iter().filter_map(|episode| Row::new(making, episode, None)).collect();
        Season { anchor: format!("season-{number}"), name, episodes }
    });
    seasons.filter(|season| !season.episodes.is_empty()).collect()
}

impl Row {
    /// `None` when it may not be shown. `current`: the id of the title that the page is about.
    pub fn new<'a>(making: &Making<'a>, episode: &TitleView<'a>, current: Option<&str>) -> Option<Self> {
        let standing = making.standing(episode)?;
        let still = episode.still().or_else(|| episode.artwork(&making.languages).hero);
        let locked = standing.play.is_err();
        let note = match &standing.play {
            Err(plan) => Some(making.lock(plan.as_deref())),
            Ok(_) if !is_ready(episode) => Some(making.say.t("not-ready")),
            Ok(_) => None,
        };
        Some(Self {
            id: episode.id_str().to_owned(),
            href: note.is_none().then(|| making.href(&format!("/watch/{}", episode.id_str()))),
            code: making.code(episode).unwrap_or_default(),
            name: making.words(episode.name(&making.languages)),
            synopsis: episode.synopsis(&making.languages).map(|said| making.words(said)),
            duration: episode.duration_us().map(|micros| dates::duration(making.say, micros)),
            still: Picture::maybe(still.as_ref()),
            note,
            locked,
            is_new: standing.is_new,
            current: current == Some(episode.id_str()),
        })
    }
}
