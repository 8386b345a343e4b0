use std::sync::OnceLock;

use bytes::Bytes;

use super::brotli;

/// What several bodies end in: hashed once, and compressed once by itself, to be joined to each front.
#[derive(Debug)]
pub struct Ending {
    plain: Bytes,
    hash: blake3::Hash,
    /// Made when it is first asked for.
    br: OnceLock<Option<Bytes>>,
}

impl Ending {
    /// These bytes.
    pub fn new(plain: impl Into<Bytes>) -> Self {
        let plain = plain.into();
        Self { hash: blake3::hash(&plain), plain, br: OnceLock::new() }
    }

    /// As they are.
    pub fn plain(&self) -> &Bytes {
        &self.plain
    }

    /// Bytes held at most, for bounding caches.
    pub fn weight(&self) -> usize {
        2 * self.plain.len()
    }

    pub(super) fn hash(&self) -> &blake3::Hash {
        &self.hash
    }

    pub(super) fn br(&self) -> Option<&Bytes> {
        self.br.get_or_init(|| brotli::ending(&self.plain).map(Bytes::from)).as_ref()
    }
}
