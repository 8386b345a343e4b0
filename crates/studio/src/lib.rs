//! The control plane: import, ingest, publish.

pub mod import;
pub mod ingest;
mod permission;

pub mod publish;
pub use permission::{Denied, Permission, Staff, StaffToken};
