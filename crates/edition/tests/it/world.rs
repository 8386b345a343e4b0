//! Random small catalogues, and what it takes to open editions of them.

use std::collections::{BTreeMap, BTreeSet};

use domain::{rights::Ask, *};
use edition::{AssetInput, BuildInput, Built, Edition, ImageRef, build};
use objects::{Hash, Objects, PictureHash};
use proptest::{collection, option, prelude::*, sample::subsequence};
use tempfile::TempDir;

pub const SPAN: i64 = 12;
const BRANDS: [&str; 2] = ["alpha", "beta"];
const PLANS: [&str; 3] = ["free", "plus", "max"];
const COUNTRIES: [&str; 4] = ["KR", "US", "DE", "JP"];
const GENRES: [&str; 3] = ["crime", "drama", "horror"];
const LANGUAGES: [&str; 5] = ["en", "pt", "pt-BR", "ko", "ar"];
const PICTURES: [&str; 3] = ["a.png", "b.png", "missing.png"];

/// Everything that an edition is built from.
#[derive(Debug, Clone)]
pub struct World {
    pub brands: Vec<Brand>,
    pub genres: Vec<Genre>,
    pub titles: Vec<Title>,
    pub assets: BTreeMap<TitleId, AssetInput>,
    pub pictures: BTreeMap<String, ImageRef>,
}

impl World {
    pub fn input(&self, number: u64) -> BuildInput<'_> {
        BuildInput {
            number,
            created_at: Timestamp(1),
            brands: &self.brands,
            genres: &self.genres,
            titles: &self.titles,
            assets: &self.assets,
            pictures: &self.pictures,
        }
    }

    /// Builds and opens it, in a folder of its own.
    pub fn open(&self) -> (TempDir, Objects, Built, Edition) {
        let dir = tempfile::tempdir().unwrap();
        let objects = Objects::folder(dir.path()).unwrap();
        let built = build(&objects, &self.input(1)).unwrap();
        let edition = Edition::open(&objects, &built.announcement(Timestamp(2))).unwrap();
        (dir, objects, built, edition)
    }
}

pub fn locale(tag: &str) -> Locale {
    Locale::new(tag).unwrap()
}

pub fn locales() -> Vec<Locale> {
    LANGUAGES.map(locale).to_vec()
}

pub fn countries() -> Vec<Territory> {
    COUNTRIES.map(|code| Territory::new(code).unwrap()).to_vec()
}

pub fn plans() -> Vec<PlanId> {
    PLANS.map(|id| PlanId::new(id).unwrap()).to_vec()
}

pub fn devices() -> Vec<DeviceClass> {
    vec![DeviceClass::Desktop, DeviceClass::Mobile, DeviceClass::Tv]
}

fn some<T: Clone + std::fmt::Debug + Ord + 'static>(all: Vec<T>) -> impl Strategy<Value = BTreeSet<T>> {
    let most = all.len();
    subsequence(all, 0..=most).prop_map(|some| some.into_iter().collect())
}

fn scope<T: Clone + std::fmt::Debug + Ord + 'static>(all: Vec<T>) -> impl Strategy<Value = Scope<T>> {
    prop_oneof![2 => Just(Scope::Any), 1 => some(all).prop_map(Scope::Only)]
}

fn territories() -> impl Strategy<Value = Territories> {
    prop_oneof![
        Just(Territories::World),
        some(countries()).prop_map(Territories::Only),
        some(countries()).prop_map(Territories::Except)
    ]
}

pub fn window() -> impl Strategy<Value = Window> {
    let brands = BRANDS.map(|id| BrandId::new(id).unwrap()).to_vec();
    let whom = (scope(brands), territories(), scope(plans()), scope(devices()));
    let when = (0..SPAN, option::of(1..SPAN), option::of(prop_oneof![Just(540), Just(1080)]));
    (whom, when).prop_map(|((brands, territories, plans, devices), (from, length, max_height))| {
        let until = length.map(|length| Timestamp(from + length));
        Window { brands, territories, plans, devices, from: Timestamp(from), until, max_height }
    })
}

fn said() -> impl Strategy<Value = Localised<String>> {
    let text = prop_oneof!["[a-z가-힣א-ת]{0,6}", Just("같은".to_owned())];
    collection::btree_map(subsequence(locales(), 1).prop_map(|one| one[0].clone()), text, 0..4)
        .prop_map(Localised)
}

fn picture() -> impl Strategy<Value = Option<Picture>> {
    option::of((0..PICTURES.len()).prop_map(|n| Picture(PICTURES[n].into())))
}

fn artwork() -> impl Strategy<Value = Artwork> {
    (picture(), picture()).prop_map(|(poster, hero)| Artwork { poster, hero })
}

fn localised_artwork() -> impl Strategy<Value = Localised<Artwork>> {
    collection::btree_map(subsequence(locales(), 1).prop_map(|one| one[0].clone()), artwork(), 0..3)
        .prop_map(Localised)
}

fn credit() -> impl Strategy<Value = Credit> {
    (said(), said()).prop_map(|(name, role)| Credit { name, role })
}

type EpisodeParts = (Localised<String>, Localised<String>, Vec<Window>);

fn episodes() -> impl Strategy<Value = Vec<EpisodeParts>> {
    let windows = prop_oneof![2 => Just(Vec::new()), 1 => collection::vec(window(), 1..3)];
    collection::vec((said(), said(), windows), 0..4)
}

fn title() -> impl Strategy<Value = Title> {
    let texts = (said(), said(), said(), said(), collection::vec(credit(), 0..3));
    let facts =
        (0..3usize, 1900..2030u16, 0..LANGUAGES.len(), some(countries()), some(GENRES.to_vec()), 0u8..4);
    let rest = (
        localised_artwork(),
        artwork(),
        collection::vec(window(), 0..4),
        collection::vec((said(), episodes()), 0..3),
    );
    (texts, facts, rest).prop_map(|(texts, facts, rest)| {
        let (name, tagline, synopsis, credit_notice, cast) = texts;
        let (kind, year, language, made_in, genres, maturity) = facts;
        let (artwork, artwork_default, windows, seasons) = rest;
        let kind = [Kind::Movie, Kind::Series, Kind::Special][kind];
        let seasons = if kind == Kind::Series { seasons } else { Vec::new() };
        let season = |(number, (name, episodes)): (u16, (Localised<String>, Vec<EpisodeParts>))| {
            let episode = |(n, (name, synopsis, windows)): (u16, EpisodeParts)| Episode {
                id: TitleId::new("x").unwrap(),
                number: n,
                name,
                synopsis,
                windows,
                media: None,
            };
            Season { number, name, episodes: (1..).zip(episodes).map(episode).collect() }
        };
        Title {
            id: TitleId::new("x").unwrap(),
            kind,
            name,
            tagline,
            synopsis,
            year,
            original_language: locales()[language].clone(),
            countries: made_in.into_iter().collect(),
            genres: genres.into_iter().map(|id| GenreId::new(id).unwrap()).collect(),
            maturity: Maturity(maturity),
            cast,
            artwork,
            artwork_default,
            credit_notice,
            windows,
            media: None,
            seasons: (1..).zip(seasons).map(season).collect(),
        }
    })
}

fn image(name: &str) -> ImageRef {
    ImageRef {
        hash: PictureHash::of(name.as_bytes()),
        width: 1200,
        height: 1800,
        colour: [1, 2, name.len() as u8],
        widths: vec![320, 640, name.len() as u16],
    }
}

fn asset(id: &TitleId, n: u64) -> AssetInput {
    AssetInput {
        id: AssetId::new(&format!("{id}-{n:08x}")).unwrap(),
        index: Hash::of(id.as_str().as_bytes()),
        duration_us: 1_000_000 * n,
        max_height: 720,
        audio: locales()[..1].to_vec(),
        subtitles: locales()[..(n % 4) as usize].to_vec(),
        markers: Markers {
            intro: n.is_multiple_of(2).then_some((5, 9)),
            credits_at: n.is_multiple_of(3).then_some(99),
        },
        still: (n % 2 == 1).then(|| image("still")),
    }
}

pub fn brand(id: &str, titles: &[TitleId]) -> Brand {
    let rail = |id: &str, kind, limit| Rail {
        id: RailId::new(id).unwrap(),
        name: Localised::default(),
        kind,
        limit,
    };
    let plan = |id: &str| Plan {
        id: PlanId::new(id).unwrap(),
        name: Localised::default(),
        price: None,
        everyone: id == "free",
    };
    let theme = Theme {
        background: "#000000".into(),
        surface: "#000000".into(),
        text: "#ffffff".into(),
        muted: "#888888".into(),
        accent: "#ff0000".into(),
        on_accent: "#000000".into(),
        font: "sans".into(),
        radius: 4,
        hero: HeroStyle::Wide,
    };
    let drama = GenreId::new("drama").unwrap();
    Brand {
        id: BrandId::new(id).unwrap(),
        host: id.into(),
        name: Localised::default(),
        tagline: Localised::default(),
        about: Localised::default(),
        default_locale: locale("en"),
        locales: locales(),
        theme,
        plans: PLANS.map(plan).to_vec(),
        rails: vec![
            rail("hero", RailKind::Hero { titles: titles.to_vec() }, 1),
            rail("continue", RailKind::Continue, 10),
            rail("chosen", RailKind::Manual { titles: titles.iter().rev().cloned().collect() }, 3),
            rail("newest", RailKind::Newest, 3),
            rail("drama", RailKind::Genre { genre: drama }, 20),
        ],
    }
}

/// A catalogue of up to `titles` titles, most of them with media.
pub fn world(titles: usize) -> impl Strategy<Value = World> {
    (collection::vec(title(), 0..=titles), collection::vec(prop::bool::weighted(0.8), 200)).prop_map(
        |(mut titles, media)| {
            let mut assets = BTreeMap::new();
            let mut media = media.into_iter().cycle().zip(0..);
            for (n, title) in titles.iter_mut().enumerate() {
                title.id = TitleId::new(&format!("title-{n}")).unwrap();
                let mut ids = vec![title.id.clone()];
                for season in &mut title.seasons {
                    for episode in &mut season.episodes {
                        let id = format!("title-{n}-s{}e{}", season.number, episode.number);
                        episode.id = TitleId::new(&id).unwrap();
                        ids.push(episode.id.clone());
                    }
                }
                let playable = ids.iter().filter(|id| title.kind != Kind::Series || **id != title.id);
                for (id, (has, n)) in playable.zip(media.by_ref()) {
                    if has {
                        assets.insert(id.clone(), asset(id, n));
                    }
                }
            }
            let ids: Vec<TitleId> = titles.iter().map(|title| title.id.clone()).collect();
            World {
                brands: BRANDS.map(|id| brand(id, &ids)).to_vec(),
                genres: GENRES
                    .map(|id| Genre { id: GenreId::new(id).unwrap(), name: Localised::default() })
                    .to_vec(),
                titles,
                assets,
                pictures: PICTURES[..2].iter().map(|name| (name.to_string(), image(name))).collect(),
            }
        },
    )
}

/// A random viewer.
#[derive(Debug, Clone)]
pub struct Viewer {
    pub territory: Option<Territory>,
    pub plans: BTreeSet<PlanId>,
    pub device: DeviceClass,
    pub limit: Option<Maturity>,
}

impl Viewer {
    pub fn ask<'a>(&'a self, brand: &'a BrandId) -> Ask<'a> {
        Ask {
            brand,
            territory: self.territory,
            plans: &self.plans,
            device: self.device,
            maturity_limit: self.limit,
        }
    }
}

pub fn viewer() -> impl Strategy<Value = Viewer> {
    // FR stands in no window: it falls together with other such countries.
    let place = prop_oneof![
        Just(None),
        (0..5usize).prop_map(|n| Some(Territory::new(["KR", "US", "DE", "JP", "FR"][n]).unwrap()))
    ];
    (place, some(plans()), 0..3usize, option::of(0u8..5)).prop_map(|(territory, mut plans, device, limit)| {
        plans.insert(PlanId::new("free").unwrap());
        Viewer { territory, plans, device: devices()[device], limit: limit.map(Maturity) }
    })
}
