use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::Locale;

/// One thing said in several languages.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Localised<T>(pub BTreeMap<Locale, T>);

impl<T> Default for Localised<T> {
    fn default() -> Self {
        Self(BTreeMap::new())
    }
}

impl<T> Localised<T> {
    /// The best there is for a reader of `wanted`: that very tag, its language, the brand's own language (`otherwise`), then any.
    pub fn get(&self, wanted: &Locale, otherwise: &Locale) -> Option<(&Locale, &T)> {
        self.0
            .get_key_value(wanted)
            .or_else(|| self.0.get_key_value(&wanted.language()))
            .or_else(|| self.0.get_key_value(otherwise))
            .or_else(|| self.0.iter().next())
    }

    /// True when nothing is said in any language.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl<T> FromIterator<(Locale, T)> for Localised<T> {
    fn from_iter<I: IntoIterator<Item = (Locale, T)>>(iter: I) -> Self {
        Self(iter.into_iter().collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn falls_back_from_region_to_language_to_the_brands_own() {
        let locale = |tag| Locale::new(tag).unwrap();
        let text: Localised<&str> = [(locale("en"), "Hello"), (locale("pt"), "Olá")].into_iter().collect();
        assert_eq!(text.get(&locale("pt-BR"), &locale("en")).unwrap().1, &"Olá");
        assert_eq!(text.get(&locale("ko"), &locale("en")).unwrap().1, &"Hello");
        assert_eq!(text.get(&locale("ko"), &locale("ja")).unwrap().1, &"Hello");
        assert!(Localised::<u8>::default().get(&locale("ko"), &locale("en")).is_none());
    }
}
