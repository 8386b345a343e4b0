//! `oci/tags/{repository}/{tag}`: which manifest a tag means. Signed, replaced atomically, and its number only grows.

use domain::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    Digest, ImageTag, Key, ObjectError, Objects, Repository,
    keys::{KeyRing, SigningKey},
    signed::{self, SignedError},
};

/// Longest tag pointer in bytes; one is some 700.
pub const MAX_POINTER: u64 = 8 * 1024;

const KIND: &str = "image tag";

/// What a tag means, as signed. Repository and tag stand in it, so that no pointer passes for another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TagPointer {
    repository: String,
    tag: String,
    /// Grows each time the tag is moved.
    pub number: u64,
    /// The manifest.
    pub manifest: Digest,
    /// When it was moved there.
    pub pushed_at: Timestamp,
}

/// Why a tag was not read or moved.
#[derive(Debug, thiserror::Error)]
pub enum TagError {
    /// The object store said no.
    #[error(transparent)]
    Object(#[from] ObjectError),
    /// It does not count.
    #[error("tag `{tag}`: {error}")]
    Signed {
        /// Which.
        tag: String,
        /// Why.
        #[source]
        error: SignedError,
    },
    /// What is signed does not say what this tag means.
    #[error("tag `{tag}` does not say which manifest: {why}")]
    Content {
        /// Which.
        tag: String,
        /// Why.
        why: String,
    },
}

/// Moves a tag to `manifest`, which must be among the objects already. The same manifest again changes nothing.
///
/// A pointer that cannot be trusted is replaced; its number, if it can be read at all, is not believed.
pub fn move_to(
    objects: &Objects,
    (repository, tag): (&Repository, &ImageTag),
    manifest: Digest,
    (key, ring): (&SigningKey, &KeyRing),
    now: Timestamp,
) -> Result<TagPointer, TagError> {
    let mut moved = None;
    objects.update(&Key::image_tag(repository, tag), MAX_POINTER, |current| -> Result<_, TagError> {
        let read = current.map_err(TagError::from).and_then(|bytes| parse(&bytes, repository, tag, ring));
        let number = match read {
            Ok(current) if current.manifest == manifest => {
                moved = Some(current);
                return Ok(None);
            }
            Ok(current) => current.number + 1,
            Err(TagError::Object(error)) if !error.is_missing() => return Err(error.into()),
            // Later than every number before it, were it lost with the pointer: numbers count microseconds at least.
            Err(_) => u64::try_from(now.micros()).unwrap_or(1),
        };
        let (repository, tag) = (repository.as_str().to_owned(), tag.as_str().to_owned());
        let pointer = TagPointer { repository, tag, number, manifest, pushed_at: now };
        let payload = serde_json::to_vec(&pointer)
            .map_err(|error| TagError::Content { tag: pointer.tag.clone(), why: error.to_string() })?;
        moved = Some(pointer);
        Ok(Some(signed::seal(KIND, &payload, key)))
    })?;
    moved.ok_or_else(|| TagError::Content { tag: tag.to_string(), why: "it was not moved".into() })
}

/// What a tag means, if its pointer can be trusted.
pub fn read(
    objects: &Objects,
    repository: &Repository,
    tag: &ImageTag,
    ring: &KeyRing,
) -> Result<TagPointer, TagError> {
    parse(&objects.get(&Key::image_tag(repository, tag), MAX_POINTER)?, repository, tag, ring)
}

/// What these bytes say of this tag, if they can be trusted.
pub fn parse(
    bytes: &[u8],
    repository: &Repository,
    tag: &ImageTag,
    ring: &KeyRing,
) -> Result<TagPointer, TagError> {
    let payload =
        signed::open(KIND, bytes, ring).map_err(|error| TagError::Signed { tag: tag.to_string(), error })?;
    let content = |why: String| TagError::Content { tag: tag.to_string(), why };
    let pointer: TagPointer = serde_json::from_slice(&payload).map_err(|error| content(error.to_string()))?;
    if pointer.repository != repository.as_str() || pointer.tag != tag.as_str() {
        return Err(content(format!("it was signed for {}:{}", pointer.repository, pointer.tag)));
    }
    Ok(pointer)
}
