//! A folder that is there whole or not at all: written beside its place, and moved there in one step.

use std::{fs, os::unix::fs::PermissionsExt, path::Path};

use tempfile::TempDir;

use crate::{ReleaseError, error::At};

/// A folder in the making; dropped, it leaves nothing.
pub(crate) struct Draft<'a> {
    dir: TempDir,
    place: &'a Path,
}

impl<'a> Draft<'a> {
    /// Of the folder `place`; what is above it is made.
    pub fn of(place: &'a Path) -> Result<Self, ReleaseError> {
        let parent = match place.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => parent,
            _ => Path::new("."),
        };
        fs::create_dir_all(parent).at("make", parent)?;
        let dir = tempfile::Builder::new().prefix(".draft-").tempdir_in(parent).at("write in", parent)?;
        Ok(Self { dir, place })
    }

    /// Where it is written.
    pub fn path(&self) -> &Path {
        self.dir.path()
    }

    /// It is whole.
    pub fn settle(self) -> Result<(), ReleaseError> {
        fs::set_permissions(self.path(), fs::Permissions::from_mode(0o755)).at("open up", self.path())?;
        fs::rename(self.dir.keep(), self.place).at("move what was made to", self.place)
    }
}
