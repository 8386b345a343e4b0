mod plain;

use std::{
    borrow::Cow,
    collections::{BTreeMap, HashMap},
    sync::LazyLock,
};

use domain::{Direction, Locale};
use fluent_bundle::{FluentArgs, FluentResource, FluentValue, concurrent::FluentBundle};
use plain::Plain;

/// The texts of a language.
struct Bundle {
    fluent: FluentBundle<FluentResource>,
    /// Those that take no choosing, which is nearly all, cut at their blanks: a page says some hundred.
    plain: HashMap<Box<str>, Plain>,
}

/// The languages that the site itself speaks, English first: what a language lacks is said in English.
const SOURCES: [(&str, &str); 5] = [
    ("en", include_str!("../../locales/en.ftl")),
    ("ko", include_str!("../../locales/ko.ftl")),
    ("ja", include_str!("../../locales/ja.ftl")),
    ("es", include_str!("../../locales/es.ftl")),
    ("ar", include_str!("../../locales/ar.ftl")),
];

static BUNDLES: LazyLock<BTreeMap<&'static str, Bundle>> = LazyLock::new(|| {
    SOURCES.into_iter().filter_map(|(tag, source)| Some((tag, bundle(tag, source)?))).collect()
});

fn bundle(tag: &str, source: &'static str) -> Option<Bundle> {
    let locale = Locale::new(tag).ok()?;
    let mut fluent = FluentBundle::new_concurrent(vec![locale.id().clone()]);
    // Isolating marks keep a Latin name from turning an Arabic sentence around; elsewhere they would only be noise.
    let isolating = locale.direction() == Direction::Rtl;
    fluent.set_use_isolating(isolating);
    // A message that does not parse is missing, and missing ones fall back to English. The tests look at every one.
    let resource = FluentResource::try_new(source.to_owned()).unwrap_or_else(|(resource, _)| resource);
    let plain = Plain::all(&resource, isolating);
    fluent.add_resource_overriding(resource);
    Some(Bundle { fluent, plain })
}

impl Bundle {
    /// As Fluent says it.
    fn choose(&self, key: &str, args: Option<&FluentArgs<'_>>) -> Option<String> {
        let pattern = self.fluent.get_message(key)?.value()?;
        let mut errors = Vec::new();
        let text: Cow<'_, str> = self.fluent.format_pattern(pattern, args, &mut errors);
        // A blank that the caller does not fill is a mistake of ours; English may not have it.
        errors.is_empty().then(|| text.into_owned())
    }
}

/// Speaks the site's own texts in one language.
#[derive(Clone, Copy)]
pub struct Say<'a> {
    locale: &'a Locale,
}

impl<'a> Say<'a> {
    /// In this language, or its language without region, or English.
    pub fn new(locale: &'a Locale) -> Self {
        Self { locale }
    }

    /// A text without blanks to fill.
    pub fn t(&self, key: &str) -> String {
        self.format(key, None)
    }

    /// A text with one blank.
    pub fn with<'v>(&self, key: &str, name: &str, value: impl Into<FluentValue<'v>>) -> String {
        let mut args = FluentArgs::with_capacity(1);
        args.set(name, value.into());
        self.format(key, Some(&args))
    }

    /// A text with several blanks.
    pub fn all<'v>(&self, key: &str, values: impl IntoIterator<Item = (&'v str, FluentValue<'v>)>) -> String {
        self.format(key, Some(&values.into_iter().collect()))
    }

    /// A text if there is one: for names of languages and countries.
    pub fn maybe(&self, key: &str) -> Option<String> {
        self.said(key, None)
    }

    /// Our name for a language: its tag when we have none.
    pub fn language(&self, locale: &Locale) -> String {
        let key = |locale: &Locale| format!("lang-{locale}");
        self.maybe(&key(locale))
            .or_else(|| self.maybe(&key(&locale.language())))
            .unwrap_or_else(|| locale.to_string())
    }

    /// Our name for a country: its code when we have none.
    pub fn country(&self, territory: domain::Territory) -> String {
        self.maybe(&format!("country-{territory}")).unwrap_or_else(|| territory.to_string())
    }

    fn bundles(&self) -> impl Iterator<Item = &'static Bundle> {
        let own = BUNDLES.get(self.locale.as_str()).or_else(|| BUNDLES.get(self.locale.language().as_str()));
        own.into_iter().chain(BUNDLES.get("en"))
    }

    fn said(&self, key: &str, args: Option<&FluentArgs<'_>>) -> Option<String> {
        self.bundles().find_map(|bundle| match bundle.plain.get(key) {
            Some(plain) => plain.fill(args),
            None => bundle.choose(key, args),
        })
    }

    fn format(&self, key: &str, args: Option<&FluentArgs<'_>>) -> String {
        self.said(key, args).unwrap_or_else(|| key.to_owned())
    }
}

/// What a language is called by those who speak it, for the language picker.
pub(super) fn own_name(locale: &Locale) -> String {
    Say::new(locale).language(locale)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn locale(tag: &str) -> Locale {
        Locale::new(tag).unwrap()
    }

    #[test]
    fn every_language_says_everything_and_nothing_else() {
        let keys = |source: &str| -> BTreeSet<String> {
            let resource =
                FluentResource::try_new(source.to_owned()).unwrap_or_else(|(_, e)| panic!("{e:?}"));
            resource
                .entries()
                .map(|entry| match entry {
                    fluent_syntax::ast::Entry::Message(message) => message.id.name.to_owned(),
                    other => panic!("{other:?}"),
                })
                .collect()
        };
        let english = keys(SOURCES[0].1);
        assert!(english.len() > 200);
        for (tag, source) in SOURCES {
            assert_eq!(keys(source), english, "{tag}");
        }
    }

    #[test]
    fn plurals_follow_each_language() {
        let seasons = |tag: &str, n: u32| {
            let text = Say::new(&locale(tag)).with("seasons", "count", n);
            text.replace(['\u{2068}', '\u{2069}'], "")
        };
        assert_eq!(seasons("en", 1), "1 season");
        assert_eq!(seasons("en", 2), "2 seasons");
        assert_eq!(seasons("ko", 1), "시즌 1개");
        assert_eq!(seasons("es", 1), "1 temporada");
        assert_eq!(seasons("ar", 1), "موسم واحد");
        assert_eq!(seasons("ar", 2), "موسمان");
        assert_eq!(seasons("ar", 3), "3 مواسم");
        assert_eq!(seasons("ar", 11), "11 موسمًا");
        assert_eq!(seasons("ar", 100), "100 موسم");
    }

    #[test]
    fn plain_messages_are_said_as_fluent_says_them() {
        for bundle in BUNDLES.values() {
            assert!(bundle.plain.len() > 180, "nearly all are plain");
            for (key, plain) in &bundle.plain {
                let names = ["brand", "tagline", "rail", "plan", "date", "age", "percent", "code", "season"]
                    .into_iter()
                    .chain(["number", "name", "episode", "month", "day", "year", "time", "hours", "minutes"])
                    .chain(["seconds", "height", "count"]);
                let fill = |n: usize, name| match n {
                    0 => (name, FluentValue::from(name)),
                    _ => (name, FluentValue::from([0u64, 7, 1_234_567][n - 1])),
                };
                for n in 0..4 {
                    let args: FluentArgs<'_> = names.clone().map(|name| fill(n, name)).collect();
                    assert!(bundle.choose(key, Some(&args)).is_some(), "{key} has other blanks");
                    assert_eq!(plain.fill(Some(&args)), bundle.choose(key, Some(&args)), "{key}");
                }
                assert_eq!(plain.fill(None), bundle.choose(key, None), "{key}");
            }
        }
    }

    #[test]
    fn falls_back_to_the_language_then_to_english_then_to_the_key() {
        assert_eq!(Say::new(&locale("es-MX")).t("nav-home"), "Inicio");
        assert_eq!(Say::new(&locale("fi")).t("nav-home"), "Home");
        assert_eq!(Say::new(&locale("fi")).t("no-such-key"), "no-such-key");
        assert_eq!(own_name(&locale("ar")), "العربية");
        assert_eq!(own_name(&locale("fi")), "fi");
    }
}
