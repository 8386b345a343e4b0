//! A read-only, pull-through OCI registry (OCI Distribution Specification 1.1) over the object store, for one host.
//!
//! ```text
//! /v2/                                    is this a registry?
//! /v2/{repository}/manifests/{reference}  by tag or digest
//! /v2/{repository}/blobs/{digest}         whole or in part
//! /v2/{repository}/tags/list
//! ```
//!
//! A container engine on the host pulls from `127.0.0.1`; what is not on the disk comes from the store or from other hosts'
//! registries, piece by piece, and is passed on while it comes. Whatever its source, it is hashed: nobody gets the last
//! bytes of a blob that is not what its digest says. [`push::push`] is the only writer, where releases are built.

mod body;
mod disk;
mod error;
mod fetch;
mod flight;
mod hash;
pub mod limits;
mod manifests;
mod path;
mod peers;
pub mod push;
mod registry;
mod router;
mod stats;
mod tags;
mod upstream;

pub use error::FetchError;
pub use limits::RegistryLimits;
pub use path::fuzz_path;
pub use peers::{
    PeerAddress, PeerError,
    names::{EVERY, Names, PeerName, Resolve, system as resolver},
};
pub use registry::{Registry, RegistryParts};
pub use router::router;
