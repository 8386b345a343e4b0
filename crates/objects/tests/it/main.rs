//! Objects as their users see them: real folders, real signatures.

#![allow(clippy::unwrap_used)]

mod announcements;
mod folder;
mod image_tags;
mod tokens;
