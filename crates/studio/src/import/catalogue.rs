use domain::{Brand, Genre, Title};

use super::{
    brand,
    fields::{self, Fields},
    gather::Gathered,
    place::Sources,
    report::Report,
    title,
    yaml::{self, Node},
};

/// Everything that a folder describes, in the order in which it stands there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Catalogue {
    /// Its brands.
    pub brands: Vec<Brand>,
    /// Its genres.
    pub genres: Vec<Genre>,
    /// Movies, specials and series with their episodes.
    pub titles: Vec<Title>,
}

/// Reads all files; what is wrong with any of them, and between them, is in `report`. Looks at no other file.
pub(crate) fn gather(sources: &Sources, report: &mut Report) -> Gathered {
    let mut gathered = Gathered::default();
    for (file, source) in (0u32..).zip(&sources.0) {
        if let Some(root) = yaml::parse(source, file, report) {
            read_file(&root, &mut gathered, report);
        }
    }
    gathered.check(report);
    gathered
}

fn read_file(root: &Node, gathered: &mut Gathered, report: &mut Report) {
    if root.is_nothing() {
        return; // comments only
    }
    let Some(fields) = Fields::of(root, "a catalogue file", &["brands", "genres", "titles"], report) else {
        report.incomplete = true;
        return;
    };
    if let Some(node) = fields.get("genres", report) {
        for item in fields::list(node, "[{id: thriller, name: {en: Thriller}}]", report) {
            let genre = brand::genre(item, gathered, report);
            gathered.genres.extend(genre);
        }
    }
    if let Some(node) = fields.get("brands", report) {
        for item in fields::list(node, "[{id: harbour, host: harbour, ...}]", report) {
            let brand = brand::brand(item, gathered, report);
            gathered.brands.extend(brand);
        }
    }
    if let Some(node) = fields.get("titles", report) {
        for item in fields::list(node, "[{id: harbour-lights, kind: movie, ...}]", report) {
            let title = title::title(item, gathered, report);
            gathered.titles.extend(title);
        }
    }
}

/// For fuzzing: whatever the bytes, reading ends, and its report can be written.
pub fn fuzz_catalogue(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes).into_owned();
    let sources = Sources(vec![super::place::Source::new("fuzz.yaml".into(), text)]);
    let mut report = Report::default();
    gather(&sources, &mut report);
    match report.finish(&sources) {
        Ok(warnings) => drop(warnings.iter().map(ToString::to_string).collect::<Vec<_>>()),
        Err(errors) => drop(errors.to_string()),
    }
}
