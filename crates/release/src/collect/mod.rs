//! The store lets go of releases that nobody needs. What is signed goes first, so that a release in the store is whole or not there; then
//! the tags of its images, then its files, and at last whatever of all images no tag and no release names any more. Broken off anywhere,
//! the next one finds what this one left.

mod named;
mod stay;

use std::collections::{BTreeMap, BTreeSet};

use domain::Timestamp;
use objects::{
    ImageTag, Key, KeyKind, ObjectError, Objects,
    image_tag::{self, MAX_POINTER},
    keys::KeyRing,
    signed::MAX_ENVELOPE,
};

use crate::{GoOn, Manifest, ReleaseError};
use named::Named;
pub use stay::{Pushed, YOUNG, staying};

const RELEASE_IS_GONE: &str = "what was signed is not there";

/// A collection, and what it goes by.
#[derive(Debug, Clone, Copy)]
pub struct Collecting<'a> {
    /// Where releases and images are.
    pub objects: &'a Objects,
    /// Whose signatures on releases count.
    pub releases: &'a KeyRing,
    /// Whose signatures on images' tags count.
    pub images: &'a KeyRing,
    /// How many of the newest stay in any case.
    pub keep: usize,
    /// Releases that somebody needs, and for what.
    pub needed: &'a BTreeMap<String, String>,
    /// What time it is.
    pub now: Timestamp,
    /// Nothing is deleted; it is only said what would be.
    pub dry: bool,
}

/// What becomes of a release.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fate {
    /// It stays; why.
    Stays(String),
    /// Nobody who is trusted vouches for it, or for its images: it is left alone; what is wrong.
    Strange(String),
    /// Nobody needs it.
    Goes,
    /// What a push, or a collection, that was broken off left of it goes.
    Rest,
}

/// What went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Gone {
    /// How many objects.
    pub objects: usize,
    /// Their bytes.
    pub bytes: u64,
}

/// What a collection came to.
#[derive(Debug, Default)]
pub struct Collected {
    /// Every release, the oldest first, and what went of it.
    pub releases: Vec<(ImageTag, Fate, Gone)>,
    /// Of images: manifests and blobs that nothing names.
    pub images: Gone,
    /// Tags and manifests that cannot be read, and so may name anything: then nothing of images went.
    pub unread: Vec<String>,
}

/// By the release's name, or the tag.
type Keys = BTreeMap<ImageTag, Vec<Key>>;

/// A release as it was found.
enum Found {
    Whole(Box<Manifest>, Pushed),
    Strange(String),
    Rest,
}

impl Collecting<'_> {
    /// Collects. `go_on` is asked before anything is deleted.
    pub fn run(&self, go_on: GoOn<'_>) -> Result<Collected, ReleaseError> {
        let [releases, tags, ..] = Key::PUSHED;
        let keys = by(self.objects.list(releases)?, Key::of_release);
        let tags = by(self.objects.list(tags)?, |key| key.of_tag().map(|(_, tag)| tag));
        let mut found = Vec::new();
        for (name, keys) in &keys {
            found.push((name, self.look(name, keys, tags.get(name).map_or(&[], Vec::as_slice))?));
        }
        let pushed = |(_, found): &(_, Found)| match found {
            Found::Whole(_, pushed) => Some(pushed.clone()),
            Found::Strange(_) | Found::Rest => None,
        };
        let whole: Vec<Pushed> = found.iter().filter_map(pushed).collect();
        let stays = staying(&whole, self.keep, self.needed, self.now);
        // What cannot be dated comes first.
        found.sort_by_key(|found| pushed(found).map(|pushed| pushed.created));
        let (mut collected, mut named) = (Collected::default(), Named::new(self.objects, self.images));
        let mut gone = BTreeSet::new();
        for (name, found) in found {
            let fate = match found {
                Found::Whole(manifest, _) => match stays.get(name) {
                    Some(why) => {
                        named.by_release(&manifest);
                        Fate::Stays(why.clone())
                    }
                    None => Fate::Goes,
                },
                Found::Strange(why) => Fate::Strange(why),
                Found::Rest => {
                    let needed = self.needed.get(name.as_str());
                    needed.map_or(Fate::Rest, |why| Fate::Strange(format!("{RELEASE_IS_GONE}; {why}")))
                }
            };
            let mut went = Gone::default();
            if matches!(fate, Fate::Goes | Fate::Rest) {
                // In this order: nothing is found by anything whose parts are gone.
                let (signed, files): (Vec<Key>, _) =
                    keys[name].iter().cloned().partition(|key| key.kind() == KeyKind::Release);
                for keys in [&signed, tags.get(name).unwrap_or(&Vec::new()), &files] {
                    self.delete(keys, &mut went, go_on)?;
                }
                gone.insert(name);
            }
            collected.releases.push((name.clone(), fate, went));
        }
        let remaining = tags.iter().filter(|(tag, _)| !gone.contains(tag)).flat_map(|(_, keys)| keys);
        for tag in remaining {
            named.by_tag(tag);
        }
        match named.nothing_else()? {
            Ok(rest) => self.delete(&rest, &mut collected.images, go_on)?,
            Err(unread) => collected.unread = unread,
        }
        Ok(collected)
    }

    fn look(&self, name: &ImageTag, keys: &[Key], tags: &[Key]) -> Result<Found, ReleaseError> {
        let signed = Key::release(name);
        if !keys.contains(&signed) {
            return Ok(Found::Rest);
        }
        let sealed = match self.read(&signed, MAX_ENVELOPE as u64)? {
            Ok(sealed) => sealed,
            Err(why) => return Ok(Found::Strange(why)),
        };
        let opened = Manifest::open(&sealed, self.releases).and_then(|manifest| {
            let created = manifest.created()?;
            if manifest.name != name.as_str() {
                return Err(ReleaseError::Misnamed { name: name.to_string(), found: manifest.name });
            }
            Ok((manifest, created))
        });
        let (manifest, created) = match opened {
            Ok(opened) => opened,
            Err(error) => return Ok(Found::Strange(error.to_string())),
        };
        let mut pushed = None;
        for key in tags {
            let Some((repository, tag)) = key.of_tag() else { continue };
            let bytes = match self.read(key, MAX_POINTER)? {
                Ok(bytes) => bytes,
                Err(why) => return Ok(Found::Strange(why)),
            };
            match image_tag::parse(&bytes, &repository, &tag, self.images) {
                Ok(pointer) => pushed = pushed.max(Some(pointer.pushed_at)),
                Err(error) => return Ok(Found::Strange(error.to_string())),
            }
        }
        Ok(Found::Whole(Box::new(manifest), Pushed { name: name.clone(), created, pushed }))
    }

    /// Inside: what is wrong with the object. Whatever is wrong with the store ends the collection.
    fn read(&self, key: &Key, limit: u64) -> Result<Result<Vec<u8>, String>, ReleaseError> {
        match self.objects.get(key, limit) {
            Ok(bytes) => Ok(Ok(bytes)),
            Err(error @ (ObjectError::TooLarge { .. } | ObjectError::Missing(_))) => {
                Ok(Err(error.to_string()))
            }
            Err(error) => Err(error.into()),
        }
    }

    fn delete(&self, keys: &[Key], gone: &mut Gone, go_on: GoOn<'_>) -> Result<(), ReleaseError> {
        for key in keys {
            let Some(bytes) = self.objects.length(key)? else { continue };
            if !self.dry {
                go_on().map_err(ReleaseError::GivenUp)?;
                self.objects.delete(key)?;
            }
            gone.objects += 1;
            gone.bytes += bytes;
        }
        Ok(())
    }
}

fn by(keys: Vec<Key>, of: impl Fn(&Key) -> Option<ImageTag>) -> Keys {
    let mut found = Keys::new();
    for key in keys {
        if let Some(name) = of(&key) {
            found.entry(name).or_default().push(key);
        }
    }
    found
}
