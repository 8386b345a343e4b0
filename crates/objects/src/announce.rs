//! What is announced: small signed objects that are replaced atomically, and whose numbers only grow.
//!
//! `editions/current` says which edition is the newest, `takedowns/current` what nobody may see whatever an edition says.

use std::collections::BTreeSet;

use domain::{Timestamp, TitleId};
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use crate::{
    Hash, Key, ObjectError, Objects,
    keys::{KeyRing, SigningKey},
    signed::{self, SignedError},
};

/// Titles that one announcement of takedowns names at most: what is withdrawn for good leaves the catalogue.
pub const MAX_TAKEDOWNS: usize = 20_000;

/// Something that is announced under a key of its own.
pub trait Announced: Serialize + DeserializeOwned + PartialEq + Send {
    /// What its key is called in messages.
    const NAME: &'static str;
    /// What is signed, so that no announcement passes for another.
    const KIND: &'static str;
    /// Its longest object in bytes.
    const LIMIT: u64;

    /// Where it lies.
    fn key() -> Key;
    /// Only grows.
    fn number(&self) -> u64;
}

/// The newest edition, as announced.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CurrentEdition {
    /// Grows with every edition.
    pub number: u64,
    /// Hash of its header; with the number it makes the header's key.
    pub header: Hash,
    /// When it was decided on.
    pub published_at: Timestamp,
}

impl CurrentEdition {
    /// Where its header lies.
    pub fn header_key(&self) -> Key {
        Key::edition(self.number, &self.header)
    }
}

impl Announced for CurrentEdition {
    const NAME: &'static str = "editions/current";
    const KIND: &'static str = "current edition";
    // One is some 500 bytes.
    const LIMIT: u64 = 8 * 1024;

    fn key() -> Key {
        Key::current_edition()
    }

    fn number(&self) -> u64 {
        self.number
    }
}

/// Everything that is taken down now. Of a series, its episodes are too.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Takedowns {
    /// Grows with every takedown and every lifting; 0 before the first.
    pub number: u64,
    /// What nobody may see.
    pub titles: BTreeSet<TitleId>,
}

impl Announced for Takedowns {
    const NAME: &'static str = "takedowns/current";
    const KIND: &'static str = "takedowns";
    const LIMIT: u64 = signed::MAX_ENVELOPE as u64;

    fn key() -> Key {
        Key::current_takedowns()
    }

    fn number(&self) -> u64 {
        self.number
    }
}

/// Why an announcement was not read or made.
#[derive(Debug, thiserror::Error)]
pub enum AnnounceError {
    /// The object store said no.
    #[error(transparent)]
    Object(#[from] ObjectError),
    /// It does not count.
    #[error("`{name}`: {error}")]
    Signed {
        /// Which.
        name: &'static str,
        /// Why.
        #[source]
        error: SignedError,
    },
    /// What is signed is no such announcement.
    #[error("`{name}` does not say what it should: {why}")]
    Content {
        /// Which.
        name: &'static str,
        /// Why.
        why: String,
    },
    /// Numbers only grow.
    #[error("number {new} of `{name}` cannot be announced: number {current} is")]
    Older {
        /// Which.
        name: &'static str,
        /// The number that is announced now.
        current: u64,
        /// The number that was to be announced.
        new: u64,
    },
}

impl AnnounceError {
    /// Has nothing been announced yet?
    pub fn is_missing(&self) -> bool {
        matches!(self, Self::Object(error) if error.is_missing())
    }

    /// Is the store away?
    pub fn is_away(&self) -> bool {
        matches!(self, Self::Object(error) if error.is_away())
    }
}

/// Announces. The same again is no error; an older one, or another with the same number, is refused.
///
/// What is there but cannot be trusted (damaged, signed by a key not in `ring`) is replaced: the caller's database has decided
/// what is the newest.
pub fn publish<T: Announced>(
    objects: &Objects,
    new: &T,
    key: &SigningKey,
    ring: &KeyRing,
) -> Result<(), AnnounceError> {
    let name = T::NAME;
    let payload =
        serde_json::to_vec(new).map_err(|error| AnnounceError::Content { name, why: error.to_string() })?;
    objects.update(&T::key(), T::LIMIT, |current| {
        match current.map_err(AnnounceError::from).and_then(|bytes| parse::<T>(&bytes, ring)) {
            Ok(current) if current == *new => return Ok(None),
            Ok(current) if current.number() >= new.number() => {
                return Err(AnnounceError::Older { name, current: current.number(), new: new.number() });
            }
            Err(AnnounceError::Object(error)) if !error.is_missing() => return Err(error.into()),
            Ok(_) | Err(_) => {}
        }
        Ok(Some(signed::seal(T::KIND, &payload, key)))
    })
}

/// Announces what was announced elsewhere, byte for byte as it was signed there: for a restore. False when something else is
/// announced here, which stays.
///
/// # Errors
/// Neither these bytes nor what is there may be what cannot be trusted: nothing is changed then.
pub fn restore<T: Announced>(objects: &Objects, bytes: &[u8], ring: &KeyRing) -> Result<bool, AnnounceError> {
    parse::<T>(bytes, ring)?;
    let mut ours = true;
    objects.update(&T::key(), T::LIMIT, |current| match current {
        Ok(current) => {
            ours = current == bytes;
            parse::<T>(&current, ring).map(|_| None)
        }
        Err(error) if error.is_missing() => {
            ours = true;
            Ok(Some(bytes.to_vec()))
        }
        Err(error) => Err(error.into()),
    })?;
    Ok(ours)
}

/// What is announced, if it can be trusted.
pub fn read<T: Announced>(objects: &Objects, ring: &KeyRing) -> Result<T, AnnounceError> {
    parse(&read_bytes::<T>(objects)?, ring)
}

/// The announcement's bytes, unread: comparing them is the cheap way to see that nothing has changed.
pub fn read_bytes<T: Announced>(objects: &Objects) -> Result<Vec<u8>, AnnounceError> {
    Ok(objects.get(&T::key(), T::LIMIT)?)
}

/// The announcement's bytes as they were read last, where a bucket is read through a local folder. While the bucket is away
/// they are better than nothing; numbers only grow, so that no reader who has more goes back.
pub fn read_last<T: Announced>(objects: &Objects) -> Option<Vec<u8>> {
    objects.announced_last(&T::key(), T::LIMIT)
}

/// What these bytes announce, if they can be trusted.
pub fn parse<T: Announced>(bytes: &[u8], ring: &KeyRing) -> Result<T, AnnounceError> {
    let name = T::NAME;
    let payload =
        signed::open(T::KIND, bytes, ring).map_err(|error| AnnounceError::Signed { name, error })?;
    serde_json::from_slice(&payload).map_err(|error| AnnounceError::Content { name, why: error.to_string() })
}

/// For fuzzing: hostile bytes must be refused, and refused without a panic.
pub fn fuzz_announcement(bytes: &[u8]) {
    let key = SigningKey::generate(&domain::SeededRng::new(1));
    let ring = KeyRing::from(key.public());
    let _ = parse::<CurrentEdition>(bytes, &ring);
    // The same bytes behind a good signature reach what lies behind it.
    let _ = parse::<CurrentEdition>(&signed::seal(CurrentEdition::KIND, bytes, &key), &ring);
    let _ = parse::<Takedowns>(&signed::seal(Takedowns::KIND, bytes, &key), &ring);
}
