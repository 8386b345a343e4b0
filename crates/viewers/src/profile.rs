use domain::{ProfileId, Rng, Timestamp};

use crate::{Purpose, Seal};

/// An anonymous profile: whoever holds its signed cookie.
///
/// It has no row of its own until it has written something, so that a visitor who only looks leaves nothing behind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Profile {
    /// Its id.
    pub id: ProfileId,
    /// When the cookie was made; a cookie grows old and is made anew.
    pub issued: Timestamp,
}

impl Profile {
    /// A new one.
    pub fn new(rng: &dyn Rng, now: Timestamp) -> Self {
        Self { id: ProfileId::random(rng), issued: now }
    }

    /// The value of its cookie.
    pub fn to_cookie(&self, seal: &Seal) -> String {
        seal.seal(Purpose::Profile, &format!("{}.{}", self.id, self.issued.seconds()))
    }

    /// Reads a cookie's value; `None` when it was not ours.
    pub fn from_cookie(value: &str, seal: &Seal) -> Option<Self> {
        let (id, issued) = seal.open(Purpose::Profile, value)?.split_once('.')?;
        Some(Self { id: ProfileId::new(id).ok()?, issued: Timestamp::from_seconds(issued.parse().ok()?) })
    }
}

#[cfg(test)]
mod tests {
    use domain::SeededRng;

    use super::*;

    #[test]
    fn there_and_back() {
        let seal = Seal::new(&[7; 32], &[]);
        let profile = Profile::new(&SeededRng::new(1), Timestamp::from_seconds(1_700_000_000));
        let cookie = profile.to_cookie(&seal);
        assert_eq!(Profile::from_cookie(&cookie, &seal), Some(profile.clone()));
        let other = Profile::new(&SeededRng::new(2), profile.issued);
        let forged = cookie.replace(profile.id.as_str(), other.id.as_str());
        assert_eq!(Profile::from_cookie(&forged, &seal), None);
    }
}
