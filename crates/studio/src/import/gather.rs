//! What the files define and refer to, with places, until all of them are read.

use std::{
    collections::BTreeMap,
    collections::{BTreeSet, HashMap, btree_map::Entry},
};

use domain::{Brand, BrandId, Genre, Locale, Localised, Title};

use super::{
    fields::{self, nearest},
    place::Place,
    report::{Report, quote},
    yaml::Node,
};

/// What an id names. Ids are unique within each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Kind {
    Brand,
    Host,
    Plan,
    Rail,
    Genre,
    /// Movies, series, specials and episodes.
    Title,
}

impl Kind {
    fn word(self) -> &'static str {
        match self {
            Kind::Brand => "brand",
            Kind::Host => "host",
            Kind::Plan => "plan",
            Kind::Rail => "rail",
            Kind::Genre => "genre",
            Kind::Title => "title",
        }
    }
}

/// Something that refers to something else by its id.
#[derive(Debug)]
struct Reference {
    kind: Kind,
    id: String,
    at: Place,
}

/// A text that every one of some brands' default languages must be able to read.
#[derive(Debug)]
pub(crate) struct TextNeed {
    pub what: &'static str,
    pub at: Place,
    pub locales: BTreeSet<Locale>,
    pub brands: Readers,
}

/// On which brands a text is read.
#[derive(Debug, Clone)]
pub(crate) enum Readers {
    Every,
    These(BTreeSet<BrandId>),
}

/// A file that the catalogue names.
#[derive(Debug, Clone)]
pub(crate) struct FileNeed {
    pub kind: FileKind,
    pub path: String,
    pub at: Place,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FileKind {
    Picture,
    Subtitle,
    Master,
}

/// A plan named by a window: it must be sold by one of the window's brands.
#[derive(Debug)]
pub(crate) struct PlanUse {
    pub plan: domain::PlanId,
    pub at: Place,
    pub brands: Readers,
}

#[derive(Debug, Default)]
pub(crate) struct Gathered {
    pub brands: Vec<Brand>,
    pub genres: Vec<Genre>,
    pub titles: Vec<Title>,
    pub files: Vec<FileNeed>,
    pub texts: Vec<TextNeed>,
    pub plan_uses: Vec<PlanUse>,
    /// Ids of episodes: rails hold series, not their episodes.
    pub episodes: HashMap<String, String>,
    defined: BTreeMap<(Kind, String), Place>,
    references: Vec<Reference>,
}

impl Gathered {
    /// Notes that `id` names something; a second one of the same name is an error at both places.
    pub fn define(&mut self, kind: Kind, id: &str, at: Place, report: &mut Report) {
        match self.defined.entry((kind, id.to_owned())) {
            Entry::Vacant(slot) => {
                slot.insert(at);
            }
            Entry::Occupied(first) => {
                report
                    .error(at, format!("the {} {} is defined twice", kind.word(), quote(id)))
                    .related("first defined here", *first.get())
                    .help("give one of them another id, or remove it");
            }
        }
    }

    pub fn refer(&mut self, kind: Kind, id: &str, at: Place) {
        self.references.push(Reference { kind, id: id.to_owned(), at });
    }

    /// A list of ids of the same kind, each at most once.
    pub fn ids<T>(&mut self, node: &Node, kind: Kind, report: &mut Report) -> Vec<(T, Place)>
    where
        T: std::str::FromStr + Ord + Clone + AsRef<str>,
        T::Err: std::fmt::Display,
    {
        let found = unique::<T>(node, "[one, another]", report);
        for (id, at) in &found {
            self.refer(kind, id.as_ref(), *at);
        }
        found
    }

    /// Checks what can be checked only when every file is read.
    pub fn check(&self, report: &mut Report) {
        self.check_references(report);
        self.check_texts(report);
        self.check_plans(report);
    }

    fn check_references(&self, report: &mut Report) {
        if report.incomplete {
            return; // what the unread files define is unknown: every message would be a guess
        }
        for Reference { kind, id, at } in &self.references {
            if self.defined.contains_key(&(*kind, id.clone())) {
                match self.episodes.get(id) {
                    Some(series) if *kind == Kind::Title => {
                        report
                            .error(*at, format!("{} is an episode; rails hold whole titles", quote(id)))
                            .help(format!("name its series, `{series}`"));
                    }
                    _ => {}
                }
                continue;
            }
            let known = self.defined.keys().filter(|(k, _)| k == kind).map(|(_, id)| id.as_str());
            let help = nearest(id, known)
                .unwrap_or_else(|| format!("define it under `{}s:`, or remove the reference", kind.word()));
            report.error(*at, format!("there is no {} {}", kind.word(), quote(id))).help(help);
        }
    }

    fn check_texts(&self, report: &mut Report) {
        for need in &self.texts {
            for brand in &self.brands {
                let read = match &need.brands {
                    Readers::Every => true,
                    Readers::These(these) => these.contains(&brand.id),
                };
                let default = &brand.default_locale;
                if !read || need.locales.contains(default) || need.locales.contains(&default.language()) {
                    continue;
                }
                let message = format!("{} is missing in `{default}`", need.what);
                report.error(need.at, message).help(format!(
                    "`{default}` is the default language of the brand `{}`: add `{default}: ...`",
                    brand.id
                ));
            }
        }
    }

    fn check_plans(&self, report: &mut Report) {
        for PlanUse { plan, at, brands } in &self.plan_uses {
            let Readers::These(these) = brands else { continue };
            let sellers: Vec<&Brand> =
                self.brands.iter().filter(|brand| brand.plans.iter().any(|p| p.id == *plan)).collect();
            if !sellers.is_empty() && !sellers.iter().any(|brand| these.contains(&brand.id)) {
                let seller = &sellers[0].id;
                report
                    .error(
                        *at,
                        format!("the plan `{plan}` is sold by `{seller}`, which this window leaves out"),
                    )
                    .help(format!("add `{seller}` to the window's brands, or name a plan of one of them"));
            }
        }
    }

    /// Notes that `text` must be readable on `brands`; an empty one is left to whoever demanded the key.
    pub fn need_text(&mut self, what: &'static str, at: Place, text: &Localised<String>, brands: &Readers) {
        if !text.is_empty() {
            let locales = text.0.keys().cloned().collect();
            self.texts.push(TextNeed { what, at, locales, brands: brands.clone() });
        }
    }
}

/// A list of values, each at most once.
pub(crate) fn unique<T>(node: &Node, example: &str, report: &mut Report) -> Vec<(T, Place)>
where
    T: std::str::FromStr + Ord + Clone,
    T::Err: std::fmt::Display,
{
    let mut found: Vec<(T, Place)> = Vec::new();
    let mut seen: BTreeMap<T, Place> = BTreeMap::new();
    for item in fields::list(node, example, report) {
        let Some(value) = fields::value::<T>(item, "harbour", report) else { continue };
        if let Some(first) = seen.get(&value) {
            report
                .error(item.at, "listed twice")
                .related("first listed here", *first)
                .help("keep one of them");
            continue;
        }
        seen.insert(value.clone(), item.at);
        found.push((value, item.at));
    }
    found
}
