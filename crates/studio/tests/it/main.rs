//! Studio's integration tests: one binary.

mod import_errors;
mod import_properties;
mod import_reads;
mod ingest;
mod kit;
