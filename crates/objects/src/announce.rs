//! `editions/current`: which edition is the newest. Signed, replaced atomically, and its number only grows.

use domain::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    Hash, Key, ObjectError, Objects,
    keys::{KeyRing, SigningKey},
    signed::{self, SignedError},
};

/// Longest `editions/current` in bytes; one is some 500.
pub const MAX_CURRENT: u64 = 8 * 1024;

const KIND: &str = "current edition";

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

/// Why an announcement was not read or made.
#[derive(Debug, thiserror::Error)]
pub enum AnnounceError {
    /// The object store said no.
    #[error(transparent)]
    Object(#[from] ObjectError),
    /// It does not count.
    #[error("`editions/current`: {0}")]
    Signed(#[from] SignedError),
    /// What is signed is no announcement of an edition.
    #[error("`editions/current` does not say which edition: {0}")]
    Content(String),
    /// Numbers only grow.
    #[error("edition {new} cannot be announced: edition {current} is")]
    Older {
        /// The number that is announced now.
        current: u64,
        /// The number that was to be announced.
        new: u64,
    },
}

/// Announces an edition. The same one again is no error; an older one, or another with the same number, is refused.
///
/// What is there but cannot be trusted (damaged, signed by a key not in `ring`) is replaced: the caller's database has
/// decided which edition is the newest.
pub fn publish(
    objects: &Objects,
    edition: &CurrentEdition,
    key: &SigningKey,
    ring: &KeyRing,
) -> Result<(), AnnounceError> {
    let payload = serde_json::to_vec(edition).map_err(|error| AnnounceError::Content(error.to_string()))?;
    objects.update(&Key::current_edition(), MAX_CURRENT, |current| {
        match current.map_err(AnnounceError::from).and_then(|bytes| parse(&bytes, ring)) {
            Ok(current) if current == *edition => return Ok(None),
            Ok(current) if current.number >= edition.number => {
                return Err(AnnounceError::Older { current: current.number, new: edition.number });
            }
            Err(AnnounceError::Object(error)) if !error.is_missing() => return Err(error.into()),
            Ok(_) | Err(_) => {}
        }
        Ok(Some(signed::seal(KIND, &payload, key)))
    })
}

/// The newest edition, if its announcement can be trusted.
pub fn read(objects: &Objects, ring: &KeyRing) -> Result<CurrentEdition, AnnounceError> {
    parse(&read_bytes(objects)?, ring)
}

/// The announcement's bytes, unread: comparing them is the cheap way to see that nothing has changed.
pub fn read_bytes(objects: &Objects) -> Result<Vec<u8>, AnnounceError> {
    Ok(objects.get(&Key::current_edition(), MAX_CURRENT)?)
}

/// The announcement's bytes as they were read last, where a bucket is read through a local folder. While the bucket is away
/// they are better than nothing; numbers only grow, so that no reader who has more goes back.
pub fn read_last(objects: &Objects) -> Option<Vec<u8>> {
    objects.announced_last(&Key::current_edition(), MAX_CURRENT)
}

/// What these bytes announce, if they can be trusted.
pub fn parse(bytes: &[u8], ring: &KeyRing) -> Result<CurrentEdition, AnnounceError> {
    let payload = signed::open(KIND, bytes, ring)?;
    serde_json::from_slice(&payload).map_err(|error| AnnounceError::Content(error.to_string()))
}

/// For fuzzing: hostile bytes must be refused, and refused without a panic.
pub fn fuzz_announcement(bytes: &[u8]) {
    let key = SigningKey::generate(&domain::SeededRng::new(1));
    let ring = KeyRing::from(key.public());
    let _ = parse(bytes, &ring);
    // The same bytes behind a good signature reach what lies behind it.
    let _ = parse(&signed::seal(KIND, bytes, &key), &ring);
}
