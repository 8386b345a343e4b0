//! Studio's integration tests: one binary.

mod api;
mod import_errors;
mod import_properties;
mod import_reads;
mod ingest;
mod kit;
mod masters;
mod publishing;
