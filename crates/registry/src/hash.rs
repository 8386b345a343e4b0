//! SHA-256, over memory and files.

use std::{fs::File, io, os::unix::fs::FileExt};

use objects::Digest;
use sha2::{Digest as _, Sha256};

use crate::limits::CHUNK;

/// Takes bytes in order, and says what their digest is.
#[derive(Clone, Default)]
pub(crate) struct Hasher(Sha256);

impl Hasher {
    /// The next bytes.
    pub fn add(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    /// The next bytes, read from a file.
    pub fn add_file(&mut self, file: &File, from: u64, to: u64) -> io::Result<()> {
        let mut buffer = vec![0; CHUNK as usize];
        let mut at = from;
        while at < to {
            let part = &mut buffer[..(to - at).min(CHUNK) as usize];
            file.read_exact_at(part, at)?;
            self.0.update(&*part);
            at += part.len() as u64;
        }
        Ok(())
    }

    /// The digest of all.
    pub fn digest(self) -> Digest {
        Digest(self.0.finalize().into())
    }
}

/// The digest of these bytes.
pub(crate) fn of(bytes: &[u8]) -> Digest {
    let mut hasher = Hasher::default();
    hasher.add(bytes);
    hasher.digest()
}

/// The digest of a file's first `size` bytes.
pub(crate) fn of_file(file: &File, size: u64) -> io::Result<Digest> {
    let mut hasher = Hasher::default();
    hasher.add_file(file, 0, size)?;
    Ok(hasher.digest())
}
