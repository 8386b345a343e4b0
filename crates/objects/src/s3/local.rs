//! The local side of a bucket: files in the making, and copies of sections and headers, no more than the bound.

use std::{
    collections::HashMap,
    fs::{self, File},
    io,
    path::{Path, PathBuf},
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    time::SystemTime,
};

use rustix::{
    fs::{Mode, OFlags, open},
    fs::{Timespec, Timestamps, UTIME_NOW, UTIME_OMIT, futimens},
};

use crate::{Folder, Key, Object, ObjectError};

/// Looks for what may go after this share of the bound has been added.
const LOOK_AFTER: u64 = 8;

/// A folder of copies. Several processes may share it: what it knows stands in the folder alone.
#[derive(Debug)]
pub(crate) struct Local {
    copies: Folder,
    bound: u64,
    /// Bytes added since the last look.
    added: AtomicU64,
    /// The announcements that were read last, as they lie in the folder too.
    announced: Mutex<HashMap<Key, Vec<u8>>>,
}

impl Local {
    pub fn open(path: &Path, bound: u64) -> Result<Self, ObjectError> {
        // The first copy looks: what an earlier process left may be beyond today's bound.
        Ok(Self {
            copies: Folder::open(path)?,
            bound,
            added: AtomicU64::new(bound),
            announced: Mutex::default(),
        })
    }

    pub fn folder(&self) -> &Folder {
        &self.copies
    }

    /// The copy of an object, if there is one; used now, and so among the last to go.
    pub fn copy(&self, key: &Key) -> Option<Object> {
        let object = self.copies.open_object(key).ok()?;
        if let Some(file) = object.as_file() {
            let now = Timespec { tv_sec: 0, tv_nsec: UTIME_NOW };
            let omit = Timespec { tv_sec: 0, tv_nsec: UTIME_OMIT };
            // A file system that keeps no times, or another's file: then it goes a little earlier.
            let _ = futimens(file, &Timestamps { last_access: omit, last_modification: now });
        }
        Some(object)
    }

    /// Keeps a copy; false when there is no room for it.
    pub fn keep(&self, key: &Key, bytes: &[u8]) -> Result<bool, ObjectError> {
        match self.copies.put(key, bytes) {
            Ok(_) => {}
            Err(ObjectError::Full { .. }) => return Ok(false),
            // A copy that came to harm: the new one is verified.
            Err(ObjectError::Different(_)) => {
                self.forget(key)?;
                self.copies.put(key, bytes)?;
            }
            Err(error) => return Err(error),
        }
        let length = bytes.len() as u64;
        if self.added.fetch_add(length, Relaxed).saturating_add(length) > self.bound / LOOK_AFTER {
            self.added.store(0, Relaxed);
            self.collect();
        }
        Ok(true)
    }

    /// Keeps what was announced last, for a start while the store is away. When there is no room, that start has nothing.
    pub fn announced(&self, key: &Key, bytes: &[u8]) {
        let mut last = self.announced.lock().unwrap_or_else(PoisonError::into_inner);
        if last.get(key).is_none_or(|last| last != bytes) && self.copies.replace(key, bytes).is_ok() {
            last.insert(key.clone(), bytes.to_vec());
        }
    }

    pub fn forget(&self, key: &Key) -> Result<(), ObjectError> {
        self.copies.delete(key)
    }

    /// Deletes the copies that were not used for longest, until a share of the bound is free. What is mapped stays readable.
    /// What cannot be deleted stays: the next look tries again.
    fn collect(&self) {
        let mut copies: Vec<(SystemTime, u64, PathBuf)> = Vec::new();
        for folder in ["sections", "editions"] {
            let Ok(entries) = fs::read_dir(self.copies.root().join(folder)) else { continue };
            copies.extend(entries.flatten().filter_map(|entry| {
                // What was announced last is small, and the way to all the others.
                let kept = Key::current_edition().as_str().ends_with(entry.file_name().to_str()?);
                let meta = entry.metadata().ok().filter(|meta| meta.is_file() && !kept)?;
                Some((meta.modified().ok()?, meta.len(), entry.path()))
            }));
        }
        let mut total: u64 = copies.iter().map(|(_, length, _)| length).sum();
        if total <= self.bound {
            return;
        }
        copies.sort_unstable();
        for (_, length, path) in copies {
            if total <= self.bound - self.bound / LOOK_AFTER {
                break;
            }
            if fs::remove_file(path).is_ok() {
                total -= length;
            }
        }
    }

    /// A file that is gone when it is closed.
    pub fn passing(&self) -> io::Result<File> {
        let fd = open(
            self.copies.scratch(),
            OFlags::TMPFILE | OFlags::RDWR | OFlags::CLOEXEC,
            Mode::RUSR | Mode::WUSR,
        );
        match fd {
            Ok(fd) => Ok(fd.into()),
            // A file system without nameless files: a name, at once taken away.
            Err(_) => {
                let path = self.copies.scratch_file();
                let file = File::options().read(true).write(true).create_new(true).open(&path)?;
                fs::remove_file(path)?;
                Ok(file)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::Hash;

    fn section(n: u8) -> (Key, Vec<u8>) {
        let bytes = vec![n; 1000];
        (Key::section(&Hash::of(&bytes)), bytes)
    }

    #[test]
    fn what_was_not_used_for_longest_goes_first() {
        let dir = tempfile::tempdir().unwrap();
        let local = Local::open(dir.path(), 4_000).unwrap();
        for n in 0..4 {
            let (key, bytes) = section(n);
            assert!(local.keep(&key, &bytes).unwrap());
            let file = File::open(dir.path().join(key.as_str())).unwrap();
            file.set_modified(SystemTime::UNIX_EPOCH + Duration::from_secs(n.into())).unwrap();
        }
        // The oldest is used once more: now it is the newest.
        assert_eq!(local.copy(&section(0).0).unwrap().len(), 1000);
        let (key, bytes) = section(9);
        local.keep(&key, &bytes).unwrap();
        let left: Vec<u8> = (0..10).filter(|n| local.copy(&section(*n).0).is_some()).collect();
        assert_eq!(left, [0, 3, 9]);
    }

    #[test]
    fn a_damaged_copy_gives_way() {
        let dir = tempfile::tempdir().unwrap();
        let local = Local::open(dir.path(), 1 << 20).unwrap();
        let (key, bytes) = section(1);
        local.keep(&key, &bytes).unwrap();
        fs::write(dir.path().join(key.as_str()), "harm").unwrap();
        assert!(local.keep(&key, &bytes).unwrap());
        assert_eq!(local.copy(&key).unwrap().len(), 1000);
    }

    #[test]
    fn a_passing_file_leaves_nothing() {
        let dir = tempfile::tempdir().unwrap();
        let local = Local::open(dir.path(), 1).unwrap();
        let mut file = local.passing().unwrap();
        io::Write::write_all(&mut file, b"x").unwrap();
        assert_eq!(fs::read_dir(local.folder().scratch()).unwrap().count(), 0);
    }
}
