//! What jobs are told of the files that an asset is made of. Payloads are read by the version before, so that fields are only
//! ever added, each with a default.

use std::{
    fs::{self, Metadata},
    io,
    path::{Path, PathBuf},
    time::UNIX_EPOCH,
};

use domain::Locale;
use objects::Hash;
use serde::{Deserialize, Serialize};

use super::hash_file;

/// A file outside the platform's keeping, as it was when it was imported.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileRef {
    /// Absolute.
    pub path: PathBuf,
    /// Of its bytes.
    pub hash: Hash,
    /// Its length.
    pub bytes: u64,
    /// When it was last written, microseconds since 1970.
    pub modified: i64,
}

/// Why a file that was imported cannot be worked on.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// Other bytes are there now.
    #[error("{0} has changed since it was imported: import again")]
    Changed(PathBuf),
    /// Not readable, or gone.
    #[error("{path} cannot be read: {source}; put it back, or import again")]
    Unreadable {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

impl FileRef {
    /// Reads the file once, for its hash.
    ///
    /// # Errors
    /// When it cannot be read, or changes while it is.
    pub fn of(path: &Path) -> Result<Self, FileError> {
        let unreadable = |source| FileError::Unreadable { path: path.to_owned(), source };
        let before = fs::metadata(path).map_err(unreadable)?;
        let hash = hash_file(path).map_err(unreadable)?;
        let found = Self { path: path.to_owned(), hash, bytes: before.len(), modified: modified(&before) };
        found.unchanged()?;
        Ok(found)
    }

    /// Is it still the file that was imported? By length and time: a master is too large to be hashed for every job.
    ///
    /// # Errors
    /// [`FileError`].
    pub fn unchanged(&self) -> Result<(), FileError> {
        let unreadable = |source| FileError::Unreadable { path: self.path.clone(), source };
        let now = fs::metadata(&self.path).map_err(unreadable)?;
        match now.len() == self.bytes && modified(&now) == self.modified {
            true => Ok(()),
            false => Err(FileError::Changed(self.path.clone())),
        }
    }

    /// Its bytes, which are checked.
    ///
    /// # Errors
    /// [`FileError`].
    pub fn read(&self) -> Result<Vec<u8>, FileError> {
        let unreadable = |source| FileError::Unreadable { path: self.path.clone(), source };
        let bytes = fs::read(&self.path).map_err(unreadable)?;
        match Hash::of(&bytes) == self.hash {
            true => Ok(bytes),
            false => Err(FileError::Changed(self.path.clone())),
        }
    }
}

fn modified(meta: &Metadata) -> i64 {
    let since = meta.modified().ok().and_then(|at| at.duration_since(UNIX_EPOCH).ok());
    since.and_then(|since| i64::try_from(since.as_micros()).ok()).unwrap_or(0)
}

/// What an asset is made of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Source {
    /// The master.
    pub master: FileRef,
    /// What is spoken in it.
    pub language: Locale,
    /// Subtitle files.
    #[serde(default)]
    pub subtitles: Vec<SubtitleSource>,
    /// A frame of it stands for it on pages.
    #[serde(default)]
    pub still: bool,
    /// Its place among the assets of its import: the lower, the earlier it is made.
    #[serde(default)]
    pub order: u32,
}

/// A subtitle file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SubtitleSource {
    /// In which language.
    pub language: Locale,
    /// The file.
    pub file: FileRef,
}
