//! What holds for every catalogue, and for every heap of bytes.

use std::{collections::BTreeSet, fs, path::Path};

use domain::{
    DeviceClass, Kind, Locale, Localised, Maturity, PlanId, Scope, Territories, Territory, Timestamp, Title,
    TitleId, Window,
};
use proptest::prelude::*;
use serde_json::{Value, json};
use studio::import::{self, Folder, fuzz_catalogue};

/// Texts that YAML could take for something else, and texts in several scripts.
fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-zA-Z ]{0,12}[a-z]",
        "[가-힣]{1,6}",
        "[א-ת]{1,6}",
        prop::sample::select(vec![
            "no",
            "1984",
            "null?",
            "# five",
            "a: b",
            "- x",
            "*star",
            "\"quoted\"",
            "it's",
            "{x}",
            "…"
        ])
        .prop_map(str::to_owned),
    ]
    .prop_map(|text| text.trim().to_owned())
    .prop_filter("empty", |text| !text.is_empty())
}

fn localised() -> impl Strategy<Value = Localised<String>> {
    let more =
        prop::collection::btree_map(prop::sample::select(vec!["ko", "ja", "ar", "pt-BR"]), text(), 0..3);
    (text(), more).prop_map(|(english, more)| {
        let mut all: Localised<String> = [(Locale::new("en").unwrap(), english)].into_iter().collect();
        all.0.extend(more.into_iter().map(|(tag, text)| (Locale::new(tag).unwrap(), text)));
        all
    })
}

fn territories() -> impl Strategy<Value = Territories> {
    let set = || {
        prop::collection::btree_set(prop::sample::select(vec!["KR", "JP", "NO", "US"]), 1..4).prop_map(
            |codes| codes.into_iter().map(|code| Territory::new(code).unwrap()).collect::<BTreeSet<_>>(),
        )
    };
    prop_oneof![
        Just(Territories::World),
        set().prop_map(Territories::Only),
        set().prop_map(Territories::Except)
    ]
}

fn window() -> impl Strategy<Value = Window> {
    let scope = |on: bool, one: &'static str| match on {
        true => Scope::Only([PlanId::new(one).unwrap()].into()),
        false => Scope::Any,
    };
    let second = 0i64..4_000_000_000;
    (
        territories(),
        any::<bool>(),
        any::<bool>(),
        second,
        prop::option::of(1u32..1 << 30),
        prop::option::of(144u16..4320),
    )
        .prop_map(move |(territories, plan, desktop, from, length, max_height)| Window {
            brands: Scope::Only([domain::BrandId::new("harbour").unwrap()].into()),
            territories,
            plans: scope(plan, "plus"),
            devices: if desktop { Scope::Only([DeviceClass::Desktop].into()) } else { Scope::Any },
            from: Timestamp::from_seconds(from),
            until: length.map(|length| Timestamp::from_seconds(from + i64::from(length))),
            max_height,
        })
}

prop_compose! {
    fn title()(
        number in 0u32..1_000_000,
        name in localised(),
        synopsis in localised(),
        year in 1880u16..2200,
        maturity in 0u8..22,
        windows in prop::collection::vec(window(), 1..4),
    ) -> Title {
        Title {
            id: TitleId::new(&format!("t{number}")).unwrap(),
            kind: Kind::Movie,
            name,
            tagline: Localised::default(),
            synopsis,
            year,
            original_language: Locale::new("ko").unwrap(),
            countries: vec![],
            genres: vec![],
            maturity: Maturity(maturity),
            cast: vec![],
            artwork: Localised::default(),
            artwork_default: Default::default(),
            credit_notice: Localised::default(),
            windows,
            media: None,
            seasons: vec![],
        }
    }
}

/// As the schema wants it. JSON is YAML.
fn written(title: &Title) -> Value {
    let window = |window: &Window| {
        let mut out = json!({
            "brands": ["harbour"],
            "territories": match &window.territories {
                Territories::World => json!("world"),
                Territories::Only(set) => json!({"only": set}),
                Territories::Except(set) => json!({"except": set}),
            },
            "from": window.from.to_string(),
        });
        if let Scope::Only(plans) = &window.plans {
            out["plans"] = json!(plans);
        }
        if let Scope::Only(devices) = &window.devices {
            out["devices"] = json!(devices);
        }
        if let Some(until) = window.until {
            out["until"] = json!(until.to_string());
        }
        if let Some(height) = window.max_height {
            out["max_height"] = json!(height);
        }
        out
    };
    json!({
        "id": title.id, "kind": "movie", "name": title.name, "synopsis": title.synopsis, "year": title.year,
        "original_language": "ko", "genres": [], "maturity": title.maturity,
        "windows": title.windows.iter().map(window).collect::<Vec<_>>(),
    })
}

const BRAND: &str = r##"
brands:
  - id: harbour
    host: harbour
    name: {en: Harbour}
    default_locale: en
    locales: [en]
    theme: {background: "#0c0f14", surface: "#161b24", text: "#f4f1ea", muted: "#a8b0bd", accent: "#e8b04b", on_accent: "#1a1204", font: inter, hero: wide}
    plans: [{id: plus, name: {en: Plus}}]
    rails: []
"##;

fn read(dir: &Path, titles: &[Value]) -> Result<Vec<Title>, import::ImportErrors> {
    fs::write(dir.join("a.yaml"), BRAND).unwrap();
    fs::write(dir.join("b.yaml"), serde_json::to_string_pretty(&json!({"titles": titles})).unwrap()).unwrap();
    let folder = Folder { dir: dir.to_owned(), masters: None, masters_optional: false };
    import::check(&folder).map(|checked| checked.catalogue.titles)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn what_is_written_is_read(titles in prop::collection::btree_map(0u32..1_000_000, title(), 0..5)) {
        let titles: Vec<Title> = titles
            .into_iter()
            .map(|(number, title)| Title { id: TitleId::new(&format!("t{number}")).unwrap(), ..title })
            .collect();
        let dir = tempfile::tempdir().unwrap();
        let values: Vec<Value> = titles.iter().map(written).collect();
        prop_assert_eq!(read(dir.path(), &values).map_err(|e| TestCaseError::fail(e.to_string()))?, titles);
    }

    #[test]
    fn a_title_less_any_key_it_needs_is_an_error_that_names_the_key(title in title(), which in 0usize..8) {
        let mut value = written(&title);
        let key = ["id", "kind", "name", "synopsis", "year", "original_language", "maturity", "windows"][which];
        value.as_object_mut().unwrap().remove(key);
        let dir = tempfile::tempdir().unwrap();
        let errors = read(dir.path(), &[value]).unwrap_err();
        prop_assert!(errors.to_string().contains(&format!("a title needs `{key}`")), "{errors}");
    }

    #[test]
    fn bytes_of_any_kind_are_read_to_an_end(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        fuzz_catalogue(&bytes);
    }

    #[test]
    fn a_damaged_catalogue_is_read_to_an_end(cuts in prop::collection::vec((any::<prop::sample::Index>(), 0usize..40, "[\\[\\]{}:&*!|>#'\"\\-\n\t ,a]{0,6}"), 1..6)) {
        let mut bytes = fs::read("tests/catalogues/valid/catalogue/2-titles.yaml").unwrap();
        for (at, length, with) in cuts {
            let at = at.index(bytes.len());
            let end = (at + length).min(bytes.len());
            bytes.splice(at..end, with.bytes());
        }
        fuzz_catalogue(&bytes);
    }
}

/// Everything that the fuzzer was given to begin with, and what it found.
#[test]
fn the_corpus_is_read_to_an_end() {
    let mut seen = 0;
    for entry in fs::read_dir("tests/corpus/catalogue").unwrap() {
        fuzz_catalogue(&fs::read(entry.unwrap().path()).unwrap());
        seen += 1;
    }
    assert!(seen >= 8, "{seen}");
}

/// The limits hold before time and memory are gone: each of these would take minutes if it were read in full.
#[test]
fn hostile_catalogues_are_refused_early() {
    for hostile in [
        "[".repeat(1 << 20),
        "{".repeat(1 << 20),
        "- ".repeat(1 << 19),
        "? ".repeat(1 << 19),
        format!("genres: [{}]", "a,".repeat(1 << 20)),
        "a: ".repeat(1 << 19),
        format!("{}: x", "k".repeat(1 << 20)),
        format!("genres: \"{}", "\\x41".repeat(1 << 18)),
        "a:\n".repeat(1 << 18),
        "%TAG ! tag:x,2000:\n".repeat(1 << 14),
    ] {
        fuzz_catalogue(hostile.as_bytes());
    }
}
