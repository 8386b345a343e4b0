//! The only starter of ffmpeg.
