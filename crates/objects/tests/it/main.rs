//! Objects as their users see them: real folders, real signatures.

mod announcements;
mod folder;
mod tokens;
