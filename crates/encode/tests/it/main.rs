//! Real files, real ffmpeg.

mod audio;
mod bad_masters;
mod clips;
mod hls;
mod kill;
mod process;
mod still;
mod storyboard;
mod video;
