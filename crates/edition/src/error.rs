use objects::{Hash, Key, ObjectError, announce::AnnounceError};

/// Why an edition was not opened.
#[derive(Debug, thiserror::Error)]
pub enum EditionError {
    /// Which edition is the newest is not known.
    #[error("the newest edition is not known: {0}")]
    Announcement(#[from] AnnounceError),
    /// What is taken down is not known, and never was: nothing is shown that might be.
    #[error("what is taken down is not known: {0}")]
    Takedowns(#[source] AnnounceError),
    /// An object of it cannot be read.
    #[error("part of the edition cannot be read: {0}")]
    Object(#[from] ObjectError),
    /// An object's bytes are not those that were published.
    #[error("`{key}` is damaged: {why}")]
    Damaged {
        /// Which object.
        key: Key,
        /// In what way.
        why: String,
    },
    /// It needs a newer program.
    #[error("the edition has format {format} and needs a reader of {least_reader}; this program reads up to {READS}: update it", READS = crate::READS)]
    Newer {
        /// The format that it was written in.
        format: u32,
        /// The least reader that understands it.
        least_reader: u32,
    },
    /// Its sections do not fit together.
    #[error("the edition does not hold together: {0}")]
    Incomplete(String),
    /// An older edition was announced. Numbers only grow: a rollback is old content under a new number.
    #[error("edition {announced} is announced, but edition {open} is open, and numbers only grow")]
    Older {
        /// The number that is open.
        open: u64,
        /// The number that is announced.
        announced: u64,
    },
}

impl EditionError {
    pub(crate) fn damaged(key: Key, why: impl ToString) -> Self {
        EditionError::Damaged { key, why: why.to_string() }
    }
}

/// Why an edition was not built. Sections written before the error are harmless: nothing names them.
#[derive(Debug, thiserror::Error)]
pub enum BuildError {
    /// The object store said no.
    #[error(transparent)]
    Object(#[from] ObjectError),
    /// Two titles or episodes with one id.
    #[error("two titles have the id `{0}`")]
    DuplicateTitle(String),
    /// Two brands with one id or one host.
    #[error("two brands have the id or host `{0}`")]
    DuplicateBrand(String),
    /// The windows of a brand tell more audiences apart than a number can.
    #[error("the windows of brand `{brand}` tell too many audiences apart: {what}")]
    TooManyAudiences {
        /// Which brand.
        brand: String,
        /// Territories, plans or ages, and how many.
        what: String,
    },
    /// More than a section can hold.
    #[error("section {kind} {hash:?} would have {length} bytes, more than {limit}")]
    TooLarge {
        /// What kind of section.
        kind: &'static str,
        /// Its hash, if it came that far.
        hash: Option<Hash>,
        /// Its length in bytes.
        length: u64,
        /// The limit in bytes.
        limit: u64,
    },
    /// A value that cannot be written as JSON.
    #[error("{what} cannot be written: {why}")]
    Json {
        /// Which value.
        what: String,
        /// Why not.
        why: String,
    },
}
