//! Signed objects that are changed rather than decided elsewhere: read, verified, changed and replaced in one step.

use crate::{
    Key, ObjectError, Objects,
    keys::{KeyRing, SigningKey},
    signed::{self, SignedError},
};

/// What the statement under `key` says; `None` when there is none.
pub fn read<E>(objects: &Objects, key: &Key, kind: &str, ring: &KeyRing) -> Result<Option<Vec<u8>>, E>
where
    E: From<ObjectError> + From<SignedError>,
{
    match objects.get(key, signed::MAX_ENVELOPE as u64) {
        Ok(bytes) => Ok(Some(signed::open(kind, &bytes, ring)?)),
        Err(error) if error.is_missing() => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// Replaces the statement under `key` by what `change` makes of it; `None` leaves it. Nobody else changes it meanwhile.
///
/// A statement that is there but cannot be trusted is an error and stays: nothing else says what it said.
pub fn change<E>(
    objects: &Objects,
    key: &Key,
    kind: &str,
    signer: &SigningKey,
    ring: &KeyRing,
    change: impl FnOnce(Option<Vec<u8>>) -> Result<Option<Vec<u8>>, E>,
) -> Result<(), E>
where
    E: From<ObjectError> + From<SignedError>,
{
    objects.exclusively(|| match change(read::<E>(objects, key, kind, ring)?)? {
        Some(payload) => Ok(objects.replace(key, &signed::seal(kind, &payload, signer))?),
        None => Ok(()),
    })
}
