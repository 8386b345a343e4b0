//! Typed object keys, cache policy, announcements, delivery tokens.
