use std::{
    collections::BTreeSet,
    fs::{self, File},
    io::{self, Read, Write},
    panic::resume_unwind,
    path::{Path, PathBuf},
    thread,
};

use rustix::{
    fs::{CWD, RenameFlags, renameat_with},
    io::Errno,
};

use super::{Folder, failed};
use crate::{Key, KeyKind, ObjectError, Put};

/// How much of a file is held at a time when two are compared or one is copied.
const PIECE: usize = 256 * 1024;

/// How many files are written before they are synced together.
const AT_ONCE: usize = 512;

/// Threads that wait for the disk when many files are synced.
const SYNC_THREADS: usize = 8;

/// A file on its way to its name; deleted when dropped, unless it got there.
struct Scratch<'a> {
    key: &'a Key,
    bytes: &'a [u8],
    path: PathBuf,
}

impl Drop for Scratch<'_> {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.path);
    }
}

impl Folder {
    pub(crate) fn put(&self, key: &Key, bytes: &[u8]) -> Result<Put, ObjectError> {
        self.put_all(&[(key.clone(), bytes)]).map(|puts| puts.into_iter().next().unwrap_or(Put::Present))
    }

    pub(crate) fn put_all(&self, objects: &[(Key, &[u8])]) -> Result<Vec<Put>, ObjectError> {
        let mut puts = Vec::with_capacity(objects.len());
        for some in objects.chunks(AT_ONCE) {
            self.put_some(some, &mut puts)?;
        }
        Ok(puts)
    }

    fn put_some(&self, objects: &[(Key, &[u8])], puts: &mut Vec<Put>) -> Result<(), ObjectError> {
        let mut folders = BTreeSet::new();
        let (mut new, mut seen) = (Vec::new(), BTreeSet::new());
        for (key, bytes) in objects {
            let path = self.path(key);
            if path.exists() {
                self.same(key, &path, bytes)?;
                // Whoever wrote it may have died before its name was synced.
                folders.extend(path.parent().map(Path::to_owned));
            } else if seen.insert(key) {
                new.push(Scratch { key, bytes, path: self.scratch_file() });
            }
        }
        // From here on scratch files are deleted when they are dropped, whatever happens.
        new.iter().try_for_each(|scratch| self.write(scratch))?;
        self.sync_all(&new)?;
        let mut written = BTreeSet::new();
        for scratch in &new {
            let same = |path: &Path| self.same(scratch.key, path, scratch.bytes);
            if self.place(scratch.key, &scratch.path, &self.path(scratch.key), &mut folders, same)?
                == Put::Written
            {
                written.insert(scratch.key);
            }
        }
        self.sync(&folders)?;
        // A key that is named twice is new once.
        puts.extend(
            objects.iter().map(|(key, _)| if written.remove(key) { Put::Written } else { Put::Present }),
        );
        Ok(())
    }

    fn write(&self, scratch: &Scratch<'_>) -> Result<(), ObjectError> {
        let written = File::create_new(&scratch.path).and_then(|mut file| file.write_all(scratch.bytes));
        written.map_err(|error| self.write_failed("write", &scratch.path, scratch.key.as_str(), error))
    }

    /// Syncs files from several threads: the file system's journal then takes many of them in one go.
    fn sync_all(&self, files: &[Scratch<'_>]) -> Result<(), ObjectError> {
        let share = files.len().div_ceil(SYNC_THREADS).max(1);
        let sync_some = |files: &[Scratch<'_>]| {
            files.iter().try_for_each(|scratch| {
                let synced = File::open(&scratch.path).and_then(|file| file.sync_all());
                synced.map_err(|error| self.write_failed("sync", &scratch.path, scratch.key.as_str(), error))
            })
        };
        if files.len() < 2 {
            return sync_some(files);
        }
        thread::scope(|scope| {
            let threads: Vec<_> = files.chunks(share).map(|some| scope.spawn(|| sync_some(some))).collect();
            // A panic of one is a panic here: there is nothing to go on with.
            threads
                .into_iter()
                .try_for_each(|thread| thread.join().unwrap_or_else(|panic| resume_unwind(panic)))
        })
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
        let scratch = [Scratch { key, bytes, path: self.scratch_file() }];
        self.write(&scratch[0])?;
        self.sync_all(&scratch)?;
        fs::rename(&scratch[0].path, &path)
            .map_err(|error| self.write_failed("rename to", &path, key.as_str(), error))?;
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
