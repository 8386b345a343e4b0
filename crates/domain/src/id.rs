use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// Longest id in bytes: it stands in URLs, object keys and cookies, and is read by people.
pub const MAX_ID: usize = 64;

/// Why a text is not an id.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not an id: use 1 to {MAX_ID} of a-z, 0-9 and `-`, starting with a letter or a digit")]
pub struct IdError(String);

fn check(text: &str) -> Result<(), IdError> {
    let bytes = text.as_bytes();
    let ok = (1..=MAX_ID).contains(&bytes.len())
        && bytes[0] != b'-'
        && bytes.iter().all(|b| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'-'));
    if ok {
        return Ok(());
    }
    // An id from outside may be megabytes of anything: quote only as much as helps.
    Err(IdError(text.chars().take(MAX_ID).flat_map(char::escape_default).collect()))
}

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(Box<str>);

        impl $name {
            /// A checked id: `[a-z0-9][a-z0-9-]{0,63}`.
            pub fn new(text: &str) -> Result<Self, IdError> {
                check(text)?;
                Ok(Self(text.into()))
            }

            /// The id as it stands in URLs.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = IdError;
            fn from_str(text: &str) -> Result<Self, IdError> {
                Self::new(text)
            }
        }

        impl TryFrom<String> for $name {
            type Error = IdError;
            fn try_from(text: String) -> Result<Self, IdError> {
                Self::new(&text)
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> String {
                id.0.into()
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }

        // Lets maps keyed by this id be asked with a plain `&str`.
        impl std::borrow::Borrow<str> for $name {
            fn borrow(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

id!(
    /// One branded service.
    BrandId
);
id!(
    /// A movie, a series, a special or an episode: they share one namespace.
    TitleId
);
id!(
    /// The media behind one playable title. A new master makes a new asset, so that what an asset's URLs serve never changes.
    AssetId
);
id!(
    /// A row of titles on a brand's home page.
    RailId
);
id!(
    /// What a viewer subscribes to.
    PlanId
);
id!(
    /// One viewer's profile.
    ProfileId
);
id!(
    /// A genre.
    GenreId
);

impl ProfileId {
    /// A new profile's id: 128 random bits in hexadecimal.
    pub fn random(rng: &dyn crate::Rng) -> Self {
        let mut bits = [0u8; 16];
        rng.fill(&mut bits);
        let text: String = bits.iter().map(|b| format!("{b:02x}")).collect();
        Self(text.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_slugs() {
        for good in ["a", "0", "harbour-lights-s1e1", &"x".repeat(64)] {
            assert_eq!(TitleId::new(good).unwrap().as_str(), good);
        }
        for bad in ["", "-a", "A", "a_b", "a/b", "..", "ä", &"x".repeat(65)] {
            assert!(TitleId::new(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_hostile_id_is_quoted_short_and_escaped() {
        let text = TitleId::new(&"\u{202e}\n".repeat(1_000_000)).unwrap_err().to_string();
        assert!(text.len() < 1_000 && !text.contains('\n') && !text.contains('\u{202e}'));
    }
}
