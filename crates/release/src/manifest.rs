//! `release.json`: what belongs to a release, signed as announcements are.

use std::{fs, path::Path};

use domain::Timestamp;
use objects::{
    ImageTag,
    keys::{KeyRing, SigningKey},
    signed::{self, MAX_ENVELOPE},
};
use oci_spec::image::Digest;
use serde::{Deserialize, Serialize};

use crate::{ReleaseError, error::At};

/// Its file within a release.
pub const RELEASE_FILE: &str = "release.json";

/// The binary, within a release.
pub const BINARY_FILE: &str = "primetime";

/// The format that is written and understood.
pub const FORMAT: u32 = 1;
/// Most files of a release: two images have some fifteen.
pub const MAX_PARTS: usize = 1_000;
/// Longest path of a file within a release, in bytes.
pub const MAX_PATH: usize = 200;

const KIND: &str = "release";

/// A release, as it was signed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// [`FORMAT`].
    pub format: u32,
    /// As in `primetime-0.1.0-3ad7ac1b90f2`.
    pub name: String,
    /// As in the package's manifest.
    pub version: String,
    /// The commit that it was built from.
    pub commit: String,
    /// Were there changes that the commit does not have?
    pub dirty: bool,
    /// When the commit was made, RFC 3339.
    pub created: String,
    /// The container images.
    pub images: Vec<Image>,
    /// Every file but this one, in order of their paths.
    pub files: Vec<Part>,
}

/// A container image of a release.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Image {
    /// Its name in the image layout.
    pub name: String,
    /// What registries and engines know it by: the digest of its manifest.
    pub digest: Digest,
    /// What is transferred for it, in bytes.
    pub size: u64,
}

/// A file of a release.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Part {
    /// Relative to the release's folder, with `/` between folders.
    pub path: String,
    /// SHA-256.
    pub digest: Digest,
    /// In bytes.
    pub size: u64,
}

impl Manifest {
    /// When the commit was made.
    pub fn created(&self) -> Result<Timestamp, ReleaseError> {
        Timestamp::parse(&self.created).map_err(|error| ReleaseError::Manifest(error.to_string()))
    }

    /// The signed bytes.
    pub fn seal(&self, key: &SigningKey) -> Result<Vec<u8>, ReleaseError> {
        let payload = serde_json::to_vec(self).map_err(|error| ReleaseError::Manifest(error.to_string()))?;
        Ok(signed::seal(KIND, &payload, key))
    }

    /// What these bytes describe, if somebody who is trusted signed them.
    pub fn open(bytes: &[u8], ring: &KeyRing) -> Result<Self, ReleaseError> {
        let payload = signed::open(KIND, bytes, ring)?;
        let manifest: Self =
            serde_json::from_slice(&payload).map_err(|error| ReleaseError::Manifest(error.to_string()))?;
        manifest.check()?;
        Ok(manifest)
    }

    /// The manifest in a release's folder.
    pub fn read(dir: &Path, ring: &KeyRing) -> Result<Self, ReleaseError> {
        let path = dir.join(RELEASE_FILE);
        let length = fs::metadata(&path).at("open", &path)?.len();
        if length > MAX_ENVELOPE as u64 {
            return Err(ReleaseError::Manifest(format!("it is {length} bytes long")));
        }
        Self::open(&fs::read(&path).at("read", &path)?, ring)
    }

    /// The name as tag of its images, and as part of its keys in the store.
    pub fn tag(&self) -> Result<ImageTag, ReleaseError> {
        self.name.parse().map_err(|why| ReleaseError::Name { name: self.name.clone(), why })
    }

    fn check(&self) -> Result<(), ReleaseError> {
        let refused = |why: String| Err(ReleaseError::Manifest(why));
        if self.format != FORMAT {
            return refused(format!("it has format {}, and this program knows {FORMAT}", self.format));
        }
        if self.files.len() > MAX_PARTS {
            return refused(format!("it names {} files, more than {MAX_PARTS}", self.files.len()));
        }
        if let Some(part) = self.files.iter().find(|part| !plain(&part.path)) {
            return refused(format!("{:?} is no path of a file in a release", part.path));
        }
        if !self.files.is_sorted_by(|a, b| a.path < b.path) {
            return refused("its files do not come in order".into());
        }
        self.created().map(drop)
    }
}

/// A path that stays in the folder: names of letters, digits, `.`, `_` and `-`, none of them beginning with `.`.
fn plain(path: &str) -> bool {
    let name = |part: &str| {
        !part.is_empty()
            && !part.starts_with('.')
            && part.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-'))
    };
    path.len() <= MAX_PATH && path.split('/').all(name) && path != RELEASE_FILE
}

/// For fuzzing: hostile bytes must be refused, and refused without a panic.
pub fn fuzz_manifest(bytes: &[u8]) {
    let key = SigningKey::generate(&domain::SeededRng::new(1));
    let ring = KeyRing::from(key.public());
    let _ = Manifest::open(bytes, &ring);
    // The same bytes behind a good signature reach what lies behind it.
    if let Ok(manifest) = Manifest::open(&signed::seal(KIND, bytes, &key), &ring) {
        for part in &manifest.files {
            let path = Path::new(&part.path);
            assert!(
                path.is_relative()
                    && path.components().all(|part| matches!(part, std::path::Component::Normal(_)))
            );
        }
    }
}
