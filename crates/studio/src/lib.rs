//! The control plane: import, ingest, publish.

pub mod import;
pub mod ingest;
mod permission;

pub use permission::{Denied, Permission, Staff, StaffToken};
