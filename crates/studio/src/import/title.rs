use std::collections::BTreeMap;

use domain::{
    Artwork, Credit, Episode, GenreId, Kind as TitleKind, Locale, Localised, Maturity, Picture, Season,
    Territory, Title, TitleId,
};

use super::{
    brand::readers,
    fields::{self, Fields},
    gather::{FileKind, FileNeed, Gathered, Kind, Readers, unique},
    media::media,
    report::Report,
    text::{self, LINE, NAME, PARAGRAPH},
    window::windows,
    yaml::Node,
};

const TITLE: &[&str] = &[
    "id",
    "kind",
    "name",
    "tagline",
    "synopsis",
    "year",
    "original_language",
    "countries",
    "genres",
    "maturity",
    "cast",
    "artwork",
    "credit_notice",
    "windows",
    "media",
    "seasons",
];

pub(crate) fn title(node: &Node, gathered: &mut Gathered, report: &mut Report) -> Option<Title> {
    let fields = Fields::of(node, "a title", TITLE, report)?;
    let id = title_id(&fields, gathered, report);
    let kinds = [("movie", TitleKind::Movie), ("series", TitleKind::Series), ("special", TitleKind::Special)];
    let kind = fields.need("kind", report).and_then(|node| fields::choice(node, &kinds, report));
    let windows =
        fields.need("windows", report).map(|node| windows(node, gathered, report)).unwrap_or_default();
    let mut audience = readers(&windows);
    let (media, seasons) = playables(&fields, kind, id.as_ref(), &mut audience, gathered, report);

    let name = text::needed(&fields, "name", NAME, &audience, gathered, report);
    let tagline = text::wanted(&fields, "tagline", LINE, &audience, gathered, report);
    let synopsis = text::needed(&fields, "synopsis", PARAGRAPH, &audience, gathered, report);
    let year = fields.need("year", report).and_then(|node| fields::number(node, 1880..=2199, report));
    let original_language =
        fields.need("original_language", report).and_then(|node| fields::value::<Locale>(node, "ko", report));
    let countries = fields.get("countries", report).map(|node| unique::<Territory>(node, "[KR]", report));
    let genres = fields.need("genres", report).map(|node| gathered.ids::<GenreId>(node, Kind::Genre, report));
    let maturity = fields.need("maturity", report).and_then(|node| fields::number(node, 0..=21, report));
    let cast = fields.get("cast", report).map(|node| cast(node, &audience, gathered, report));
    let (artwork, artwork_default) = match fields.get("artwork", report) {
        Some(node) => artworks(node, gathered, report),
        None => Default::default(),
    };
    let credit_notice = text::wanted(&fields, "credit_notice", PARAGRAPH, &audience, gathered, report);
    Some(Title {
        id: id?,
        kind: kind?,
        name,
        tagline,
        synopsis,
        year: u16::try_from(year?).ok()?,
        original_language: original_language?,
        countries: countries.unwrap_or_default().into_iter().map(|(country, _)| country).collect(),
        genres: genres?.into_iter().map(|(genre, _)| genre).collect(),
        maturity: Maturity(u8::try_from(maturity?).ok()?),
        cast: cast.unwrap_or_default(),
        artwork,
        artwork_default,
        credit_notice,
        windows,
        media,
        seasons,
    })
}

fn title_id(fields: &Fields<'_>, gathered: &mut Gathered, report: &mut Report) -> Option<TitleId> {
    let node = fields.need("id", report)?;
    let id: TitleId = fields::value(node, "harbour-lights", report)?;
    gathered.define(Kind::Title, id.as_str(), node.at, report);
    Some(id)
}

/// What plays: media of movies and specials, seasons of series.
fn playables(
    fields: &Fields<'_>,
    kind: Option<TitleKind>,
    id: Option<&TitleId>,
    audience: &mut Readers,
    gathered: &mut Gathered,
    report: &mut Report,
) -> (Option<domain::Media>, Vec<Season>) {
    let series = kind == Some(TitleKind::Series);
    if series && fields.has("media") {
        report
            .error(fields.place("media"), "a series has no media of its own")
            .help("its episodes have: move `media` into one, or make the title a `kind: movie`");
    }
    if kind.is_some() && !series && fields.has("seasons") {
        report
            .error(fields.place("seasons"), "only a series has seasons")
            .help("remove `seasons`, or make the title a `kind: series`");
    }
    let mut media_found = None;
    if !series && let Some(node) = fields.get("media", report) {
        media_found = media(node, gathered, report);
    }
    let mut found = Vec::new();
    if series && let Some(node) = fields.need("seasons", report) {
        found = seasons(node, id, audience, gathered, report);
    }
    (media_found, found)
}

fn seasons(
    node: &Node,
    series: Option<&TitleId>,
    audience: &mut Readers,
    gathered: &mut Gathered,
    report: &mut Report,
) -> Vec<Season> {
    let mut out: Vec<Season> = Vec::new();
    let mut numbers = BTreeMap::new();
    for item in fields::list(node, "[{number: 1, episodes: [...]}]", report) {
        let known = &["number", "name", "episodes"];
        let Some(fields) = Fields::of(item, "a season", known, report) else { continue };
        let number = own_number(&fields, "season", &mut numbers, report);
        let mut episodes = Vec::new();
        let mut episode_numbers = BTreeMap::new();
        if let Some(node) = fields.need("episodes", report) {
            for item in fields::list(node, "[{id: lights-s1e1, number: 1, ...}]", report) {
                episodes.extend(episode(item, series, audience, &mut episode_numbers, gathered, report));
            }
        }
        episodes.sort_by_key(|episode| episode.number);
        let name = text::wanted(&fields, "name", NAME, audience, gathered, report);
        out.extend(number.map(|number| Season { number, name, episodes }));
    }
    out.sort_by_key(|season| season.number);
    out
}

/// A number that no other season, or episode of the season, has.
fn own_number(
    fields: &Fields<'_>,
    what: &str,
    taken: &mut BTreeMap<i64, super::place::Place>,
    report: &mut Report,
) -> Option<u16> {
    let node = fields.need("number", report)?;
    let number = fields::number(node, 0..=9_999, report)?;
    if let Some(first) = taken.insert(number, node.at) {
        report
            .error(node.at, format!("a second {what} {number}"))
            .related("the first is here", first)
            .help("number them as they are watched");
    }
    u16::try_from(number).ok()
}

fn episode(
    node: &Node,
    series: Option<&TitleId>,
    audience: &mut Readers,
    numbers: &mut BTreeMap<i64, super::place::Place>,
    gathered: &mut Gathered,
    report: &mut Report,
) -> Option<Episode> {
    let known = &["id", "number", "name", "synopsis", "windows", "media"];
    let fields = Fields::of(node, "an episode", known, report)?;
    let id = title_id(&fields, gathered, report);
    if let (Some(id), Some(series)) = (&id, series) {
        gathered.episodes.insert(id.to_string(), series.to_string());
    }
    let number = own_number(&fields, "episode", numbers, report);
    let windows =
        fields.get("windows", report).map(|node| windows(node, gathered, report)).unwrap_or_default();
    // An episode on a brand of its own takes its series' texts along.
    if let (Readers::These(brands), Readers::These(more)) = (&mut *audience, readers(&windows)) {
        brands.extend(more);
    } else {
        *audience = Readers::Every;
    }
    let name = text::needed(&fields, "name", NAME, audience, gathered, report);
    let synopsis = text::wanted(&fields, "synopsis", PARAGRAPH, audience, gathered, report);
    let media = fields.get("media", report).and_then(|node| media(node, gathered, report));
    Some(Episode { id: id?, number: number?, name, synopsis, windows, media })
}

fn cast(node: &Node, readers: &Readers, gathered: &mut Gathered, report: &mut Report) -> Vec<Credit> {
    let items = fields::list(node, "[{name: {en: Kim Ji-woo}, role: {en: Mina}}]", report);
    let credit = |item| {
        let fields = Fields::of(item, "a credit", &["name", "role"], report)?;
        let name = text::needed(&fields, "name", NAME, readers, gathered, report);
        let role = text::wanted(&fields, "role", NAME, readers, gathered, report);
        Some(Credit { name, role })
    };
    items.iter().filter_map(credit).collect()
}

fn artworks(node: &Node, gathered: &mut Gathered, report: &mut Report) -> (Localised<Artwork>, Artwork) {
    let Some(fields) = Fields::of(node, "artwork", &["poster", "hero", "localised"], report) else {
        return Default::default();
    };
    let default = artwork(&fields, gathered, report);
    let mut localised = Localised::default();
    if let Some(node) = fields.get("localised", report) {
        for entry in fields::map(node, "{ko: {poster: art/lights.ko.svg}}", report).unwrap_or_default() {
            let Some(locale) = text::locale_key(&entry.key, entry.at, report) else { continue };
            let Some(fields) = Fields::of(&entry.value, "artwork", &["poster", "hero"], report) else {
                continue;
            };
            localised.0.insert(locale, artwork(&fields, gathered, report));
        }
    }
    (localised, default)
}

fn artwork(fields: &Fields<'_>, gathered: &mut Gathered, report: &mut Report) -> Artwork {
    let mut picture = |key| {
        let node = fields.get(key, report)?;
        let path = fields::text(node, "art/lights-poster.svg", report)?.to_owned();
        gathered.files.push(FileNeed { kind: FileKind::Picture, path: path.clone(), at: node.at });
        Some(Picture(path))
    };
    Artwork { poster: picture("poster"), hero: picture("hero") }
}
