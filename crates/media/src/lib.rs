//! Media formats: bytes in, bytes out.
//!
//! Nothing here opens a file, reads a clock or starts a program. Every parser takes outside bytes, has its limits as named
//! constants, and answers with a typed error; each has a fuzz target in [`fuzz`].
//!
//! | module | what |
//! |---|---|
//! | [`mp4`] | find the segments of a fragmented CMAF track file |
//! | [`index`] | the media index of an asset: neutral to the delivery format, HLS is made from it now, DASH can be |
//! | [`hls`] | playlists from a media index (RFC 8216bis) |
//! | [`vtt`] | WebVTT and SubRip in, canonical WebVTT out |
//! | [`ladder`] | which rungs a source gets |
//! | [`storyboard`] | previews on the seek bar |
//! | [`image`] | pictures: decode within limits, rasterise, resize, encode |

pub mod fuzz;
pub mod hls;
pub mod image;
pub mod index;
pub mod ladder;
pub mod mp4;
pub mod storyboard;
pub mod vtt;
