use std::{
    collections::BTreeSet,
    fs::{self, File},
    io::{self, Read, Write},
    path::{Path, PathBuf},
};

use rustix::{
    fs::{CWD, RenameFlags, renameat_with},
    io::Errno,
};

use super::{Folder, failed};
use crate::{Key, KeyKind, ObjectError, Put};

/// How much of a file is held at a time when two are compared or one is copied.
const PIECE: usize = 256 * 1024;

impl Folder {
    pub(crate) fn put(&self, key: &Key, bytes: &[u8]) -> Result<Put, ObjectError> {
        self.put_all(&[(key.clone(), bytes)]).map(|puts| puts.into_iter().next().unwrap_or(Put::Present))
    }

    pub(crate) fn put_all(&self, objects: &[(Key, &[u8])]) -> Result<Vec<Put>, ObjectError> {
        let mut folders = BTreeSet::new();
        let mut puts = Vec::with_capacity(objects.len());
        for (key, bytes) in objects {
            let path = self.path(key);
            if path.exists() {
                puts.push(self.same(key, &path, bytes)?);
                continue;
            }
            let scratch = self.written(key, bytes)?;
            puts.push(self.place(key, &scratch, &path, &mut folders, |path| self.same(key, path, bytes))?);
        }
        self.sync(&folders)?;
        Ok(puts)
    }

    pub(crate) fn put_file(&self, key: &Key, file: &Path) -> Result<Put, ObjectError> {
        let path = self.path(key);
        let mut folders = BTreeSet::new();
        let open = File::open(file).map_err(|error| failed("open", file, error))?;
        open.sync_all().map_err(|error| self.write_failed("sync", file, key.as_str(), error))?;
        let put = match self.place(key, file, &path, &mut folders, |path| self.same_file(key, path, file)) {
            // The file lies on another file system: copy it to this one first.
            Err(ObjectError::Io { source, .. }) if source.kind() == io::ErrorKind::CrossesDevices => {
                let scratch = self.copied(key, file)?;
                let put =
                    self.place(key, &scratch, &path, &mut folders, |path| self.same_file(key, path, file))?;
                fs::remove_file(file).map_err(|error| failed("delete", file, error))?;
                put
            }
            put => put?,
        };
        self.sync(&folders)?;
        Ok(put)
    }

    pub(crate) fn replace(&self, key: &Key, bytes: &[u8]) -> Result<(), ObjectError> {
        if key.kind() != KeyKind::Announcement {
            return Err(ObjectError::NotReplaceable(key.clone()));
        }
        let path = self.path(key);
        let mut folders = BTreeSet::new();
        self.make_parent(key, &path, &mut folders)?;
        let scratch = self.written(key, bytes)?;
        fs::rename(&scratch, &path).map_err(|error| {
            let _ = fs::remove_file(&scratch);
            self.write_failed("rename to", &path, key.as_str(), error)
        })?;
        self.sync(&folders)
    }

    pub(crate) fn delete(&self, key: &Key) -> Result<(), ObjectError> {
        let path = self.path(key);
        match fs::remove_file(&path) {
            Ok(()) => self.sync(&path.parent().map(Path::to_owned).into_iter().collect()),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            Err(error) => Err(failed("delete", &path, error)),
        }
    }

    /// A synced scratch file with this content; gone again if it could not be finished.
    fn written(&self, key: &Key, bytes: &[u8]) -> Result<PathBuf, ObjectError> {
        let scratch = self.scratch_file();
        let write = || {
            let mut file = File::create_new(&scratch)?;
            file.write_all(bytes)?;
            file.sync_all()
        };
        write().map_err(|error| {
            let _ = fs::remove_file(&scratch);
            self.write_failed("write", &scratch, key.as_str(), error)
        })?;
        Ok(scratch)
    }

    fn copied(&self, key: &Key, from: &Path) -> Result<PathBuf, ObjectError> {
        let scratch = self.scratch_file();
        let copy = || {
            fs::copy(from, &scratch)?;
            File::open(&scratch)?.sync_all()
        };
        copy().map_err(|error| {
            let _ = fs::remove_file(&scratch);
            self.write_failed("copy to", &scratch, key.as_str(), error)
        })?;
        Ok(scratch)
    }

    /// Gives a finished file its name unless the name is taken; then `same` says whether that is the same object. The file
    /// is gone afterwards, except when it lies on another file system.
    fn place(
        &self,
        key: &Key,
        file: &Path,
        path: &Path,
        folders: &mut BTreeSet<PathBuf>,
        same: impl FnOnce(&Path) -> Result<Put, ObjectError>,
    ) -> Result<Put, ObjectError> {
        self.make_parent(key, path, folders)?;
        let renamed = match renameat_with(CWD, file, CWD, path, RenameFlags::NOREPLACE) {
            // Some file systems cannot rename without replacing; a hard link refuses just as well.
            Err(Errno::INVAL | Errno::NOSYS) => {
                fs::hard_link(file, path).and_then(|()| fs::remove_file(file))
            }
            renamed => renamed.map_err(io::Error::from),
        };
        match renamed {
            Ok(()) => Ok(Put::Written),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                let put = same(path);
                let _ = fs::remove_file(file);
                put
            }
            Err(error) if error.kind() == io::ErrorKind::CrossesDevices => {
                Err(failed("rename to", path, error))
            }
            Err(error) => {
                let _ = fs::remove_file(file);
                Err(self.write_failed("rename to", path, key.as_str(), error))
            }
        }
    }

    /// Makes the folders above `path`, and notes which must be synced for its name to last.
    fn make_parent(
        &self,
        key: &Key,
        path: &Path,
        folders: &mut BTreeSet<PathBuf>,
    ) -> Result<(), ObjectError> {
        let Some(parent) = path.parent() else { return Ok(()) };
        folders.insert(parent.to_owned());
        if !parent.is_dir() {
            fs::create_dir_all(parent)
                .map_err(|error| self.write_failed("create", parent, key.as_str(), error))?;
            let above = parent.ancestors().skip(1).take_while(|folder| folder.starts_with(&self.root));
            folders.extend(above.map(Path::to_owned));
        }
        Ok(())
    }

    fn sync(&self, folders: &BTreeSet<PathBuf>) -> Result<(), ObjectError> {
        for folder in folders {
            let synced = File::open(folder).and_then(|open| open.sync_all());
            synced.map_err(|error| self.write_failed("sync", folder, "its entries", error))?;
        }
        Ok(())
    }

    fn same(&self, key: &Key, path: &Path, bytes: &[u8]) -> Result<Put, ObjectError> {
        let file = File::open(path).map_err(|error| failed("open", path, error))?;
        self.verdict(key, path, equal(file, bytes))
    }

    fn same_file(&self, key: &Key, path: &Path, other: &Path) -> Result<Put, ObjectError> {
        let file = File::open(path).map_err(|error| failed("open", path, error))?;
        let other = File::open(other).map_err(|error| failed("open", other, error))?;
        self.verdict(key, path, equal(file, other))
    }

    fn verdict(&self, key: &Key, path: &Path, equal: io::Result<bool>) -> Result<Put, ObjectError> {
        match equal {
            Ok(true) => Ok(Put::Present),
            Ok(false) => Err(ObjectError::Different(key.clone())),
            Err(error) => Err(failed("read", path, error)),
        }
    }
}

/// Do both yield the same bytes? Held a piece at a time.
fn equal(mut a: impl Read, mut b: impl Read) -> io::Result<bool> {
    let (mut from_a, mut from_b) = (Vec::new(), Vec::new());
    loop {
        from_a.clear();
        from_b.clear();
        a.by_ref().take(PIECE as u64).read_to_end(&mut from_a)?;
        b.by_ref().take(PIECE as u64).read_to_end(&mut from_b)?;
        if from_a != from_b {
            return Ok(false);
        }
        if from_a.is_empty() {
            return Ok(true);
        }
    }
}
