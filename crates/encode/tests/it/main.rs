//! Real files, real ffmpeg.

mod audio;
mod bad_masters;
mod clips;
mod process;
mod still;
mod storyboard;
mod video;
