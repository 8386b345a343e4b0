//! HLS playlists from a media index (RFC 8216bis, "HTTP Live Streaming 2nd Edition").
//!
//! URIs are relative to the playlist: the multivariant playlist lies beside `{track}.m3u8`, a media playlist names
//! `{track}/init.mp4` and `{track}/{n}.m4s` (n from 0), a subtitle playlist names `{track}.vtt`.

mod attributes;
mod language;
mod master;
mod playlist;

pub use language::language_name;
pub use master::{MasterOptions, master};
pub use playlist::{TrackView, media_playlist, text_playlist};
