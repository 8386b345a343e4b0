use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// Why a text is not a territory.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a territory: use the two capital letters of ISO 3166-1, as in `KR`")]
pub struct TerritoryError(String);

/// A country by its ISO 3166-1 alpha-2 code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Territory([u8; 2]);

impl Territory {
    /// A territory that exists; lower case is accepted.
    pub fn new(text: &str) -> Result<Self, TerritoryError> {
        let wrong = || TerritoryError(text.chars().take(20).flat_map(char::escape_default).collect());
        let bytes: [u8; 2] = text.as_bytes().try_into().map_err(|_| wrong())?;
        let code = bytes.map(|b| b.to_ascii_uppercase());
        let upper = std::str::from_utf8(&code).map_err(|_| wrong())?;
        celes::Country::from_alpha2(upper).map_err(|_| wrong())?;
        Ok(Self(code))
    }

    /// The code, two capital letters.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default() // ASCII by construction
    }

    /// The code as two bytes, for packed columns.
    pub fn code(self) -> [u8; 2] {
        self.0
    }

    /// Every territory of ISO 3166-1, by code.
    pub fn all() -> Vec<Territory> {
        let mut all: Vec<_> = celes::Country::get_countries()
            .iter()
            .filter_map(|country| Self::new(country.alpha2).ok())
            .collect();
        all.sort_unstable();
        all
    }
}

impl fmt::Display for Territory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Territory {
    type Err = TerritoryError;
    fn from_str(text: &str) -> Result<Self, TerritoryError> {
        Self::new(text)
    }
}

impl TryFrom<String> for Territory {
    type Error = TerritoryError;
    fn try_from(text: String) -> Result<Self, TerritoryError> {
        Self::new(&text)
    }
}

impl From<Territory> for String {
    fn from(territory: Territory) -> String {
        territory.as_str().to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_countries_that_exist() {
        assert_eq!(Territory::new("kr").unwrap().as_str(), "KR");
        for bad in ["", "K", "ZZ", "KOR", "한국", "EU"] {
            assert!(Territory::new(bad).is_err(), "{bad}");
        }
        // ISO 3166-1 has 249; Kosovo (XK), of the range left to users, is the 250th that services sell in.
        assert_eq!(Territory::all().len(), 250);
    }
}
