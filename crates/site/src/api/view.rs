//! Titles as the API shows them.

use std::time::Duration;

use domain::{Kind, Locale, Timestamp, rights::Ask};
use edition::{ImageRef, Languages, TitleView};
use serde::Serialize;

/// A picture in its widths.
#[derive(Debug, Serialize)]
pub struct Image {
    /// Of the source, in pixels.
    width: u16,
    height: u16,
    /// `#rrggbb`, until it has loaded.
    colour: String,
    /// Ascending by width.
    sources: Vec<Source>,
}

#[derive(Debug, Serialize)]
struct Source {
    width: u16,
    url: String,
}

impl Image {
    fn new(image: &ImageRef) -> Self {
        let [r, g, b] = image.colour;
        let source = |width: &u16| Source { width: *width, url: format!("/i/{}/{width}.webp", image.hash) };
        Self {
            width: image.width,
            height: image.height,
            colour: format!("#{r:02x}{g:02x}{b:02x}"),
            sources: image.widths.iter().map(source).collect(),
        }
    }
}

/// A title in a row.
#[derive(Debug, Serialize)]
pub struct Card {
    id: String,
    kind: Kind,
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    tagline: Option<String>,
    year: u16,
    maturity: u8,
    /// Its page; of an episode, the player's.
    url: String,
    /// Shown, but only a plan opens it.
    locked: bool,
    /// Seconds; of what can be played.
    #[serde(skip_serializing_if = "Option::is_none")]
    duration: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    episode: Option<Place>,
    #[serde(skip_serializing_if = "Option::is_none")]
    poster: Option<Image>,
    #[serde(skip_serializing_if = "Option::is_none")]
    hero: Option<Image>,
    #[serde(skip_serializing_if = "Option::is_none")]
    still: Option<Image>,
}

/// Where an episode stands.
#[derive(Debug, Serialize)]
struct Place {
    series: String,
    series_name: String,
    season: u16,
    number: u16,
}

/// How a title is told to one reader.
#[derive(Clone, Copy)]
pub struct Teller<'a> {
    pub ask: &'a Ask<'a>,
    pub now: Timestamp,
    pub locale: &'a Locale,
    pub languages: &'a Languages,
}

impl Teller<'_> {
    /// A title in a row.
    pub fn card(&self, title: &TitleView<'_>) -> Card {
        let text = title.text(self.languages);
        let artwork = title.artwork(self.languages);
        let image = |image: Option<ImageRef>| image.as_ref().map(Image::new);
        let page = if title.kind() == Kind::Episode { "watch" } else { "t" };
        Card {
            id: title.id_str().into(),
            kind: title.kind(),
            name: text.name.to_string(),
            tagline: text.tagline.map(|said| said.to_string()),
            year: title.year(),
            maturity: title.maturity().0,
            url: format!("/{}/{page}/{}", self.locale, title.id_str()),
            locked: title.decide(self.ask, self.now).answer.is_err(),
            duration: title.asset().map(|asset| Duration::from_micros(asset.duration_us).as_secs_f64()),
            episode: title.parent().map(|parent| Place {
                series: parent.series.id_str().into(),
                series_name: parent.series.name(self.languages).to_string(),
                season: parent.season,
                number: parent.episode,
            }),
            poster: image(artwork.poster),
            hero: image(artwork.hero),
            still: image(artwork.still),
        }
    }
}

/// A title's page.
#[derive(Debug, Serialize)]
pub struct Details {
    #[serde(flatten)]
    card: Card,
    #[serde(skip_serializing_if = "Option::is_none")]
    synopsis: Option<String>,
    genres: Vec<Named>,
    cast: Vec<Part>,
    audio: Vec<Locale>,
    subtitles: Vec<Locale>,
    #[serde(skip_serializing_if = "Option::is_none")]
    credit_notice: Option<String>,
    seasons: Vec<Season>,
    /// Until when this is true, at least; for ever when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<String>,
}

#[derive(Debug, Serialize)]
struct Named {
    id: String,
    name: String,
}

#[derive(Debug, Serialize)]
struct Part {
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    role: Option<String>,
}

#[derive(Debug, Serialize)]
struct Season {
    number: u16,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    episodes: Vec<Card>,
}

impl Teller<'_> {
    /// A title's page, and the first instant at which it may be another. Episodes that are not listed are left out.
    pub fn details(
        &self,
        edition: &edition::Edition,
        title: &TitleView<'_>,
        default: &Locale,
    ) -> (Details, Option<Timestamp>) {
        let mut until = title.decide(self.ask, self.now).until;
        let text = title.text(self.languages);
        let genre = |id: domain::GenreId| {
            let name = edition.genre(&id).and_then(|genre| genre.name.get(self.locale, default));
            Named { name: name.map_or_else(|| id.to_string(), |(_, name)| name.clone()), id: id.into() }
        };
        let seasons = title.seasons().into_iter().map(|season| {
            let mut episodes = Vec::new();
            for episode in season.episodes() {
                let decision = episode.decide(self.ask, self.now);
                until = [until, decision.until].into_iter().flatten().min();
                if decision.listed() {
                    episodes.push(self.card(&episode));
                }
            }
            let name = season.name(self.languages).map(|said| said.to_string());
            Season { number: season.number(), name, episodes }
        });
        let seasons: Vec<Season> = seasons.filter(|season| !season.episodes.is_empty()).collect();
        let asset = title.asset();
        let details = Details {
            card: self.card(title),
            synopsis: text.synopsis.map(|said| said.to_string()),
            genres: title.genres().into_iter().map(genre).collect(),
            cast: title
                .cast(self.languages)
                .into_iter()
                .filter_map(|credit| {
                    Some(Part {
                        name: credit.name?.to_string(),
                        role: credit.role.map(|said| said.to_string()),
                    })
                })
                .collect(),
            audio: asset.as_ref().map(|asset| asset.audio.clone()).unwrap_or_default(),
            subtitles: asset.map(|asset| asset.subtitles).unwrap_or_default(),
            credit_notice: text.credit_notice.map(|said| said.to_string()),
            seasons,
            until: until.map(|until| until.to_string()),
        };
        (details, until)
    }
}
