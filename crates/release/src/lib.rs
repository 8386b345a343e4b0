//! What a release is: a binary in, container images, a bill of materials and a signed manifest out; the same in, the same bytes
//! out.
//!
//! ```text
//! primetime-0.1.0-3ad7ac1b90f2/
//!   release.json     the manifest, signed: what belongs to the release, every file by size and digest
//!   bom.cdx.json     the bill of materials (CycloneDX 1.5)
//!   primetime        the binary, for hosts that run processes
//!   images/          one OCI image layout with two images: primetime, primetime-work
//! ```

mod bom;
mod build;
mod collect;
mod contents;
pub mod debian;
mod digest;
mod draft;
pub mod elf;
mod error;
mod fetch;
mod forget;
mod image;
mod layout;
mod machine;
mod manifest;
mod parts;
mod push;
mod source;
mod tree;
mod verify;

pub use bom::BOM_FILE;
pub use build::{Inputs, Outcome, build};
pub use collect::{Collected, Collecting, Fate, Gone, Pushed, YOUNG, staying};
pub use contents::{GROUP, TOOLS, USER};
pub use digest::digest_of;
pub use error::ReleaseError;
pub use fetch::{GoOn, MAX_FETCHED, Needed, fetch};
pub use forget::{fetched, forget};
pub use layout::{IMAGES_DIR, Layout};
pub use machine::{DISK_FILE, FILES_FILE, MACHINE_FILE, Machine, machine, machine_dir};
pub use manifest::{BINARY_FILE, Image, Manifest, Part, RELEASE_FILE, fuzz_manifest};
pub use oci_spec::image::Digest;
pub use push::{Pushing, Sent};
pub use source::Source;
pub use tree::{Content, Layer, Tree};
pub use verify::{binary, image_ids, verify};
