//! Synthetic catalogues of any size, for benches: the same specification makes the same edition.
//!
//! One shard is held at a time, so that a million titles need no more memory than fifteen thousand.

mod words;

use std::collections::BTreeMap;

use domain::{
    Artwork, AssetId, Brand, BrandId, Episode, Genre, GenreId, HeroStyle, IdError, Kind, Locale, Localised,
    Markers, Maturity, Plan, PlanId, Rail, RailId, RailKind, Scope, Season, Territories, Territory, Theme,
    Timestamp, Title, TitleId, Window,
};
use objects::{Hash, Objects, PictureHash};
use words::Random;

use crate::{
    AssetInput, BuildError, Built, ImageRef,
    build::{BrandBuilder, Row, Sink, add_shard},
    shard::{bits_for, shard_of},
};

/// Episodes of a series.
const EPISODES: u32 = 15;
/// One movie for so many episodes.
const EPISODES_A_MOVIE: u32 = 50;
const BRANDS: [&str; 3] = ["harbour", "lens", "midnight"];
const GENRES: [&str; 8] = ["drama", "crime", "comedy", "history", "nature", "music", "horror", "family"];
const TERRITORIES: [&str; 30] = [
    "KR", "JP", "US", "GB", "DE", "FR", "ES", "MX", "BR", "AR", "TH", "ID", "VN", "PH", "MY", "SG", "IN",
    "AE", "SA", "EG", "TR", "IT", "PL", "NL", "SE", "CA", "AU", "NZ", "CL", "PE",
];

/// What to make.
#[derive(Debug, Clone, Copy)]
pub struct Synthetic {
    /// Episodes; series and some movies come on top.
    pub episodes: u32,
    /// Languages in which everything is said, at most 10.
    pub languages: usize,
    /// Countries that each window names, at most 30.
    pub territories: usize,
    /// Windows of every title and every episode.
    pub windows: u32,
}

impl Synthetic {
    /// The catalogue of `bench-boot`: 10 languages, 15 territories, 6 windows a title.
    pub fn of(episodes: u32) -> Self {
        Self { episodes, languages: 10, territories: 15, windows: 6 }
    }

    fn series(&self) -> u32 {
        self.episodes.div_ceil(EPISODES)
    }

    fn movies(&self) -> u32 {
        self.episodes / EPISODES_A_MOVIE
    }
}

/// A synthetic catalogue as an editor would have it, all of it in memory.
#[derive(Debug, Clone)]
pub struct Catalogue {
    /// Three brands.
    pub brands: Vec<Brand>,
    /// Eight genres.
    pub genres: Vec<Genre>,
    /// Movies, and series with their episodes.
    pub titles: Vec<Title>,
    /// Of every movie and episode.
    pub assets: BTreeMap<TitleId, AssetInput>,
}

/// The catalogue that [`generate`] writes the edition of: [`crate::build()`] makes the same bytes of it.
pub fn catalogue(spec: &Synthetic) -> Result<Catalogue, BuildError> {
    let maker = Maker::new(spec)?;
    let things = maker.things();
    let whole = |thing: &Thing| maker.title(thing, true, |maker, series, n| maker.episode(series, n, true));
    Ok(Catalogue {
        brands: BRANDS.iter().map(|name| maker.brand(name)).collect(),
        genres: maker.genres(),
        titles: things.iter().filter(|thing| !matches!(thing, Thing::Episode(..))).map(whole).collect(),
        assets: things.iter().filter_map(|thing| Some((thing.id(), maker.asset(thing)?))).collect(),
    })
}

/// Writes the edition, sections and header. Announcing it is the caller's.
pub fn generate(
    objects: &Objects,
    number: u64,
    created_at: Timestamp,
    spec: &Synthetic,
) -> Result<Built, BuildError> {
    let maker = Maker::new(spec)?;
    let mut sink = Sink::new(objects);
    sink.add_genres(&maker.genres())?;
    let brands: Vec<Brand> = BRANDS.iter().map(|name| maker.brand(name)).collect();
    let mut builders: Vec<BrandBuilder<'_>> = brands.iter().map(BrandBuilder::new).collect();
    let things = maker.things();
    for thing in things.iter().filter(|thing| !matches!(thing, Thing::Episode(..))) {
        // Windows decide what rails hold and which audiences there are, those of episodes too; texts do not.
        let title = maker.title(thing, false, |maker, series, n| maker.episode(series, n, false));
        builders.iter_mut().for_each(|builder| builder.add(&title, true));
    }
    builders.into_iter().try_for_each(|builder| builder.finish(&mut sink))?;

    let bits = bits_for(things.len());
    let (mut rows, mut media) = (vec![Vec::new(); 1 << bits], vec![Vec::new(); 1 << bits]);
    for thing in things {
        rows[shard_of(thing.id().as_str(), bits) as usize].push(thing);
        if let Some(asset) = maker.asset_id(&thing) {
            media[shard_of(asset.as_str(), bits) as usize].push(thing);
        }
    }
    for (shard, (rows, media)) in rows.into_iter().zip(media).enumerate() {
        maker.add_shard(&mut sink, shard as u32, &rows, &media)?;
    }
    sink.finish(number, created_at, bits)
}

/// A row of the catalogue before anything is made of it.
#[derive(Debug, Clone, Copy)]
enum Thing {
    Movie(u32),
    Series(u32),
    /// Which series, and which episode of it, from 0.
    Episode(u32, u32),
}

impl Thing {
    #[expect(clippy::expect_used, reason = "made of digits and letters here")]
    fn id(&self) -> TitleId {
        let text = match self {
            Thing::Movie(n) => format!("movie-{n:07}"),
            Thing::Series(n) => format!("show-{n:06}"),
            Thing::Episode(series, n) => format!("show-{series:06}-s1e{:02}", n + 1),
        };
        TitleId::new(&text).expect("an id")
    }

    fn seed(&self) -> u64 {
        match self {
            Thing::Movie(n) => u64::from(*n) << 32 | 0xffff,
            Thing::Series(n) => u64::from(*n) << 32 | 0xfffe,
            Thing::Episode(series, n) => u64::from(*series) << 32 | u64::from(*n),
        }
    }
}

struct Maker {
    spec: Synthetic,
    locales: Vec<Locale>,
    territories: Vec<Territory>,
    genres: Vec<GenreId>,
    plus: PlanId,
    picture: ImageRef,
}

impl Maker {
    fn new(spec: &Synthetic) -> Result<Self, BuildError> {
        Self::try_new(spec)
            .map_err(|error| BuildError::Json { what: "the catalogue".into(), why: error.to_string() })
    }

    fn try_new(spec: &Synthetic) -> Result<Self, Box<dyn std::error::Error>> {
        let tags = words::LANGUAGES.iter().take(spec.languages.max(1));
        Ok(Self {
            spec: *spec,
            locales: tags.map(|(tag, _)| Locale::new(tag)).collect::<Result<_, _>>()?,
            territories: TERRITORIES.iter().map(|code| Territory::new(code)).collect::<Result<_, _>>()?,
            genres: GENRES.iter().map(|id| GenreId::new(id)).collect::<Result<_, IdError>>()?,
            plus: PlanId::new("plus")?,
            picture: ImageRef {
                hash: PictureHash::of(b"synthetic"),
                width: 1920,
                height: 1080,
                colour: [32, 48, 64],
                widths: vec![320, 640, 1280],
            },
        })
    }

    fn things(&self) -> Vec<Thing> {
        let movies = (0..self.spec.movies()).map(Thing::Movie);
        let series = (0..self.spec.series()).map(Thing::Series);
        let episodes = (0..self.spec.episodes).map(|n| Thing::Episode(n / EPISODES, n % EPISODES));
        movies.chain(series).chain(episodes).collect()
    }

    fn add_shard(
        &self,
        sink: &mut Sink<'_>,
        shard: u32,
        things: &[Thing],
        media: &[Thing],
    ) -> Result<(), BuildError> {
        let mut things: Vec<(TitleId, Thing)> = things.iter().map(|thing| (thing.id(), *thing)).collect();
        things.sort_by(|a, b| a.0.cmp(&b.0));
        let made: Vec<Made> = things.iter().map(|(_, thing)| self.make(thing)).collect();
        let rows: Vec<Row<'_>> = made.iter().map(Made::row).collect();
        let assets = |things: &mut dyn Iterator<Item = &Thing>| -> BTreeMap<TitleId, AssetInput> {
            things.filter_map(|thing| Some((thing.id(), self.asset(thing)?))).collect()
        };
        let of_titles = assets(&mut things.iter().map(|(_, thing)| thing));
        let here = assets(&mut media.iter());
        let mut sorted: Vec<(&TitleId, &AssetInput)> = here.iter().collect();
        sorted.sort_by_key(|(_, asset)| &asset.id);
        add_shard(sink, shard, &rows, &sorted, &of_titles, &BTreeMap::new())
    }

    fn make(&self, thing: &Thing) -> Made {
        match thing {
            Thing::Episode(series, n) => {
                Made::Episode(Thing::Series(*series).id(), Box::new(self.episode(*series, *n, true)))
            }
            // Of its episodes, a series' own row holds the ids alone.
            _ => Made::Title(Box::new(
                self.title(thing, true, |maker, series, n| maker.episode(series, n, false)),
            )),
        }
    }

    /// A movie, or a series with what `episode` makes of its episodes. Texts only when they are wanted.
    fn title(&self, thing: &Thing, texts: bool, episode: impl Fn(&Self, u32, u32) -> Episode) -> Title {
        let mut random = Random::new(thing.seed());
        let kind = if matches!(thing, Thing::Movie(_)) { Kind::Movie } else { Kind::Series };
        let first = random.below(GENRES.len());
        let seasons = match thing {
            Thing::Series(series) => {
                let count = EPISODES.min(self.spec.episodes - series * EPISODES);
                let episodes = (0..count).map(|n| episode(self, *series, n)).collect();
                vec![Season { number: 1, name: Localised::default(), episodes }]
            }
            _ => Vec::new(),
        };
        Title {
            id: thing.id(),
            kind,
            name: self.text(thing, 0, 3, texts),
            tagline: self.text(thing, 1, 6, texts),
            synopsis: self.text(thing, 2, 40, texts),
            year: 1990 + random.below(36) as u16,
            original_language: self.locales[random.below(self.locales.len())].clone(),
            countries: vec![self.territories[random.below(TERRITORIES.len())]],
            genres: vec![self.genres[first].clone(), self.genres[(first + 3) % GENRES.len()].clone()],
            maturity: Maturity([0, 6, 12, 16, 18][random.below(5)]),
            cast: Vec::new(),
            artwork: Localised::default(),
            artwork_default: Artwork::default(),
            credit_notice: Localised::default(),
            windows: self.windows(thing),
            media: None,
            seasons,
        }
    }

    fn episode(&self, series: u32, n: u32, texts: bool) -> Episode {
        let thing = Thing::Episode(series, n);
        Episode {
            id: thing.id(),
            number: (n + 1) as u16,
            name: self.text(&thing, 0, 3, texts),
            synopsis: self.text(&thing, 2, 30, texts),
            windows: self.windows(&thing),
            media: None,
        }
    }

    fn text(&self, thing: &Thing, what: u64, words: usize, wanted: bool) -> Localised<String> {
        let locales = self.locales.iter().enumerate().filter(|_| wanted);
        let say = |(place, locale): (usize, &Locale)| {
            let seed = thing.seed() ^ (what << 20) ^ ((place as u64) << 24);
            (locale.clone(), words::sentence(&mut Random::new(seed), place, words))
        };
        locales.map(say).collect()
    }

    /// Windows on one brand or all, over 2020 to 2035, no two titles with the same dates.
    fn windows(&self, thing: &Thing) -> Vec<Window> {
        const HOUR: i64 = 3600;
        let mut random = Random::new(thing.seed() ^ 0x77);
        let brand = random.below(BRANDS.len() + 1);
        let brands = match BRANDS.get(brand).and_then(|id| BrandId::new(id).ok()) {
            Some(id) => Scope::Only([id].into()),
            None => Scope::Any,
        };
        let mut from = 1_577_836_800 + random.below(5 * 365 * 24) as i64 * HOUR;
        let window = |_| {
            let start = random.below(TERRITORIES.len());
            let territories = (0..self.spec.territories.min(TERRITORIES.len()))
                .map(|n| self.territories[(start + n) % TERRITORIES.len()]);
            let until = from + (30 + random.below(700) as i64) * 24 * HOUR;
            let window = Window {
                brands: brands.clone(),
                territories: Territories::Only(territories.collect()),
                plans: if random.below(3) == 0 {
                    Scope::Only([self.plus.clone()].into())
                } else {
                    Scope::Any
                },
                devices: Scope::Any,
                from: Timestamp::from_seconds(from),
                until: Some(Timestamp::from_seconds(until)),
                max_height: [None, Some(1080), Some(540)][random.below(3)],
            };
            from += (100 + random.below(500) as i64) * 24 * HOUR;
            window
        };
        (0..self.spec.windows).map(window).collect()
    }

    fn asset_id(&self, thing: &Thing) -> Option<AssetId> {
        if matches!(thing, Thing::Series(_)) {
            return None;
        }
        let id = thing.id();
        AssetId::new(&format!("{id}-{}", &Hash::of(id.as_str().as_bytes()).short()[..8])).ok()
    }

    fn asset(&self, thing: &Thing) -> Option<AssetInput> {
        let id = self.asset_id(thing)?;
        Some(AssetInput {
            index: Hash::of(id.as_str().as_bytes()),
            id,
            duration_us: 2_700_000_000,
            max_height: 1080,
            audio: self.locales.iter().take(1).cloned().collect(),
            subtitles: self.locales.iter().take(3).cloned().collect(),
            markers: Markers { intro: Some((0, 60_000)), credits_at: Some(2_600_000) },
            still: Some(self.picture.clone()),
        })
    }

    fn genres(&self) -> Vec<Genre> {
        self.genres.iter().map(|id| Genre { id: id.clone(), name: self.said(id.as_str()) }).collect()
    }

    /// The same word in every language.
    fn said(&self, text: &str) -> Localised<String> {
        self.locales.iter().map(|locale| (locale.clone(), text.to_owned())).collect()
    }

    #[expect(clippy::expect_used, reason = "ids known here")]
    fn brand(&self, name: &str) -> Brand {
        let rail = |id: &str, kind| Rail {
            id: RailId::new(id).expect("an id"),
            name: self.said(id),
            kind,
            limit: 20,
        };
        let genres =
            self.genres.iter().map(|genre| rail(genre.as_str(), RailKind::Genre { genre: genre.clone() }));
        Brand {
            id: BrandId::new(name).expect("an id"),
            host: name.into(),
            name: self.said(name),
            tagline: self.said(name),
            about: self.said(name),
            default_locale: self.locales[0].clone(),
            locales: self.locales.clone(),
            theme: Theme {
                background: "#101018".into(),
                surface: "#1a1a26".into(),
                text: "#f4f4f8".into(),
                muted: "#a0a0b0".into(),
                accent: "#ffb020".into(),
                on_accent: "#101018".into(),
                font: "sans".into(),
                radius: 8,
                hero: HeroStyle::Wide,
            },
            plans: vec![Plan {
                id: self.plus.clone(),
                name: self.said("Plus"),
                price: None,
                everyone: false,
            }],
            rails: std::iter::once(rail("newest", RailKind::Newest)).chain(genres).collect(),
        }
    }
}

enum Made {
    Title(Box<Title>),
    Episode(TitleId, Box<Episode>),
}

impl Made {
    fn row(&self) -> Row<'_> {
        match self {
            Made::Title(title) => Row::Title(title),
            Made::Episode(series, episode) => Row::Episode { series, season: 1, episode },
        }
    }
}
