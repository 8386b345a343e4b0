//! The crate as others use it: releases are made, made again, changed and refused.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod collect;
mod forget;
mod layers;
mod machines;
mod manifests;
mod releases;
mod store;
