use objects::{Hash, ObjectError, signed::SignedError};

use crate::MAX_IMAGES;

/// Why the catalogue was not read or changed. It is as it was before the call.
#[derive(Debug, thiserror::Error)]
pub enum GoldenError {
    /// The object store said no.
    #[error(transparent)]
    Object(#[from] ObjectError),
    /// The catalogue cannot be trusted.
    #[error("the catalogue of golden images: {0}")]
    Signed(#[from] SignedError),
    /// What is signed is no catalogue.
    #[error("the catalogue of golden images does not say which there are: {0}")]
    Content(#[from] serde_json::Error),
    /// The catalogue does not name it.
    #[error("there is no golden image {0}: `primetime image list` shows those there are")]
    Unknown(Hash),
    /// The catalogue names it, but it is not where it should be.
    #[error("golden image {0} is not among the objects any more: add it again")]
    Gone(Hash),
    /// A collection was broken off while it was deleting this image.
    #[error(
        "golden image {0} is being collected: run `primetime image collect` to its end, then add it again"
    )]
    Leaving(Hash),
    /// The name would not stand in a line.
    #[error("a release is called by 1 to 64 printable ASCII characters without spaces, as in `1.4.0`")]
    Release,
    /// Too many.
    #[error("there are {MAX_IMAGES} golden images: run `primetime image collect` first")]
    Full,
    /// The image's file could not be read.
    #[error("cannot read the image")]
    File(#[from] std::io::Error),
}
