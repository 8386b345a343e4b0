//! A small world: two brands over one catalogue with every kind of window. `site`'s tests use it too.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
    sync::Arc,
};

use domain::{
    AssetId, Brand, BrandId, DeviceClass, Episode, Genre, GenreId, HeroStyle, Kind, Locale, Localised,
    Markers, Maturity, Plan, PlanId, Rail, RailId, RailKind, Scope, Season, SeededRng, Territories,
    Territory, Theme, Timestamp, Title, TitleId, Window, rights::Ask,
};
use edition::{AssetInput, BuildInput, Edition};
use objects::{Hash, Objects, announce, keys::SigningKey};

/// Noon of the first of March 2026, when all of this happens.
pub const NOON: Timestamp = Timestamp(1_772_366_400_000_000);
/// An hour in microseconds.
pub const HOUR: i64 = 3_600_000_000;
/// Every asset plays for 100 seconds, its credits begin after 90.
pub const LENGTH: u64 = 100;

pub fn id(text: &str) -> TitleId {
    TitleId::new(text).unwrap()
}

pub fn brand_id(text: &str) -> BrandId {
    BrandId::new(text).unwrap()
}

pub fn territory(code: &str) -> Option<Territory> {
    Some(Territory::new(code).unwrap())
}

fn locale(tag: &str) -> Locale {
    Locale::new(tag).unwrap()
}

fn said(text: &str) -> Localised<String> {
    [(locale("en"), text.to_owned()), (locale("ko"), format!("{text} (한)"))].into_iter().collect()
}

/// All of it, as an editor would describe it.
pub struct World {
    pub brands: Vec<Brand>,
    pub genres: Vec<Genre>,
    pub titles: Vec<Title>,
    pub assets: BTreeMap<TitleId, AssetInput>,
}

fn brand(name: &str, plans: &[(&str, bool)]) -> Brand {
    let rail = |id: &str, kind| Rail { id: RailId::new(id).unwrap(), name: said(id), kind, limit: 20 };
    let drama = GenreId::new("drama").unwrap();
    Brand {
        id: brand_id(name),
        host: name.into(),
        name: said(name),
        tagline: said("stories"),
        about: said("about"),
        default_locale: locale("en"),
        locales: vec![locale("en"), locale("ko"), locale("ar")],
        theme: Theme {
            background: "#0c0f14".into(),
            surface: "#161b24".into(),
            text: "#f4f1ea".into(),
            muted: "#a8b0bd".into(),
            accent: "#e8b04b".into(),
            on_accent: "#1a1204".into(),
            font: "fraunces".into(),
            radius: 6,
            hero: HeroStyle::Wide,
        },
        plans: plans
            .iter()
            .map(|(id, everyone)| Plan {
                id: PlanId::new(id).unwrap(),
                name: said(id),
                price: None,
                everyone: *everyone,
            })
            .collect(),
        rails: vec![
            rail("hero", RailKind::Hero { titles: vec![id("tram"), id("nights")] }),
            rail("continue", RailKind::Continue),
            rail("newest", RailKind::Newest),
            rail("drama", RailKind::Genre { genre: drama }),
        ],
    }
}

/// On `harbour`, everywhere, for ever.
fn open() -> Window {
    Window {
        brands: Scope::Only(BTreeSet::from([brand_id("harbour")])),
        territories: Territories::World,
        plans: Scope::Any,
        devices: Scope::Any,
        from: Timestamp(NOON.0 - 1_000 * HOUR),
        until: None,
        max_height: None,
    }
}

fn only(code: &str) -> Window {
    Window { territories: Territories::Only(territory(code).into_iter().collect()), ..open() }
}

fn until(hours: i64) -> Window {
    Window { until: Some(Timestamp(NOON.0 + hours * HOUR)), ..open() }
}

fn from(hours: i64) -> Window {
    Window { from: Timestamp(NOON.0 + hours * HOUR), ..open() }
}

fn title(name: &str, kind: Kind, windows: Vec<Window>) -> Title {
    Title {
        id: id(name),
        kind,
        name: said(&format!("The {name}")),
        tagline: said("A line"),
        synopsis: said("A paragraph."),
        year: 2024,
        original_language: locale("ko"),
        countries: territory("KR").into_iter().collect(),
        genres: vec![GenreId::new("drama").unwrap()],
        maturity: Maturity(12),
        cast: Vec::new(),
        artwork: Localised::default(),
        artwork_default: domain::Artwork::default(),
        credit_notice: Localised::default(),
        windows,
        media: None,
        seasons: Vec::new(),
    }
}

/// Seasons of so many episodes; `own` gives single episodes windows of their own.
fn series(name: &str, windows: Vec<Window>, seasons: &[u16], own: &[(&str, Window)]) -> Title {
    let episode = |season: usize, number: u16| {
        let place = format!("s{season}e{number}");
        let own = own.iter().filter(|(at, _)| *at == place).map(|(_, window)| window.clone());
        Episode {
            id: id(&format!("{name}-{place}")),
            number,
            name: said(&format!("Part {place}")),
            synopsis: said("What happens."),
            windows: own.collect(),
            media: None,
        }
    };
    let season = |(number, episodes): (usize, &u16)| Season {
        number: number as u16,
        name: Localised::default(),
        episodes: (1..=*episodes).map(|episode_no| episode(number, episode_no)).collect(),
    };
    Title { seasons: (1..).zip(seasons).map(season).collect(), ..title(name, Kind::Series, windows) }
}

impl World {
    pub fn new() -> Self {
        let premium = BTreeSet::from([PlanId::new("premium").unwrap()]);
        let movie = |name, window| title(name, Kind::Movie, vec![window]);
        let titles = vec![
            movie("tram", open()),
            movie("nights", only("KR")),
            movie("leaving", until(1)),
            movie("coming", from(1)),
            movie("gone", until(-1)),
            movie("premium", Window { plans: Scope::Only(premium), ..open() }),
            movie("small", Window { max_height: Some(480), ..open() }),
            movie("unready", open()),
            movie("deep", Window { brands: Scope::Only(BTreeSet::from([brand_id("fathom")])), ..open() }),
            series("tides", vec![open()], &[3, 2], &[("s2e1", only("KR"))]),
            series("lamps", vec![open()], &[2, 2], &[("s1e2", until(1)), ("s2e1", from(1))]),
            series("korea", vec![only("KR")], &[3], &[]),
        ];
        let playable = titles.iter().flat_map(|title| {
            let episodes =
                title.seasons.iter().flat_map(|season| &season.episodes).map(|episode| &episode.id);
            episodes.chain((title.kind != Kind::Series).then_some(&title.id))
        });
        // Two have no media yet: a movie and an episode in the middle.
        let ready = playable.filter(|id| !["unready", "korea-s1e2"].contains(&id.as_str()));
        let asset = |id: &TitleId| AssetInput {
            id: AssetId::new(&format!("{id}-0011aabb")).unwrap(),
            index: Hash::of(id.as_str().as_bytes()),
            duration_us: LENGTH * 1_000_000,
            max_height: 1080,
            audio: vec![locale("ko")],
            subtitles: vec![locale("en")],
            markers: Markers { intro: Some((5_000, 15_000)), credits_at: Some(90_000) },
            still: None,
        };
        let assets = ready.map(|id| (id.clone(), asset(id))).collect();
        let genres = vec![Genre { id: GenreId::new("drama").unwrap(), name: said("Drama") }];
        let brands =
            vec![brand("harbour", &[("free", true), ("premium", false)]), brand("fathom", &[("free", true)])];
        Self { brands, genres, titles, assets }
    }

    /// Writes it as edition `number` and announces it.
    pub fn publish(&self, objects: &Objects, number: u64, key: &SigningKey) -> announce::CurrentEdition {
        let pictures = BTreeMap::new();
        let input = BuildInput {
            number,
            created_at: NOON,
            brands: &self.brands,
            genres: &self.genres,
            titles: &self.titles,
            assets: &self.assets,
            pictures: &pictures,
        };
        let current = edition::build(objects, &input).unwrap().announcement(NOON);
        announce::publish(objects, &current, key, &key.public().into()).unwrap();
        current
    }

    /// It, opened as an edition from a folder.
    pub fn open(&self, folder: &Path) -> Arc<Edition> {
        let objects = Objects::folder(folder).unwrap();
        let current = self.publish(&objects, 1, &SigningKey::generate(&SeededRng::new(1)));
        Arc::new(Edition::open(&objects, &current).unwrap())
    }
}

/// Somebody on `harbour`, on a desk, with the plan that everybody has.
pub struct Somebody {
    pub brand: BrandId,
    pub plans: BTreeSet<PlanId>,
    pub territory: Option<Territory>,
}

impl Somebody {
    pub fn from(code: &str) -> Self {
        let plans = BTreeSet::from([PlanId::new("free").unwrap()]);
        Self { brand: brand_id("harbour"), plans, territory: territory(code) }
    }

    pub fn ask(&self) -> Ask<'_> {
        Ask {
            brand: &self.brand,
            territory: self.territory,
            plans: &self.plans,
            device: DeviceClass::Desktop,
            maturity_limit: None,
        }
    }
}
