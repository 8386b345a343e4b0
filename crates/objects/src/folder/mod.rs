//! Objects as files of one folder.
//!
//! A write goes to `.scratch/`, is synced, and gets its name by a rename that never replaces; then the folder is synced. So
//! an object is there whole or not at all, after `kill -9` and power loss too.

mod read;
mod write;

use std::{
    fs::{self, File},
    io,
    path::{Path, PathBuf},
    sync::atomic::{AtomicU64, Ordering},
};

use crate::{Key, ObjectError};

/// Begins with a dot: no key does.
const SCRATCH: &str = ".scratch";

/// A folder of objects. See [`crate::Objects`] for what its functions promise.
#[derive(Debug)]
pub struct Folder {
    root: PathBuf,
    scratch: PathBuf,
    next: AtomicU64,
}

impl Folder {
    /// Opens a folder, making it if it is not there.
    pub fn open(path: &Path) -> Result<Self, ObjectError> {
        let scratch = path.join(SCRATCH);
        fs::create_dir_all(&scratch).map_err(|error| failed("create", &scratch, error))?;
        Ok(Self { root: path.to_owned(), scratch, next: AtomicU64::new(0) })
    }

    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    pub(crate) fn scratch(&self) -> &Path {
        &self.scratch
    }

    pub(crate) fn clear_scratch(&self) -> Result<(), ObjectError> {
        let entries = fs::read_dir(&self.scratch).map_err(|error| failed("list", &self.scratch, error))?;
        for entry in entries {
            let path = entry.map_err(|error| failed("list", &self.scratch, error))?.path();
            let gone = if path.is_dir() { fs::remove_dir_all(&path) } else { fs::remove_file(&path) };
            gone.map_err(|error| failed("delete", &path, error))?;
        }
        Ok(())
    }

    /// Holds a file lock while it reads, asks `change` and replaces: other processes wait, and the lock goes when the process
    /// does.
    pub(crate) fn update<E: From<ObjectError>>(
        &self,
        key: &Key,
        change: impl FnOnce() -> Result<Option<Vec<u8>>, E>,
    ) -> Result<(), E> {
        let path = self.root.join(".lock");
        let lock = File::create(&path).map_err(|error| failed("create", &path, error))?;
        lock.lock().map_err(|error| failed("lock", &path, error))?;
        match change()? {
            Some(bytes) => Ok(self.replace(key, &bytes)?),
            None => Ok(()),
        }
    }

    /// Where a key's object lies. Keys are relative paths without `.` and `..` by construction.
    fn path(&self, key: &Key) -> PathBuf {
        self.root.join(key.as_str())
    }

    /// A name in the scratch folder that no other writer uses.
    pub(crate) fn scratch_file(&self) -> PathBuf {
        let n = self.next.fetch_add(1, Ordering::Relaxed);
        // The address tells apart several `Folder`s of one process.
        self.scratch.join(format!("put-{}-{:p}-{n}", std::process::id(), self))
    }

    /// The error for a failed write, telling a full disk apart.
    pub(crate) fn write_failed(
        &self,
        action: &'static str,
        path: &Path,
        what: &str,
        error: io::Error,
    ) -> ObjectError {
        match error.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
                ObjectError::Full { folder: self.root.clone(), what: what.into() }
            }
            _ => failed(action, path, error),
        }
    }
}

pub(crate) fn failed(action: &'static str, path: &Path, source: io::Error) -> ObjectError {
    ObjectError::Io { action, path: path.to_owned(), source }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The operating system's own errors: ENOSPC and EDQUOT.
    #[test]
    fn a_full_disk_is_told_apart_and_says_what_to_do() {
        let dir = tempfile::tempdir().unwrap();
        let folder = Folder::open(dir.path()).unwrap();
        for (code, full) in [(28, true), (122, true), (13, false)] {
            let error =
                folder.write_failed("write", dir.path(), "sections/0", io::Error::from_raw_os_error(code));
            assert_eq!(matches!(error, ObjectError::Full { .. }), full, "{error}");
            assert_eq!(error.to_string().contains("free some"), full, "{error}");
        }
    }
}
