//! The control plane: import, ingest, publish.

pub mod import;
pub mod ingest;
