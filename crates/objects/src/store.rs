use std::{
    fs::File,
    io,
    ops::Range,
    os::unix::fs::FileExt,
    path::{Path, PathBuf},
    sync::Arc,
};

use domain::{Clock, Rng};

use crate::{
    Folder, Key, ObjectError, S3Config,
    s3::{Remote, S3},
};

/// What became of a put.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Put {
    /// It is new.
    Written,
    /// It was there already, with the same content.
    Present,
}

/// What is known of where objects are kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// For people.
    pub name: String,
    /// Are writes refused whose condition does not hold? `None` when it was not asked. Without, two processes that write the
    /// same key, or announce, at the same instant may both succeed.
    pub conditional_writes: Option<bool>,
}

/// Where objects are kept: a folder, or a bucket of any store that speaks S3. Cheap to share by reference; every call blocks,
/// so async callers use a blocking thread.
#[derive(Debug)]
pub struct Objects(Backend);

#[derive(Debug)]
enum Backend {
    Folder(Folder),
    S3(Arc<S3>),
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

    /// Objects in a bucket. `local` is a folder for files in the making and for copies of what is mapped; made if it is not
    /// there. The bucket is not asked for anything yet: see [`Objects::check`].
    pub fn s3(
        config: S3Config,
        local: &Path,
        clock: Arc<dyn Clock>,
        rng: Arc<dyn Rng>,
    ) -> Result<Self, ObjectError> {
        S3::open(config, local, clock, rng).map(|s3| Self(Backend::S3(Arc::new(s3))))
    }

    /// Looks whether objects can be read and, if `writes`, written. For people who want to know.
    pub fn check(&self, writes: bool) -> Result<Place, ObjectError> {
        match &self.0 {
            Backend::Folder(folder) => {
                let name = folder.root().display().to_string();
                Ok(Place { name, conditional_writes: Some(true) })
            }
            Backend::S3(s3) => s3.check(writes),
        }
    }

    /// True when reading waits for a disk, not for a network.
    pub fn is_local(&self) -> bool {
        matches!(self.0, Backend::Folder(_))
    }

    /// Writes an object. Durable when this returns. Refuses other content under a key that exists.
    pub fn put(&self, key: &Key, bytes: &[u8]) -> Result<Put, ObjectError> {
        match &self.0 {
            Backend::Folder(folder) => folder.put(key, bytes),
            Backend::S3(s3) => s3.put(key, bytes),
        }
    }

    /// Writes many objects, cheaper than one by one. All are durable when this returns; after an error any of them may be there.
    pub fn put_all(&self, objects: &[(Key, &[u8])]) -> Result<Vec<Put>, ObjectError> {
        match &self.0 {
            Backend::Folder(folder) => folder.put_all(objects),
            Backend::S3(s3) => s3.put_all(objects),
        }
    }

    /// Makes an object out of a finished file, which is gone afterwards. No copy when the file lies in [`Objects::scratch`] of
    /// a folder. The file stays when a bucket is away.
    pub fn put_file(&self, key: &Key, file: &Path) -> Result<Put, ObjectError> {
        match &self.0 {
            Backend::Folder(folder) => folder.put_file(key, file),
            Backend::S3(s3) => s3.put_file(key, file),
        }
    }

    /// Replaces an announcement atomically: readers see the old or the new one, whole.
    pub fn replace(&self, key: &Key, bytes: &[u8]) -> Result<(), ObjectError> {
        match &self.0 {
            Backend::Folder(folder) => folder.replace(key, bytes),
            Backend::S3(s3) => s3.replace(key, bytes),
        }
    }

    /// Replaces an announcement by what `change` makes of it, or leaves it alone when that is `None`; nobody else changes it
    /// in between. `change` gets what [`Objects::get`] would say, and may be asked several times.
    pub(crate) fn update<E: From<ObjectError>>(
        &self,
        key: &Key,
        limit: u64,
        mut change: impl FnMut(Result<Vec<u8>, ObjectError>) -> Result<Option<Vec<u8>>, E>,
    ) -> Result<(), E> {
        match &self.0 {
            Backend::Folder(folder) => folder.update(key, || change(self.get(key, limit))),
            Backend::S3(s3) => s3.update(key, limit, change),
        }
    }

    /// Reads a whole object of at most `limit` bytes.
    pub fn get(&self, key: &Key, limit: u64) -> Result<Vec<u8>, ObjectError> {
        if let Backend::S3(s3) = &self.0 {
            return s3.get(key, limit);
        }
        let object = self.open(key)?;
        let length = object.len();
        if length > limit {
            return Err(ObjectError::TooLarge { key: key.clone(), length, limit });
        }
        self.read(key, &object, 0..length)
    }

    /// An announcement of a bucket as it was read last over this local folder: for a start while the bucket is away. It is
    /// signed, so that it counts as much as it did then.
    pub(crate) fn announced_last(&self, key: &Key, limit: u64) -> Option<Vec<u8>> {
        match &self.0 {
            Backend::Folder(_) => None,
            Backend::S3(s3) => s3.announced_last(key, limit),
        }
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
        object.read_at(range.start, &mut bytes).map_err(|error| match error.downcast::<ObjectError>() {
            Ok(error) => error,
            Err(source) => ObjectError::Io { action: "read", path: PathBuf::from(key.as_str()), source },
        })?;
        Ok(bytes)
    }

    /// Opens an object for reading in any order. Sections and headers of editions are local afterwards; of a bucket they were
    /// checked against their key when they were fetched, and damage since is the reader's to see.
    pub fn open(&self, key: &Key) -> Result<Object, ObjectError> {
        match &self.0 {
            Backend::Folder(folder) => folder.open_object(key),
            Backend::S3(s3) => s3.open_object(key),
        }
    }

    /// A whole object as a file of this machine, from its beginning: itself, or a copy that is gone when it is closed.
    pub fn to_file(&self, key: &Key) -> Result<File, ObjectError> {
        match &self.0 {
            Backend::Folder(folder) => folder.open_file(key).map(|(file, _)| file),
            Backend::S3(s3) => s3.to_file(key),
        }
    }

    /// Drops the local copy of an object, which was found to be damaged. True when it may now be opened anew: false when what
    /// was read is the object itself.
    pub fn forget_copy(&self, key: &Key) -> Result<bool, ObjectError> {
        match &self.0 {
            Backend::Folder(_) => Ok(false),
            Backend::S3(s3) => s3.local().forget(key).map(|()| true),
        }
    }

    /// The length of an object in bytes; `None` when it is not there.
    pub fn length(&self, key: &Key) -> Result<Option<u64>, ObjectError> {
        match &self.0 {
            Backend::Folder(folder) => folder.length(key),
            Backend::S3(s3) => s3.length(key),
        }
    }

    /// Every key that begins with `prefix` (`sections/`, `media/{asset}/`), in order.
    pub fn list(&self, prefix: &str) -> Result<Vec<Key>, ObjectError> {
        match &self.0 {
            Backend::Folder(folder) => folder.list(prefix),
            Backend::S3(s3) => s3.list(prefix),
        }
    }

    /// Deletes an object; it is no error when it is not there.
    pub fn delete(&self, key: &Key) -> Result<(), ObjectError> {
        match &self.0 {
            Backend::Folder(folder) => folder.delete(key),
            Backend::S3(s3) => s3.delete(key),
        }
    }

    /// The folder of this machine: the objects, or what is local of a bucket.
    fn local(&self) -> &Folder {
        match &self.0 {
            Backend::Folder(folder) => folder,
            Backend::S3(s3) => s3.local().folder(),
        }
    }

    /// A folder for files in the making that [`Objects::put_file`] takes over without copying.
    pub fn scratch(&self) -> &Path {
        self.local().scratch()
    }

    /// Deletes what an earlier process left in [`Objects::scratch`]. Only for whoever owns the data folder alone.
    pub fn clear_scratch(&self) -> Result<(), ObjectError> {
        self.local().clear_scratch()
    }
}

/// An object open for reading.
#[derive(Debug)]
pub struct Object {
    source: Source,
    length: u64,
}

#[derive(Debug)]
enum Source {
    File(File),
    Held(Vec<u8>),
    Remote(Box<Remote>),
}

impl Object {
    pub(crate) fn new(file: File, length: u64) -> Self {
        Self { source: Source::File(file), length }
    }

    pub(crate) fn held(bytes: Vec<u8>) -> Self {
        Self { length: bytes.len() as u64, source: Source::Held(bytes) }
    }

    pub(crate) fn remote(remote: Remote, length: u64) -> Self {
        Self { source: Source::Remote(Box::new(remote)), length }
    }

    /// Its length in bytes.
    pub fn len(&self) -> u64 {
        self.length
    }

    /// True when it has no bytes.
    pub fn is_empty(&self) -> bool {
        self.length == 0
    }

    /// Fills `into` from the byte `offset` on; fails when there is less (any number of threads may, at once). Each read of an
    /// object in a bucket is a request. The error of one holds an [`ObjectError`].
    pub fn read_at(&self, offset: u64, into: &mut [u8]) -> io::Result<()> {
        let within = offset.checked_add(into.len() as u64).is_some_and(|end| end <= self.length);
        match &self.source {
            Source::File(file) => file.read_exact_at(into, offset),
            _ if !within => Err(io::ErrorKind::UnexpectedEof.into()),
            Source::Held(bytes) => {
                let from = usize::try_from(offset).unwrap_or(usize::MAX);
                into.copy_from_slice(&bytes[from..from + into.len()]);
                Ok(())
            }
            Source::Remote(remote) => remote.read_at(offset, into).map_err(io::Error::other),
        }
    }

    /// True when each read is a request to an object store.
    pub fn is_remote(&self) -> bool {
        matches!(self.source, Source::Remote(_))
    }

    /// The file itself, for reads that do not wait and for memory maps. `None` when the object is not local.
    pub fn as_file(&self) -> Option<&File> {
        match &self.source {
            Source::File(file) => Some(file),
            _ => None,
        }
    }
}
