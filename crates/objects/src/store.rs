use std::{
    fs::File,
    io,
    ops::Range,
    os::unix::fs::FileExt,
    path::{Path, PathBuf},
};

use crate::{Folder, Key, ObjectError};

/// What became of a put.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Put {
    /// It is new.
    Written,
    /// It was there already, with the same content.
    Present,
}

/// Where objects are kept. Cheap to share by reference; every call blocks, so async callers use a blocking thread.
///
/// A folder today; an S3 bucket joins as a second variant of the private enum, and callers do not change.
#[derive(Debug)]
pub struct Objects(Backend);

#[derive(Debug)]
enum Backend {
    Folder(Folder),
}

impl From<Folder> for Objects {
    fn from(folder: Folder) -> Self {
        Self(Backend::Folder(folder))
    }
}

impl Objects {
    /// Objects in a folder of the local file system; made if it is not there.
    pub fn folder(path: &Path) -> Result<Self, ObjectError> {
        Folder::open(path).map(Self::from)
    }

    /// Writes an object. Durable when this returns. Refuses other content under a key that exists.
    pub fn put(&self, key: &Key, bytes: &[u8]) -> Result<Put, ObjectError> {
        let Backend::Folder(folder) = &self.0;
        folder.put(key, bytes)
    }

    /// Writes many objects, cheaper than one by one. All are durable when this returns; after an error any of them may be there.
    pub fn put_all(&self, objects: &[(Key, &[u8])]) -> Result<Vec<Put>, ObjectError> {
        let Backend::Folder(folder) = &self.0;
        folder.put_all(objects)
    }

    /// Makes an object out of a finished file, which is gone afterwards. No copy when the file lies in [`Objects::scratch`].
    pub fn put_file(&self, key: &Key, file: &Path) -> Result<Put, ObjectError> {
        let Backend::Folder(folder) = &self.0;
        folder.put_file(key, file)
    }

    /// Replaces an announcement atomically: readers see the old or the new one, whole.
    pub fn replace(&self, key: &Key, bytes: &[u8]) -> Result<(), ObjectError> {
        let Backend::Folder(folder) = &self.0;
        folder.replace(key, bytes)
    }

    /// Runs `change` while no other process that asks for the same runs its own. For read-then-replace of an announcement.
    pub(crate) fn exclusively<T, E: From<ObjectError>>(
        &self,
        change: impl FnOnce() -> Result<T, E>,
    ) -> Result<T, E> {
        let Backend::Folder(folder) = &self.0;
        folder.exclusively(change)
    }

    /// Reads a whole object of at most `limit` bytes.
    pub fn get(&self, key: &Key, limit: u64) -> Result<Vec<u8>, ObjectError> {
        let object = self.open(key)?;
        let length = object.len();
        if length > limit {
            return Err(ObjectError::TooLarge { key: key.clone(), length, limit });
        }
        self.read(key, &object, 0..length)
    }

    /// Reads `range` of an object; all of it or an error.
    pub fn get_range(&self, key: &Key, range: Range<u64>) -> Result<Vec<u8>, ObjectError> {
        let object = self.open(key)?;
        if range.start > range.end || range.end > object.len() {
            let (from, to) = (range.start, range.end);
            return Err(ObjectError::Range { key: key.clone(), length: object.len(), from, to });
        }
        self.read(key, &object, range)
    }

    fn read(&self, key: &Key, object: &Object, range: Range<u64>) -> Result<Vec<u8>, ObjectError> {
        let mut bytes = vec![0; usize::try_from(range.end - range.start).unwrap_or(usize::MAX)];
        object.read_at(range.start, &mut bytes).map_err(|source| ObjectError::Io {
            action: "read",
            path: PathBuf::from(key.as_str()),
            source,
        })?;
        Ok(bytes)
    }

    /// Opens an object for reading in any order.
    pub fn open(&self, key: &Key) -> Result<Object, ObjectError> {
        let Backend::Folder(folder) = &self.0;
        folder.open_object(key)
    }

    /// The length of an object in bytes; `None` when it is not there.
    pub fn length(&self, key: &Key) -> Result<Option<u64>, ObjectError> {
        let Backend::Folder(folder) = &self.0;
        folder.length(key)
    }

    /// Every key that begins with `prefix` (`sections/`, `media/{asset}/`), in order.
    pub fn list(&self, prefix: &str) -> Result<Vec<Key>, ObjectError> {
        let Backend::Folder(folder) = &self.0;
        folder.list(prefix)
    }

    /// Deletes an object; it is no error when it is not there.
    pub fn delete(&self, key: &Key) -> Result<(), ObjectError> {
        let Backend::Folder(folder) = &self.0;
        folder.delete(key)
    }

    /// A folder for files in the making that [`Objects::put_file`] takes over without copying.
    pub fn scratch(&self) -> &Path {
        let Backend::Folder(folder) = &self.0;
        folder.scratch()
    }

    /// Deletes what an earlier process left in [`Objects::scratch`]. Only for whoever owns the data folder alone.
    pub fn clear_scratch(&self) -> Result<(), ObjectError> {
        let Backend::Folder(folder) = &self.0;
        folder.clear_scratch()
    }
}

/// An object open for reading.
#[derive(Debug)]
pub struct Object {
    file: File,
    length: u64,
}

impl Object {
    pub(crate) fn new(file: File, length: u64) -> Self {
        Self { file, length }
    }

    /// Its length in bytes.
    pub fn len(&self) -> u64 {
        self.length
    }

    /// True when it has no bytes.
    pub fn is_empty(&self) -> bool {
        self.length == 0
    }

    /// Fills `into` from the byte `offset` on; fails when there is less (`pread`, so any number of threads may).
    pub fn read_at(&self, offset: u64, into: &mut [u8]) -> io::Result<()> {
        self.file.read_exact_at(into, offset)
    }

    /// The file itself, for `sendfile` and memory maps. `None` when the object is not local.
    pub fn as_file(&self) -> Option<&File> {
        Some(&self.file)
    }

    /// The file itself, to keep. `None` when the object is not local.
    pub fn into_file(self) -> Option<File> {
        Some(self.file)
    }
}
