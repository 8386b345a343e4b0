//! The control plane: import, ingest, publish.

pub mod http;
pub mod import;
pub mod ingest;
pub mod jobs;
mod permission;

pub mod progress;
pub mod publish;
pub use permission::{Denied, Permission, Staff, StaffToken};
