//! Bytes of an immutable object, where they lie: the one place that maps files into memory.

use std::ops::Deref;

use objects::Object;

/// A section's bytes.
#[derive(Debug)]
pub(crate) enum Bytes {
    /// A local file, mapped: only pages that are touched take memory, and the kernel may take them back.
    Map(memmap2::Mmap),
    /// Held: the object is not local, or could not be mapped.
    Held(Box<[u8]>),
}

impl Bytes {
    /// Maps the object, or keeps a copy of what was read of it.
    pub(crate) fn new(object: Object, read: &[u8]) -> Self {
        if read.is_empty() {
            return Bytes::Held(Box::default());
        }
        match object.as_file().map(map) {
            Some(Ok(map)) if map.len() == read.len() => Bytes::Map(map),
            // Out of maps, or a file system without them: memory does as well.
            _ => Bytes::Held(read.into()),
        }
    }
}

fn map(file: &std::fs::File) -> std::io::Result<memmap2::Mmap> {
    // SAFETY: the file is an object of the platform's own folder. Objects are complete before they get their name, and are
    // never written or truncated afterwards, only unlinked, which leaves the mapping whole. Nothing is held as `str` beyond
    // one call without being checked again, so that a file changed by force shows wrong text but breaks no invariant here.
    unsafe { memmap2::MmapOptions::new().map(file) }
}

impl Deref for Bytes {
    type Target = [u8];
    fn deref(&self) -> &[u8] {
        match self {
            Bytes::Map(map) => map,
            Bytes::Held(bytes) => bytes,
        }
    }
}
