//! Profiles, positions and the playback decision.
