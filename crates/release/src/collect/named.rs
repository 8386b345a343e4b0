//! What of the images is named: by a tag, by a release that stays, or by a manifest that is named itself.

use std::collections::BTreeSet;

use objects::{
    Digest, Key, Objects,
    image_tag::{self, MAX_POINTER, TagError},
    keys::KeyRing,
};
use serde::Deserialize;

use crate::{Manifest, ReleaseError, digest_of, push::as_object};

/// Largest manifest that is read, in bytes: larger ones are not pushed.
const MAX_MANIFEST: u64 = 4 << 20;
/// How deep indexes may stand in indexes, with room: a push refuses more than three.
const MAX_DEPTH: u8 = 8;
const KINDS: [&str; 2] =
    ["application/vnd.oci.image.manifest.v1+json", "application/vnd.oci.image.index.v1+json"];

/// A manifest or an index (OCI Image Specification 1.1): what it names.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Document {
    media_type: Option<String>,
    manifests: Option<Vec<Part>>,
    config: Option<Part>,
    #[serde(default)]
    layers: Vec<Part>,
}

#[derive(Deserialize)]
struct Part {
    digest: Digest,
}

/// What was found to be named so far.
pub(super) struct Named<'a> {
    objects: &'a Objects,
    ring: &'a KeyRing,
    keys: BTreeSet<Key>,
    unread: Vec<String>,
}

impl<'a> Named<'a> {
    pub fn new(objects: &'a Objects, ring: &'a KeyRing) -> Self {
        Self { objects, ring, keys: BTreeSet::new(), unread: Vec::new() }
    }

    /// By a release that stays: its images are pulled by their digests, wherever tags have moved to.
    pub fn by_release(&mut self, release: &Manifest) {
        for image in &release.images {
            match as_object(&image.digest) {
                Ok(digest) => self.manifest(digest, 0),
                Err(error) => self.unread.push(error.to_string()),
            }
        }
    }

    pub fn by_tag(&mut self, key: &Key) {
        match self.tag(key) {
            Ok(digest) => self.manifest(digest, 0),
            Err(why) => self.unread.push(format!("{key}: {why}")),
        }
    }

    /// Manifests and blobs that nothing names, in the order in which they may go. Inside: what could not be read.
    pub fn nothing_else(self) -> Result<Result<Vec<Key>, Vec<String>>, ReleaseError> {
        if !self.unread.is_empty() {
            return Ok(Err(self.unread));
        }
        let [.., manifests, blobs] = Key::PUSHED;
        let mut rest = self.objects.list(manifests)?;
        rest.extend(self.objects.list(blobs)?);
        rest.retain(|key| !self.keys.contains(key));
        Ok(Ok(rest))
    }

    fn tag(&self, key: &Key) -> Result<Digest, String> {
        let (repository, tag) = key.of_tag().ok_or("it is no tag")?;
        let bytes = self.objects.get(key, MAX_POINTER).map_err(TagError::from);
        let pointer = bytes.and_then(|bytes| image_tag::parse(&bytes, &repository, &tag, self.ring));
        pointer.map(|pointer| pointer.manifest).map_err(|error| error.to_string())
    }

    fn manifest(&mut self, digest: Digest, depth: u8) {
        let key = Key::image_manifest(&digest);
        if !self.keys.insert(key.clone()) {
            return;
        }
        match self.read(&key, &digest, depth) {
            Ok(Document { manifests, config, layers, .. }) => {
                // One that calls itself both names both.
                for blob in config.iter().chain(&layers) {
                    self.keys.insert(Key::image_blob(&blob.digest));
                }
                for manifest in manifests.unwrap_or_default() {
                    self.manifest(manifest.digest, depth + 1);
                }
            }
            Err(why) => self.unread.push(format!("{key}: {why}")),
        }
    }

    fn read(&self, key: &Key, digest: &Digest, depth: u8) -> Result<Document, String> {
        if depth > MAX_DEPTH {
            return Err("it stands in more indexes than are understood".into());
        }
        let bytes = self.objects.get(key, MAX_MANIFEST).map_err(|error| error.to_string())?;
        if digest_of(&bytes).to_string() != digest.to_string() {
            return Err("its bytes are not what its digest says".into());
        }
        let read: Document = serde_json::from_slice(&bytes).map_err(|error| error.to_string())?;
        if read.manifests.is_none() && read.config.is_none() {
            return Err("it is neither a manifest nor an index".into());
        }
        match &read.media_type {
            Some(said) if !KINDS.contains(&said.as_str()) => Err(format!("`{said}` is not understood")),
            _ => Ok(read),
        }
    }
}
