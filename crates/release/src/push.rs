//! A release goes among the objects, from where hosts fetch it: its files first, what is signed last, so that there never is a release
//! of which something is missing.

use std::{
    fs::{self, File},
    io,
    path::Path,
};

use objects::{Digest, ImageTag, Key, ObjectError, Objects, Put, keys::KeyRing, signed::MAX_ENVELOPE};

use crate::{IMAGES_DIR, Manifest, Part, RELEASE_FILE, ReleaseError, digest::Counted, error::At, verify};

/// A release that was verified, on its way into the store.
#[derive(Debug)]
pub struct Pushing<'a> {
    objects: &'a Objects,
    dir: &'a Path,
    name: ImageTag,
    manifest: Manifest,
    /// The signed manifest, as it lies in the folder.
    sealed: Vec<u8>,
}

/// What was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Sent {
    /// Files that are new in the store.
    pub written: usize,
    /// Those that were there already.
    pub present: usize,
    /// Bytes of all of them.
    pub bytes: u64,
}

impl<'a> Pushing<'a> {
    /// Verifies the release in `dir`. Refuses one whose name means another release in the store.
    pub fn begin(objects: &'a Objects, dir: &'a Path, ring: &KeyRing) -> Result<Self, ReleaseError> {
        let manifest = verify(dir, ring)?;
        let name = manifest.tag()?;
        let path = dir.join(RELEASE_FILE);
        let sealed = fs::read(&path).at("read", &path)?;
        // Verified and read are the same bytes, or what is signed is not what was looked at.
        if Manifest::open(&sealed, ring)? != manifest {
            return Err(ReleaseError::Manifest("it changed while it was read".into()));
        }
        match objects.get(&Key::release(&name), MAX_ENVELOPE as u64) {
            Ok(there) if there != sealed => return Err(ReleaseError::Taken(manifest.name)),
            Ok(_) | Err(ObjectError::Missing(_)) => {}
            Err(error) => return Err(error.into()),
        }
        Ok(Self { objects, dir, name, manifest, sealed })
    }

    /// What was signed.
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// Its images' tag.
    pub fn tag(&self) -> &ImageTag {
        &self.name
    }

    /// Sends every file but those of the images, which have a place of their own in the store.
    pub fn files(&self) -> Result<Sent, ReleaseError> {
        let mut sent = Sent::default();
        let of_images = |part: &&Part| Path::new(&part.path).starts_with(IMAGES_DIR);
        for part in self.manifest.files.iter().filter(|part| !of_images(part)) {
            match self.file(part)? {
                Put::Written => sent.written += 1,
                Put::Present => sent.present += 1,
            }
            sent.bytes += part.size;
        }
        Ok(sent)
    }

    /// From now on hosts find it. To be called when all the rest is there, the images too.
    pub fn announce(self) -> Result<Put, ReleaseError> {
        match self.objects.put(&Key::release(&self.name), &self.sealed) {
            Err(ObjectError::Different(_)) => Err(ReleaseError::Taken(self.manifest.name)),
            put => Ok(put?),
        }
    }

    /// Copies a file and hashes it on the way, so that what is put is what was signed.
    fn file(&self, part: &Part) -> Result<Put, ReleaseError> {
        let digest = as_object(&part.digest)?;
        let (from, scratch) = (
            self.dir.join(&part.path),
            self.objects.scratch().join(format!("release-{}-{}", std::process::id(), digest.hex())),
        );
        let copied = || {
            let mut file = File::open(&from).at("open", &from)?;
            let mut to = Counted::new(File::create(&scratch).at("write", &scratch)?);
            io::copy(&mut file, &mut to).at("copy", &from)?;
            let (_, found, _) = to.finish();
            if found != part.digest {
                return Err(ReleaseError::Digest {
                    path: part.path.clone(),
                    expected: part.digest.clone(),
                    found,
                });
            }
            Ok(self.objects.put_file(&Key::release_file(&self.name, &digest), &scratch)?)
        };
        let put = copied();
        if put.is_err() {
            let _ = fs::remove_file(&scratch);
        }
        put
    }
}

/// As keys of the store have it.
pub(crate) fn as_object(digest: &crate::Digest) -> Result<Digest, ReleaseError> {
    let text = digest.to_string();
    text.parse().map_err(|error| ReleaseError::Manifest(format!("{text}: {error}")))
}
