use std::{
    io,
    path::{Path, PathBuf},
};

use objects::{ImageNameError, ObjectError, signed::SignedError};
use oci_spec::image::Digest;

/// Why a release was not made, or is not believed.
#[derive(Debug, thiserror::Error)]
pub enum ReleaseError {
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
    /// A program that is asked for facts (git, cargo, dpkg-query) gave none.
    #[error("`{command}` gave no answer: {why}")]
    Command {
        /// What was run.
        command: String,
        /// Its own words.
        why: String,
    },
    /// The checkout has changes that no commit names.
    #[error(
        "the checkout has changes that are in no commit, so that nobody could build this release again: \
         commit them, or say --allow-dirty and get a release that says so ({0})"
    )]
    Dirty(String),
    /// Not a program of this machine's kind.
    #[error("{path} cannot be read as an ELF program: {why}")]
    Elf {
        /// Which file.
        path: PathBuf,
        /// What is wrong with it.
        why: String,
    },
    /// A shared library that is nowhere.
    #[error(
        "{user} needs {library}, which is in no library folder of this machine: install its Debian package"
    )]
    Library {
        /// Who needs it.
        user: PathBuf,
        /// Its name (`DT_NEEDED`).
        library: String,
    },
    /// A file whose origin nobody could name later.
    #[error("no Debian package has the file {0}: only what has a name and a version goes into an image")]
    Unowned(PathBuf),
    /// A part could not be put into words of its format.
    #[error("{what} cannot be written: {why}")]
    Format {
        /// Which document.
        what: &'static str,
        /// What the library says.
        why: String,
    },
    /// Another release has this name.
    #[error(
        "{path} holds another build of the same release, and {differs} differs: a build that is not reproducible"
    )]
    Differs {
        /// The folder.
        path: PathBuf,
        /// The first file that differs.
        differs: String,
    },
    /// The manifest is not signed by anybody who is trusted.
    #[error("release.json: {0}")]
    Signed(#[from] SignedError),
    /// What is signed is no manifest, or one of a later format.
    #[error("release.json does not describe a release: {0}")]
    Manifest(String),
    /// A machine image that nobody who is trusted vouches for.
    #[error("{path} does not describe a machine image: {why}")]
    Machine {
        /// Which file.
        path: PathBuf,
        /// What is wrong with it.
        why: String,
    },
    /// A file is not the one that was signed for.
    #[error("{path} has been changed: its digest is {found}, and {expected} was signed")]
    Digest {
        /// Which, within the release.
        path: String,
        /// As signed.
        expected: Digest,
        /// As found.
        found: Digest,
    },
    /// A file of another length cannot be the one that was signed for.
    #[error("{path} has been changed: it has {found} bytes, and {expected} were signed")]
    Size {
        /// Which, within the release.
        path: String,
        /// As signed, in bytes.
        expected: u64,
        /// As found, in bytes.
        found: u64,
    },
    /// A file is gone.
    #[error("{0} belongs to the release and is not there")]
    Missing(String),
    /// A file that nobody signed for.
    #[error("{0} does not belong to the release")]
    Extra(String),
    /// A name that no release in the store can have.
    #[error("`{name}` is no name of a release that hosts can fetch: {why}")]
    Name {
        /// As it was said.
        name: String,
        /// The rule that it breaks.
        why: ImageNameError,
    },
    /// A name means one release for ever.
    #[error(
        "the store has another release of the name {0}, and hosts may run it: nothing was changed; build under another name"
    )]
    Taken(String),
    /// Nobody has pushed it.
    #[error("the store has no release {0}: `primetime release push` puts it there")]
    NotPushed(String),
    /// What lies in the store by a name was signed under another one.
    #[error("what the store has by the name {name} is the release {found}")]
    Misnamed {
        /// What was asked for.
        name: String,
        /// As signed.
        found: String,
    },
    /// More than a host reads, whoever signed it.
    #[error("{path} is said to have {size} bytes, more than a release may ({limit})")]
    TooLarge {
        /// Which, within the release.
        path: String,
        /// As signed, in bytes.
        size: u64,
        /// In bytes.
        limit: u64,
    },
    /// It was no longer wanted, or took too long.
    #[error("it was given up: {0}")]
    GivenUp(String),
    /// The object store did not do it.
    #[error(transparent)]
    Object(#[from] ObjectError),
    /// The images are not the ones that the manifest names.
    #[error("image {name}: {why}")]
    Image {
        /// Which.
        name: String,
        /// What does not fit.
        why: String,
    },
}

/// Adds to an I/O error what was tried, and on which file.
pub(crate) trait At<T> {
    fn at(self, action: &'static str, path: &Path) -> Result<T, ReleaseError>;
}

impl<T> At<T> for io::Result<T> {
    fn at(self, action: &'static str, path: &Path) -> Result<T, ReleaseError> {
        self.map_err(|source| ReleaseError::Io { action, path: path.to_owned(), source })
    }
}
