//! A release goes into the store: an OCI image layout, every digest verified, blobs before manifests, the tag last.
//!
//! This is the only writer there is; it runs where releases are built, and the registry on the hosts only reads.

use std::{
    collections::BTreeSet,
    fs::{self, File},
    io::{self, Read, Write},
    path::{Path, PathBuf},
};

use domain::Timestamp;
use objects::{
    Digest, ImageTag, Key, ObjectError, Objects, Put, Repository,
    image_tag::{self, TagError},
    keys::{KeyRing, SigningKey},
};
use oci_spec::image::{Descriptor, ImageIndex, ImageManifest, MediaType, OciLayout};

use crate::{
    hash::{self, Hasher},
    limits::{CHUNK, MAX_BLOB, MAX_MANIFEST},
};

/// How deep indexes may stand in indexes.
const MAX_DEPTH: u8 = 3;
/// Manifests of one release: one per platform, with room.
const MAX_MANIFESTS: usize = 64;
/// The annotation of `index.json` that names an image.
const REF_NAME: &str = "org.opencontainers.image.ref.name";

/// Where an image goes.
#[derive(Debug)]
pub struct Destination<'a> {
    /// Its repository.
    pub repository: &'a Repository,
    /// Its tag.
    pub tag: &'a ImageTag,
    /// Signs the tag.
    pub key: &'a SigningKey,
    /// Whose tags count already.
    pub ring: &'a KeyRing,
    /// When.
    pub now: Timestamp,
}

/// What was pushed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pushed {
    /// The manifest or index that the tag means now.
    pub manifest: Digest,
    /// Blobs and manifests that are new in the store.
    pub written: usize,
    /// Those that were there already.
    pub present: usize,
    /// Bytes of all of them.
    pub bytes: u64,
}

/// Why nothing was pushed, or not all: the tag is where it was.
#[derive(Debug, thiserror::Error)]
pub enum PushError {
    /// The folder is no image layout.
    #[error("{path}: {why}")]
    Layout {
        /// Which file.
        path: PathBuf,
        /// What is wrong with it.
        why: String,
    },
    /// A file of it cannot be read, or scratch not written.
    #[error("cannot read or copy {path}")]
    Io {
        /// Which.
        path: PathBuf,
        /// Why not.
        #[source]
        source: io::Error,
    },
    /// The store said no.
    #[error(transparent)]
    Object(#[from] ObjectError),
    /// The tag was not moved.
    #[error(transparent)]
    Tag(#[from] TagError),
}

/// Pushes the image that `reference` names in `index.json`; the only one when it is absent.
pub fn push(
    objects: &Objects,
    layout: &Path,
    reference: Option<&str>,
    to: &Destination<'_>,
) -> Result<Pushed, PushError> {
    let marker = layout.join("oci-layout");
    let version: OciLayout = parsed(&marker, &small(&marker)?)?;
    if version.image_layout_version() != "1.0.0" {
        return Err(wrong(&marker, "the layout's version is not 1.0.0"));
    }
    let path = layout.join("index.json");
    let index: ImageIndex = parsed(&path, &small(&path)?)?;
    let named = |descriptor: &&Descriptor| {
        let name = descriptor.annotations().as_ref().and_then(|all| all.get(REF_NAME));
        reference.is_none() || name.map(String::as_str) == reference
    };
    let mut images = index.manifests().iter().filter(named);
    let (Some(image), None) = (images.next(), images.next()) else {
        return Err(wrong(&path, "it must name exactly one image, or one must be chosen by its reference"));
    };
    let mut pushing =
        Pushing { objects, layout, seen: BTreeSet::new(), manifests: 0, written: 0, present: 0, bytes: 0 };
    let manifest = pushing.manifest(image, 0)?;
    image_tag::move_to(objects, (to.repository, to.tag), manifest, (to.key, to.ring), to.now)?;
    let Pushing { written, present, bytes, .. } = pushing;
    Ok(Pushed { manifest, written, present, bytes })
}

struct Pushing<'a> {
    objects: &'a Objects,
    layout: &'a Path,
    seen: BTreeSet<Digest>,
    manifests: usize,
    written: usize,
    present: usize,
    bytes: u64,
}

impl Pushing<'_> {
    /// What a manifest names, and then itself.
    fn manifest(&mut self, descriptor: &Descriptor, depth: u8) -> Result<Digest, PushError> {
        let (digest, path) = self.file(descriptor)?;
        self.manifests += 1;
        if depth > MAX_DEPTH || self.manifests > MAX_MANIFESTS {
            return Err(wrong(&path, "more manifests, or deeper ones, than a release may have"));
        }
        let bytes = small(&path)?;
        if hash::of(&bytes) != digest || bytes.len() as u64 != descriptor.size() {
            return Err(wrong(&path, "its bytes are not what its digest and size say"));
        }
        match descriptor.media_type() {
            MediaType::ImageIndex => {
                let index: ImageIndex = parsed(&path, &bytes)?;
                for inner in index.manifests() {
                    self.manifest(inner, depth + 1)?;
                }
            }
            MediaType::ImageManifest => {
                let manifest: ImageManifest = parsed(&path, &bytes)?;
                for blob in std::iter::once(manifest.config()).chain(manifest.layers()) {
                    self.blob(blob)?;
                }
            }
            other => {
                return Err(wrong(
                    &path,
                    &format!("`{other}` is neither an OCI image manifest nor an index"),
                ));
            }
        }
        let put = self.objects.put(&Key::image_manifest(&digest), &bytes)?;
        self.count(put, bytes.len() as u64);
        Ok(digest)
    }

    fn blob(&mut self, descriptor: &Descriptor) -> Result<(), PushError> {
        let (digest, path) = self.file(descriptor)?;
        if !self.seen.insert(digest) {
            return Ok(());
        }
        if descriptor.size() > MAX_BLOB {
            return Err(wrong(&path, "it is larger than any blob that is served"));
        }
        let scratch = self.objects.scratch().join(format!("push-{}-{}", std::process::id(), digest.hex()));
        let copied = copy(&path, &scratch);
        let put = copied.map_err(|source| PushError::Io { path: path.clone(), source }).and_then(
            |(found, size)| {
                if found != digest || size != descriptor.size() {
                    return Err(wrong(&path, "its bytes are not what its digest and size say"));
                }
                Ok(self.objects.put_file(&Key::image_blob(&digest), &scratch)?)
            },
        );
        if put.is_err() {
            let _ = fs::remove_file(&scratch);
        }
        self.count(put?, descriptor.size());
        Ok(())
    }

    fn count(&mut self, put: Put, bytes: u64) {
        self.bytes += bytes;
        match put {
            Put::Written => self.written += 1,
            Put::Present => self.present += 1,
        }
    }

    /// Where a layout keeps what a descriptor names.
    fn file(&self, descriptor: &Descriptor) -> Result<(Digest, PathBuf), PushError> {
        let text = descriptor.digest().to_string();
        let digest: Digest =
            text.parse().map_err(|error| wrong(self.layout, &format!("`{text}`: {error}")))?;
        Ok((digest, self.layout.join("blobs/sha256").join(digest.hex())))
    }
}

/// Copies a file and hashes it on the way, so that what is put is what was verified.
fn copy(from: &Path, to: &Path) -> io::Result<(Digest, u64)> {
    let (mut source, mut target) = (File::open(from)?, File::create(to)?);
    let (mut hasher, mut size, mut buffer) = (Hasher::default(), 0, vec![0; CHUNK as usize]);
    loop {
        match source.read(&mut buffer)? {
            0 => return Ok((hasher.digest(), size)),
            n => {
                hasher.add(&buffer[..n]);
                target.write_all(&buffer[..n])?;
                size += n as u64;
            }
        }
    }
}

fn small(path: &Path) -> Result<Vec<u8>, PushError> {
    let failed = |source| PushError::Io { path: path.to_owned(), source };
    let mut bytes = Vec::new();
    File::open(path).map_err(failed)?.take(MAX_MANIFEST + 1).read_to_end(&mut bytes).map_err(failed)?;
    if bytes.len() as u64 > MAX_MANIFEST { Err(wrong(path, "it is longer than 4 MiB")) } else { Ok(bytes) }
}

fn parsed<T: serde::de::DeserializeOwned>(path: &Path, bytes: &[u8]) -> Result<T, PushError> {
    serde_json::from_slice(bytes).map_err(|error| wrong(path, &error.to_string()))
}

fn wrong(path: &Path, why: &str) -> PushError {
    PushError::Layout { path: path.to_owned(), why: why.to_owned() }
}
