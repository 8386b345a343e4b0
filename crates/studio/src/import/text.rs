//! Texts in several languages.

use domain::{Locale, Localised};

use super::{
    fields::{self, Fields},
    gather::{Gathered, Readers},
    place::Place,
    report::{Report, quote},
    yaml::Node,
};

/// Longest text of each kind, in characters: what fits where it is shown, with room.
pub(crate) const NAME: usize = 200;
pub(crate) const LINE: usize = 400;
pub(crate) const PARAGRAPH: usize = 8_000;

/// A map of language to text.
pub(crate) fn localised(node: &Node, longest: usize, report: &mut Report) -> Localised<String> {
    let mut out = Localised::default();
    for entry in fields::map(node, "{en: Hello, ko: 안녕하세요}", report).unwrap_or_default() {
        let Some(locale) = locale_key(&entry.key, entry.at, report) else { continue };
        if entry.value.is_nothing() {
            report
                .error(entry.at, format!("the text in `{locale}` is empty"))
                .help("write it, or remove its key");
            continue;
        }
        let Some(text) = fields::text(&entry.value, "Hello", report) else { continue };
        let text = text.trim();
        let length = text.chars().count();
        if length > longest {
            report
                .error(entry.value.at, format!("{length} characters are too many"))
                .help(format!("at most {longest} fit where this is shown"));
        } else if text.is_empty() {
            report.error(entry.value.at, format!("the text in `{locale}` is empty"));
        } else if out.0.insert(locale.clone(), text.to_owned()).is_some() {
            report.error(entry.at, format!("two texts in `{locale}`")).help("keep one of them");
        }
    }
    out
}

/// The key of a map by language.
pub(crate) fn locale_key(key: &str, at: Place, report: &mut Report) -> Option<Locale> {
    match Locale::new(key) {
        Ok(locale) => Some(locale),
        Err(_) => {
            report
                .error(at, format!("{} is not a language tag", quote(key)))
                .help("keys here are languages, as in `en`, `pt-BR` or `zh-Hant` (BCP 47)");
            None
        }
    }
}

/// A text that must be there, in the default language of everybody who reads it.
pub(crate) fn needed(
    fields: &Fields<'_>,
    key: &'static str,
    longest: usize,
    readers: &Readers,
    gathered: &mut Gathered,
    report: &mut Report,
) -> Localised<String> {
    let Some(node) = fields.need(key, report) else { return Localised::default() };
    let text = localised(node, longest, report);
    gathered.need_text(key, fields.place(key), &text, readers);
    text
}

/// A text that may be left out; when it is there, it is there for everybody.
pub(crate) fn wanted(
    fields: &Fields<'_>,
    key: &'static str,
    longest: usize,
    readers: &Readers,
    gathered: &mut Gathered,
    report: &mut Report,
) -> Localised<String> {
    match fields.get(key, report) {
        Some(node) => {
            let text = localised(node, longest, report);
            gathered.need_text(key, fields.place(key), &text, readers);
            text
        }
        None => Localised::default(),
    }
}
