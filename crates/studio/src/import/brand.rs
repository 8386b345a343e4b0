use std::collections::BTreeSet;

use domain::{
    Brand, BrandId, Currency, Genre, GenreId, HeroStyle, Locale, Localised, Money, Plan, PlanId, Rail,
    RailId, RailKind, Theme, TitleId,
};

use super::{
    fields::{self, Fields},
    gather::{Gathered, Kind, Readers, unique},
    report::{Report, quote},
    text::{self, LINE, NAME, PARAGRAPH},
    yaml::Node,
};

const BRAND: &[&str] =
    &["id", "host", "name", "tagline", "about", "default_locale", "locales", "theme", "plans", "rails"];
const THEME: &[&str] =
    &["background", "surface", "text", "muted", "accent", "on_accent", "font", "radius", "hero"];
/// The display fonts that the site carries.
const FONTS: &[(&str, &str)] =
    &[("fraunces", "fraunces"), ("bricolage", "bricolage"), ("cinzel", "cinzel"), ("inter", "inter")];
/// A rail longer than this is a page of its own.
const MAX_RAIL: i64 = 100;
const DEFAULT_RAIL: u16 = 20;

pub(crate) fn brand(node: &Node, gathered: &mut Gathered, report: &mut Report) -> Option<Brand> {
    let fields = Fields::of(node, "a brand", BRAND, report)?;
    let id = fields.need("id", report).and_then(|node| {
        let id: BrandId = fields::value(node, "harbour", report)?;
        gathered.define(Kind::Brand, id.as_str(), node.at, report);
        Some(id)
    });
    let readers = Readers::These(id.iter().cloned().collect());
    let host = fields.need("host", report).and_then(|node| {
        // A DNS label has the shape of an id, one character less.
        let host: BrandId = fields::value(node, "harbour", report)?;
        if host.as_str().len() > 63 || host.as_str().ends_with('-') || host.as_str() == "studio" {
            report
                .error(node.at, format!("{} cannot be a host name", quote(host.as_str())))
                .help("a host's label has at most 63 letters, does not end with `-` and is not `studio`");
            return None;
        }
        gathered.define(Kind::Host, host.as_str(), node.at, report);
        Some(host.to_string())
    });
    let name = text::needed(&fields, "name", NAME, &readers, gathered, report);
    let tagline = text::wanted(&fields, "tagline", LINE, &readers, gathered, report);
    let about = text::wanted(&fields, "about", PARAGRAPH, &readers, gathered, report);
    let locales: Option<Vec<Locale>> = fields.need("locales", report).map(|node| {
        unique::<Locale>(node, "[en, ko]", report).into_iter().map(|(locale, _)| locale).collect()
    });
    let default_locale = fields.need("default_locale", report).and_then(|node| {
        let locale: Locale = fields::value(node, "en", report)?;
        if locales.as_ref().is_some_and(|locales| !locales.contains(&locale)) {
            report
                .error(node.at, format!("the default language `{locale}` is not among the brand's `locales`"))
                .help(format!("add `{locale}` to `locales`, or choose one of them"));
        }
        Some(locale)
    });
    let theme = fields.need("theme", report).and_then(|node| theme(node, report));
    let mut plans = Vec::new();
    if let Some(node) = fields.get("plans", report) {
        let items = fields::list(node, "[{id: free, name: {en: Free}, everyone: true}]", report);
        plans = items.iter().filter_map(|node| plan(node, &readers, gathered, report)).collect();
    }
    let mut rails = Vec::new();
    if let Some(node) = fields.need("rails", report) {
        let items = fields::list(node, "[{id: newest, kind: newest, name: {en: New}}]", report);
        rails = items.iter().filter_map(|node| rail(node, &readers, gathered, report)).collect();
    }
    Some(Brand {
        id: id?,
        host: host?,
        name,
        tagline,
        about,
        default_locale: default_locale?,
        locales: locales?,
        theme: theme?,
        plans,
        rails,
    })
}

fn theme(node: &Node, report: &mut Report) -> Option<Theme> {
    let fields = Fields::of(node, "a theme", THEME, report)?;
    let mut colour = |key| fields.need(key, report).and_then(|node| colour(node, report));
    let [background, surface, text, muted, accent, on_accent] =
        ["background", "surface", "text", "muted", "accent", "on_accent"].map(&mut colour);
    let font = fields.need("font", report).and_then(|node| fields::choice(node, FONTS, report));
    let radius = fields.get("radius", report).map_or(Some(6), |node| fields::number(node, 0..=64, report));
    let heroes = [("wide", HeroStyle::Wide), ("split", HeroStyle::Split), ("tower", HeroStyle::Tower)];
    let hero = fields.need("hero", report).and_then(|node| fields::choice(node, &heroes, report));
    Some(Theme {
        background: background?,
        surface: surface?,
        text: text?,
        muted: muted?,
        accent: accent?,
        on_accent: on_accent?,
        font: font?.to_owned(),
        radius: u8::try_from(radius?).ok()?,
        hero: hero?,
    })
}

fn colour(node: &Node, report: &mut Report) -> Option<String> {
    let text = fields::text(node, "\"#0c0f14\"", report)?;
    let digits = text.strip_prefix('#').filter(|digits| digits.len() == 6);
    if digits.is_some_and(|digits| digits.bytes().all(|b| b.is_ascii_hexdigit())) {
        return Some(text.to_ascii_lowercase());
    }
    report
        .error(node.at, format!("{} is not a colour", quote(text)))
        .help("write `#` and six hexadecimal digits, in quotes: \"#0c0f14\"");
    None
}

fn plan(node: &Node, readers: &Readers, gathered: &mut Gathered, report: &mut Report) -> Option<Plan> {
    let fields = Fields::of(node, "a plan", &["id", "name", "price", "everyone"], report)?;
    let id = fields.need("id", report).and_then(|node| {
        let id: PlanId = fields::value(node, "harbour-plus", report)?;
        gathered.define(Kind::Plan, id.as_str(), node.at, report);
        Some(id)
    });
    let name = text::needed(&fields, "name", NAME, readers, gathered, report);
    let price = fields.get("price", report).and_then(|node| price(node, report));
    let everyone =
        fields.get("everyone", report).and_then(|node| fields::flag(node, report)).unwrap_or(false);
    if everyone && price.is_some() {
        report
            .error(fields.place("price"), "a plan that everyone holds has a price")
            .help("remove `price`, or `everyone`");
    }
    Some(Plan { id: id?, name, price, everyone })
}

fn price(node: &Node, report: &mut Report) -> Option<Money> {
    let fields = Fields::of(node, "a price", &["minor", "currency"], report)?;
    let minor = fields.need("minor", report).and_then(|node| fields::number(node, 1..=1_000_000_000, report));
    let currency = fields.need("currency", report).and_then(|node| {
        let text = fields::text(node, "EUR", report)?;
        let currency = Currency::new(text);
        if let Err(error) = &currency {
            report.error(node.at, error.to_string());
        }
        currency.ok()
    });
    Some(Money { minor: minor?, currency: currency? })
}

#[derive(Clone, Copy, PartialEq)]
enum Shape {
    Hero,
    Continue,
    Manual,
    Newest,
    Genre,
}

fn rail(node: &Node, readers: &Readers, gathered: &mut Gathered, report: &mut Report) -> Option<Rail> {
    let known = &["id", "kind", "name", "titles", "genre", "limit"];
    let fields = Fields::of(node, "a rail", known, report)?;
    let id = fields.need("id", report).and_then(|node| {
        let id: RailId = fields::value(node, "harbour-new", report)?;
        gathered.define(Kind::Rail, id.as_str(), node.at, report);
        Some(id)
    });
    let shapes = [
        ("hero", Shape::Hero),
        ("continue", Shape::Continue),
        ("manual", Shape::Manual),
        ("newest", Shape::Newest),
        ("genre", Shape::Genre),
    ];
    let shape = fields.need("kind", report).and_then(|node| fields::choice(node, &shapes, report));
    let shape = shape?;
    let name = match shape {
        Shape::Hero => text::wanted(&fields, "name", NAME, readers, gathered, report),
        _ => text::needed(&fields, "name", NAME, readers, gathered, report),
    };
    let mut titles = Vec::new();
    if matches!(shape, Shape::Hero | Shape::Manual) {
        if let Some(node) = fields.need("titles", report) {
            titles =
                gathered.ids::<TitleId>(node, Kind::Title, report).into_iter().map(|(id, _)| id).collect();
        }
    } else if fields.has("titles") {
        report
            .error(fields.place("titles"), "this kind of rail finds its titles itself")
            .help("remove `titles`, or make it `kind: manual`");
    }
    let mut genre = None;
    if shape == Shape::Genre {
        genre = fields.need("genre", report).and_then(|node| {
            let id: GenreId = fields::value(node, "thriller", report)?;
            gathered.refer(Kind::Genre, id.as_str(), node.at);
            Some(id)
        });
        genre.as_ref()?;
    } else if fields.has("genre") {
        report
            .error(fields.place("genre"), "only a rail of `kind: genre` has a genre")
            .help("remove `genre`");
    }
    let limit = fields.get("limit", report).and_then(|node| fields::number(node, 1..=MAX_RAIL, report));
    let limit = limit.and_then(|limit| u16::try_from(limit).ok());
    let kind = match (shape, genre) {
        (Shape::Genre, Some(genre)) => RailKind::Genre { genre },
        (Shape::Hero, _) => RailKind::Hero { titles },
        (Shape::Manual, _) => RailKind::Manual { titles },
        (Shape::Continue, _) => RailKind::Continue,
        _ => RailKind::Newest,
    };
    let limit = limit.unwrap_or_else(|| match &kind {
        RailKind::Hero { titles } | RailKind::Manual { titles } => {
            (titles.len() as u16).min(MAX_RAIL as u16).max(1)
        }
        _ => DEFAULT_RAIL,
    });
    Some(Rail { id: id?, name, kind, limit })
}

pub(crate) fn genre(node: &Node, gathered: &mut Gathered, report: &mut Report) -> Option<Genre> {
    let fields = Fields::of(node, "a genre", &["id", "name"], report)?;
    let id = fields.need("id", report).and_then(|node| {
        let id: GenreId = fields::value(node, "thriller", report)?;
        gathered.define(Kind::Genre, id.as_str(), node.at, report);
        Some(id)
    });
    let name: Localised<String> = text::needed(&fields, "name", NAME, &Readers::Every, gathered, report);
    Some(Genre { id: id?, name })
}

/// The brands of a set, for texts: `None` is every brand.
pub(crate) fn readers(windows: &[domain::Window]) -> Readers {
    let mut these = BTreeSet::new();
    for window in windows {
        match &window.brands {
            domain::Scope::Any => return Readers::Every,
            domain::Scope::Only(brands) => these.extend(brands.iter().cloned()),
        }
    }
    Readers::These(these)
}
