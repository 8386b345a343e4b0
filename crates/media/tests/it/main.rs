//! Properties against brute-force oracles, golden playlists, and the fuzzing corpus replayed.

mod builder;
mod corpus;
mod hls;
mod image;
mod index;
mod ladder;
mod mp4;
mod mp4_hostile;
mod samples;
mod storyboard;
mod svg;
mod vtt;
mod vtt_golden;
