use std::{
    fmt::Write as _,
    fs::File,
    io::{self, Read, Write},
    path::Path,
};

use oci_spec::image::Digest;
use sha2::{Digest as _, Sha256};

use crate::{ReleaseError, error::At};

/// SHA-256 of these bytes, as image formats write it (`sha256:…`).
pub fn digest_of(bytes: &[u8]) -> Digest {
    named(Sha256::new_with_prefix(bytes))
}

/// SHA-256 and length in bytes of a file, read in pieces.
pub(crate) fn digest_of_file(path: &Path) -> Result<(Digest, u64), ReleaseError> {
    let mut file = File::open(path).at("open", path)?;
    let mut counted = Counted::new(io::sink());
    let mut piece = vec![0; 1 << 20];
    loop {
        match file.read(&mut piece).at("read", path)? {
            0 => break,
            n => counted.write_all(&piece[..n]).at("read", path)?,
        }
    }
    let (_, digest, length) = counted.finish();
    Ok((digest, length))
}

/// Passes on what is written to it, and knows the digest and length of it in the end.
pub(crate) struct Counted<W> {
    to: W,
    hash: Sha256,
    length: u64,
}

impl<W: Write> Counted<W> {
    pub fn new(to: W) -> Self {
        Self { to, hash: Sha256::new(), length: 0 }
    }

    pub fn finish(self) -> (W, Digest, u64) {
        (self.to, named(self.hash), self.length)
    }
}

impl<W: Write> Write for Counted<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let n = self.to.write(bytes)?;
        self.hash.update(&bytes[..n]);
        self.length += n as u64;
        Ok(n)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.to.flush()
    }
}

fn named(hash: Sha256) -> Digest {
    let mut text = String::from("sha256:");
    for byte in hash.finalize() {
        let _ = write!(text, "{byte:02x}"); // writing to a String cannot fail
    }
    Digest::try_from(text).expect("64 lower-case hexadecimal digits are a digest")
}
