use std::{io, path::PathBuf};

use crate::{Fault, Key};

/// Why an object could not be read or written. The store is as it was before the call.
#[derive(Debug, thiserror::Error)]
pub enum ObjectError {
    /// There is no such object.
    #[error("there is no object `{0}`")]
    Missing(Key),
    /// Objects never change, and another one has this key.
    #[error("object `{0}` exists with other content, and objects never change")]
    Different(Key),
    /// Only announcements are replaced.
    #[error("object `{0}` is not an announcement: it cannot be replaced")]
    NotReplaceable(Key),
    /// It holds more bytes than the reader is ready for.
    #[error("object `{key}` is {length} bytes long, more than the {limit} expected at most")]
    TooLarge {
        /// Which.
        key: Key,
        /// Its length in bytes.
        length: u64,
        /// The reader's limit in bytes.
        limit: u64,
    },
    /// A range that does not lie inside the object.
    #[error("object `{key}` is {length} bytes long: there are no bytes {from}..{to}")]
    Range {
        /// Which.
        key: Key,
        /// Its length in bytes.
        length: u64,
        /// First byte wanted.
        from: u64,
        /// One past the last byte wanted.
        to: u64,
    },
    /// The disk is full (or over quota): nothing was written.
    #[error(
        "no space left under {folder} for `{what}`: free some, or move the data folder; nothing was written"
    )]
    Full {
        /// The object folder.
        folder: PathBuf,
        /// What was being written.
        what: String,
    },
    /// The object store did not do it.
    #[error("cannot {action} `{what}`: {fault}")]
    Store {
        /// What was tried.
        action: &'static str,
        /// On which object or prefix.
        what: String,
        /// Why not, and what to do.
        fault: Box<Fault>,
    },
    /// What the store was told cannot be used.
    #[error("the object store cannot be used: {0}")]
    Setting(String),
    /// The operating system said no.
    #[error("cannot {action} {path}")]
    Io {
        /// What was tried.
        action: &'static str,
        /// On which file.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
}

impl ObjectError {
    /// True when the object is simply not there.
    pub fn is_missing(&self) -> bool {
        matches!(self, ObjectError::Missing(_))
    }

    /// True when the store is away for the moment: the same call may do in a while, and nothing is known to be wrong.
    pub fn is_away(&self) -> bool {
        matches!(self, ObjectError::Store { fault, .. } if fault.is_away())
    }
}
