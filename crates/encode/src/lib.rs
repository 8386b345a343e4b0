//! The only starter of ffmpeg and ffprobe.
//!
//! An [`Encoder`] probes masters and makes tracks, storyboards and stills from them, one ffmpeg process per call. Each
//! process leads a process group of its own, gets no standard input, no environment and no network, and dies with the
//! future that started it, and with this process, even on `kill -9`.
//!
//! Output is written beside the path given, with `.part` appended, and renamed when it is whole and has been checked. A call
//! that fails or is dropped leaves nothing behind. Two calls may not share an output path at one time.
//!
//! # The same bytes each time
//! The bytes of a track depend on the master, the rung, [`RECIPE`] and the versions of ffmpeg and x264, on nothing else: not
//! on the machine's cores, nor on [`Config::threads`]. x264's frame threads together with a buffer limit (VBV) do not hold
//! that: rate control then looks at how far other frames happen to have got. So frames are cut in [`X264_THREADS`] slices
//! that are encoded side by side.

mod audio;
mod config;
mod error;
mod filter;
mod input;
mod probe;
mod process;
mod progress;
mod run;
mod scratch;
mod still;
mod storyboard;
mod tail;
mod video;

use std::sync::Arc;

pub use audio::AUDIO_BITRATE;
pub use config::{Config, Limits};
pub use error::{EncodeError, Fault};
pub use probe::{AudioStream, Probe, Transfer, VideoStream};
pub use still::StillFormat;
pub use storyboard::Frames;
pub use video::X264_THREADS;

/// The number of this way of encoding. Raised whenever the same master would give other bytes, so that assets made before
/// keep their names.
pub const RECIPE: u32 = 1;
/// Time from keyframe to keyframe, microseconds.
pub const KEYFRAME_US: u64 = 2_000_000;
/// Aim for the length of segments, microseconds.
pub const SEGMENT_US: u64 = 4_000_000;

/// Starts ffmpeg and ffprobe. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Encoder {
    config: Arc<Config>,
}

impl Encoder {
    /// An encoder with these programs and limits. Nothing is started yet; see [`Encoder::check`].
    pub fn new(config: Config) -> Self {
        Self { config: Arc::new(config) }
    }

    /// Starts both programs once and makes sure that they can do what is asked of them; the answer is ffmpeg's version.
    ///
    /// # Errors
    /// [`EncodeError::Program`] when one is missing, [`EncodeError::Codec`] when it lacks the H.264 or AAC encoder.
    pub async fn check(&self) -> Result<String, EncodeError> {
        let version = run::capture(&self.config, run::Program::Ffprobe, vec!["-version".into()]).await?;
        let encoders = vec!["-hide_banner".into(), "-encoders".into()];
        let encoders = run::capture(&self.config, run::Program::Ffmpeg, encoders).await?;
        let encoders = String::from_utf8_lossy(&encoders.stdout);
        for needed in ["libx264", "aac", "mjpeg", "png"] {
            if !encoders.lines().any(|line| line.split_whitespace().nth(1) == Some(needed)) {
                return Err(EncodeError::Codec(needed));
            }
        }
        let version = String::from_utf8_lossy(&version.stdout);
        Ok(version.lines().next().and_then(|l| l.split_whitespace().nth(2)).unwrap_or("unknown").to_owned())
    }
}
