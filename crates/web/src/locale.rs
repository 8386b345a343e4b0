//! Which of the offered languages suits a reader best.

use domain::Locale;
use fluent_langneg::{NegotiationStrategy, negotiate_languages};
use unic_langid::LanguageIdentifier;

use crate::quality;

/// The language among `offered` that suits `Accept-Language` (RFC 9110 §12.5.4) best, or `default`.
///
/// `pt` is served by `pt-BR` and `en-GB` by `en`; the order is that of the weights, then that of the header.
pub fn negotiate<'a>(accept: Option<&str>, offered: &'a [Locale], default: &'a Locale) -> &'a Locale {
    let mut wanted: Vec<(LanguageIdentifier, u16)> = quality::parse(accept.unwrap_or_default())
        .filter(|(tag, weight)| *weight > 0 && *tag != "*" && tag.len() <= MAX_TAG)
        .filter_map(|(tag, weight)| Some((tag.parse().ok()?, weight)))
        .collect();
    wanted.sort_by_key(|(_, weight)| std::cmp::Reverse(*weight));
    let wanted: Vec<LanguageIdentifier> = wanted.into_iter().map(|(tag, _)| tag).collect();
    let available: Vec<LanguageIdentifier> = offered.iter().map(|locale| locale.id().clone()).collect();
    let best = negotiate_languages(&wanted, &available, None, NegotiationStrategy::Lookup);
    let best = best.first().and_then(|best| offered.iter().find(|locale| locale.id() == *best));
    best.unwrap_or(default)
}

/// Longest tag looked at (RFC 5646 §4.4.1).
const MAX_TAG: usize = 35;

#[cfg(test)]
mod tests {
    use super::*;

    fn best(accept: &str) -> String {
        let offered: Vec<Locale> =
            ["en", "ko", "ja", "pt-BR", "ar"].iter().map(|tag| Locale::new(tag).unwrap()).collect();
        negotiate(Some(accept), &offered, &offered[0]).to_string()
    }

    #[test]
    fn weights_regions_and_defaults() {
        for (accept, expected) in [
            ("ko", "ko"),
            ("en-GB,en;q=0.9", "en"),
            ("fr, ko;q=0.2, ja;q=0.8", "ja"),
            ("ja;q=0, ko", "ko"),
            ("pt", "pt-BR"),
            ("ar-EG", "ar"),
            ("fr", "en"),
            ("*", "en"),
            ("", "en"),
            ("\u{0}, ;;q, -, ko;q=x", "en"),
        ] {
            assert_eq!(best(accept), expected, "{accept:?}");
        }
        assert_eq!(best(&"x".repeat(1 << 20)), "en");
    }
}
