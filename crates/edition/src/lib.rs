//! The immutable edition: format, writer, loader, follower.
