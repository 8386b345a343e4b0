use domain::Kind;
use edition::TitleView;

use super::{
    card::{facts, height},
    making::{Age, Making, is_ready},
    picture::Picture,
    said::Words,
};

/// The opening of a page: a title, large.
pub struct Hero {
    /// Its id, for the islands.
    pub id: String,
    /// Its page.
    pub href: String,
    /// What it is called.
    pub name: Words,
    /// One line.
    pub tagline: Option<Words>,
    /// A paragraph.
    pub synopsis: Option<Words>,
    /// Lying.
    pub wide: Option<Picture>,
    /// Upright.
    pub poster: Option<Picture>,
    /// Kind, year, how much.
    pub facts: Vec<String>,
    /// The least age.
    pub age: Age,
    /// By name.
    pub genres: Vec<String>,
    /// "HD".
    pub hd: bool,
    /// What the large button does.
    pub play: Play,
}

/// What the large button does.
pub struct Play {
    /// Where it leads; nowhere when nothing can be played.
    pub href: Option<String>,
    /// What it says.
    pub label: String,
    /// A plan is missing.
    pub locked: bool,
    /// Of a series: the episodes that can be played, as `id=S1 E1;…`, for the island that knows where the viewer was.
    pub episodes: String,
    /// What it says then: "Watch {code}", the blank left to the island.
    pub resume: String,
}

impl Hero {
    /// `None` when it may not be shown.
    pub fn new<'a>(making: &Making<'a>, title: &TitleView<'a>) -> Option<Self> {
        let standing = making.standing(title)?;
        let art = title.artwork(&making.languages);
        let text = title.text(&making.languages);
        let limit = standing.play.as_ref().ok().and_then(|grant| grant.max_height).unwrap_or(u16::MAX);
        Some(Self {
            id: title.id_str().to_owned(),
            href: making.href(&format!("/t/{}", title.id_str())),
            name: making.words(text.name),
            tagline: text.tagline.map(|said| making.words(said)),
            synopsis: text.synopsis.map(|said| making.words(said)),
            wide: Picture::maybe(art.hero.as_ref().or(art.still.as_ref())),
            poster: Picture::maybe(art.poster.as_ref()),
            facts: facts(making, title),
            age: making.maturity(title),
            genres: making.genres(title),
            hd: height(title).is_some_and(|height| height.min(limit) >= 720),
            play: Play::new(making, title, standing.play.err()),
        })
    }
}

impl Play {
    /// `lock`: a plan is missing for the title as a whole, and what it is called.
    fn new<'a>(making: &Making<'a>, title: &TitleView<'a>, lock: Option<Option<String>>) -> Self {
        let say = making.say;
        if title.kind() == Kind::Series {
            return Self::series(making, title, lock);
        }
        let href = making.href(&format!("/watch/{}", title.id_str()));
        match lock {
            Some(plan) => Self::locked(making, plan),
            None if !is_ready(title) => Self::plain(None, say.t("not-ready")),
            None => Self::plain(Some(href), say.t("play-movie")),
        }
    }

    /// A series opens with its first episode that can be played.
    fn series<'a>(making: &Making<'a>, title: &TitleView<'a>, lock: Option<Option<String>>) -> Self {
        let mut first = None;
        let mut listed = Vec::new();
        let mut missing = lock;
        for episode in title.episodes() {
            let Some(standing) = making.standing(&episode).filter(|_| is_ready(&episode)) else { continue };
            match standing.play {
                Ok(_) => {
                    listed.push(format!(
                        "{}={}",
                        episode.id_str(),
                        making.code(&episode).unwrap_or_default()
                    ));
                    first = first.or(Some(episode));
                }
                Err(plan) => missing = missing.or(Some(plan)),
            }
        }
        let Some(first) = first else {
            return match missing {
                Some(plan) => Self::locked(making, plan),
                None => Self::plain(None, making.say.t("not-ready")),
            };
        };
        let label = making.say.with("play-first", "code", making.code(&first).unwrap_or_default());
        let href = making.href(&format!("/watch/{}", first.id_str()));
        let resume = making.say.with("play-episode", "code", "{code}");
        Self { episodes: listed.join(";"), resume, ..Self::plain(Some(href), label) }
    }

    fn plain(href: Option<String>, label: String) -> Self {
        Self { href, label, locked: false, episodes: String::new(), resume: String::new() }
    }

    fn locked(making: &Making<'_>, plan: Option<String>) -> Self {
        let label = match plan {
            Some(plan) => making.say.with("play-locked", "plan", plan),
            None => making.say.t("locked-any"),
        };
        Self { locked: true, ..Self::plain(None, label) }
    }
}
