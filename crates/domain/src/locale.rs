use std::{cmp::Ordering, fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use unic_langid::{CharacterDirection, LanguageIdentifier};

/// Why a text is not a language tag.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a language tag: write it as in `en`, `pt-BR` or `zh-Hant` (BCP 47)")]
pub struct LocaleError(String);

/// Which way a language is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// Left to right.
    Ltr,
    /// Right to left.
    Rtl,
}

impl Direction {
    /// The value of HTML's `dir` attribute.
    pub fn as_str(self) -> &'static str {
        match self {
            Direction::Ltr => "ltr",
            Direction::Rtl => "rtl",
        }
    }
}

/// A language as viewers choose it: a BCP 47 tag in canonical form (`en`, `pt-BR`).
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Locale {
    id: LanguageIdentifier,
    tag: Box<str>,
}

impl Locale {
    /// Parses and canonicalises a tag.
    pub fn new(text: &str) -> Result<Self, LocaleError> {
        let wrong = || LocaleError(text.chars().take(40).flat_map(char::escape_default).collect());
        if text.len() > 35 {
            return Err(wrong()); // RFC 5646 §4.4.1: 35 characters hold every tag without extensions
        }
        let id: LanguageIdentifier = text.parse().map_err(|_| wrong())?;
        if id.language.is_empty() {
            return Err(wrong());
        }
        let tag = id.to_string().into();
        Ok(Self { id, tag })
    }

    /// The tag in canonical form.
    pub fn as_str(&self) -> &str {
        &self.tag
    }

    /// The parsed identifier, for Fluent and language negotiation.
    pub fn id(&self) -> &LanguageIdentifier {
        &self.id
    }

    /// Which way it is written.
    pub fn direction(&self) -> Direction {
        match self.id.character_direction() {
            CharacterDirection::RTL => Direction::Rtl,
            _ => Direction::Ltr,
        }
    }

    /// The tag less its region and script: where [`crate::Localised`] looks next.
    pub fn language(&self) -> Locale {
        let id = LanguageIdentifier::from_parts(self.id.language, None, None, &[]);
        let tag = id.to_string().into();
        Self { id, tag }
    }
}

impl Ord for Locale {
    fn cmp(&self, other: &Self) -> Ordering {
        self.tag.cmp(&other.tag)
    }
}

impl PartialOrd for Locale {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl fmt::Display for Locale {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.tag)
    }
}

impl FromStr for Locale {
    type Err = LocaleError;
    fn from_str(text: &str) -> Result<Self, LocaleError> {
        Self::new(text)
    }
}

impl TryFrom<String> for Locale {
    type Error = LocaleError;
    fn try_from(text: String) -> Result<Self, LocaleError> {
        Self::new(&text)
    }
}

impl From<Locale> for String {
    fn from(locale: Locale) -> String {
        locale.tag.into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_are_canonical_and_know_their_direction() {
        assert_eq!(Locale::new("PT-br").unwrap().as_str(), "pt-BR");
        assert_eq!(Locale::new("ar").unwrap().direction(), Direction::Rtl);
        assert_eq!(Locale::new("ko").unwrap().direction(), Direction::Ltr);
        assert_eq!(Locale::new("pt-BR").unwrap().language().as_str(), "pt");
        for bad in ["", "_", "english please", "und", &"en-".repeat(100)] {
            assert!(Locale::new(bad).is_err(), "{bad}");
        }
    }
}
