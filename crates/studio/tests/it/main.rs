//! Studio's integration tests: one binary.

#![allow(clippy::unwrap_used, reason = "helpers of tests, which may")]

mod api;
mod import_errors;
mod import_properties;
mod import_reads;
mod ingest;
mod kit;
mod masters;
mod publishing;
