//! What is kept as objects, under which keys, and how it may be cached; what is announced and signed; delivery tokens.
//!
//! Objects never change once written, [announcements](announce) aside. Keys are made by [`Key`] alone, so that no text from
//! outside can name a file that is not an object.

pub mod announce;
pub mod cache;
mod error;
mod folder;
mod hash;
mod image;
pub mod image_tag;
mod key;
pub mod keys;
mod metadata;
mod s3;
pub mod signed;
pub mod statement;
mod store;
pub mod token;
pub mod under_way;

pub use error::ObjectError;
pub use folder::Folder;
pub use hash::{Hash, HashError, PictureHash};
pub use image::{Digest, ImageNameError, ImageTag, MAX_REPOSITORY, MAX_TAG, Repository};
pub use key::{Key, KeyError, KeyKind, TrackId, TrackIdError};
pub use metadata::{METADATA, Metadata, MetadataError};
pub use s3::{
    Addressing, Credentials, Fault, Location, LocationError, MAX_SECRET, MAX_SECRETS, S3Config, S3Limits,
    Secret, SecretsError, Who, fuzz_answer, machine_tls, secrets,
};
pub use store::{Object, Objects, Place, Put};
