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
    opened(objects.get(key, signed::MAX_ENVELOPE as u64), kind, ring)
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
    mut change: impl FnMut(Option<Vec<u8>>) -> Result<Option<Vec<u8>>, E>,
) -> Result<(), E>
where
    E: From<ObjectError> + From<SignedError>,
{
    objects.update(key, signed::MAX_ENVELOPE as u64, |current| {
        let payload = change(opened::<E>(current, kind, ring)?)?;
        Ok(payload.map(|payload| signed::seal(kind, &payload, signer)))
    })
}

fn opened<E>(bytes: Result<Vec<u8>, ObjectError>, kind: &str, ring: &KeyRing) -> Result<Option<Vec<u8>>, E>
where
    E: From<ObjectError> + From<SignedError>,
{
    match bytes {
        Ok(bytes) => Ok(Some(signed::open(kind, &bytes, ring)?)),
        Err(error) if error.is_missing() => Ok(None),
        Err(error) => Err(error.into()),
    }
}
