//! Binaries that were compared with what was signed. A host asks for what it runs twice a second, and a binary has some 55 MB: it is read
//! again when something about its file has changed. Whoever writes to a file, or puts another in its place, changes its inode or the
//! time of its last change (`st_ctime`), which nobody but root can choose.

use std::{
    collections::BTreeMap,
    fs, io,
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
};

use release::{BINARY_FILE, RELEASE_FILE};

/// What would be another if the file were.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Same {
    place: (u64, u64),
    size: u64,
    changed: (i64, i64),
}

impl Same {
    fn of(path: &Path) -> io::Result<Self> {
        // Not followed: a link is not what was signed.
        let found = fs::symlink_metadata(path)?;
        Ok(Self {
            place: (found.dev(), found.ino()),
            size: found.len(),
            changed: (found.ctime(), found.ctime_nsec()),
        })
    }
}

/// By the release's folder.
#[derive(Debug, Default)]
pub struct Verified(Mutex<BTreeMap<PathBuf, ([Same; 2], PathBuf)>>);

impl Verified {
    /// What `verify` found in `dir`, as it was signed; known already if both files are the ones that were looked at then.
    pub fn binary<E>(&self, dir: &Path, verify: impl FnOnce() -> Result<PathBuf, E>) -> Result<PathBuf, E> {
        // Before they are read: what is changed meanwhile is looked at again.
        let now = [RELEASE_FILE, BINARY_FILE].map(|file| Same::of(&dir.join(file)));
        let [Ok(signed), Ok(binary)] = now else { return verify() };
        let now = [signed, binary];
        let known = || self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((then, found)) = known().get(dir)
            && *then == now
        {
            return Ok(found.clone());
        }
        let found = verify()?;
        known().insert(dir.to_owned(), (now, found.clone()));
        Ok(found)
    }
}

#[cfg(test)]
mod tests {
    use std::{cell::Cell, time::Duration};

    use super::*;

    #[test]
    fn a_file_is_read_again_when_it_is_another() {
        let dir = tempfile::tempdir().unwrap();
        let [signed, binary] = [RELEASE_FILE, BINARY_FILE].map(|file| dir.path().join(file));
        for file in [&signed, &binary] {
            fs::write(file, "1").unwrap();
        }
        let (verified, reads) = (Verified::default(), Cell::new(0));
        let ask = || {
            let read = || {
                reads.set(reads.get() + 1);
                Ok::<_, ()>(binary.clone())
            };
            assert_eq!(verified.binary(dir.path(), read), Ok(binary.clone()));
            reads.get()
        };
        assert_eq!([ask(), ask()], [1, 1]);
        // The clock of the file system must have moved on.
        std::thread::sleep(Duration::from_millis(20));
        let times = fs::metadata(&binary).unwrap().modified().unwrap();
        fs::write(&binary, "2").unwrap();
        fs::File::options().write(true).open(&binary).unwrap().set_modified(times).unwrap();
        assert_eq!([ask(), ask()], [2, 2], "of the same length and with its old time");
        fs::write(dir.path().join("other"), "2").unwrap();
        fs::rename(dir.path().join("other"), &binary).unwrap();
        assert_eq!([ask(), ask()], [3, 3]);
        fs::write(&signed, "longer").unwrap();
        assert_eq!([ask(), ask()], [4, 4]);
        // What was not found to be right is not known.
        fs::write(&signed, "wrong").unwrap();
        assert_eq!(verified.binary(dir.path(), || Err("no")), Err("no"));
        assert_eq!(ask(), 5);
        fs::remove_file(&signed).unwrap();
        assert_eq!([ask(), ask()], [6, 7], "nothing is known of what is not there");
    }
}
