//! What a master holds, and whether it can be encoded.

use std::path::Path;

use media::ladder::{MIN_SIDE, Source, ladder};
use serde::{Deserialize, Serialize};
use tokio::io::AsyncReadExt as _;

use crate::error::EncodeError;
use crate::run::{Output, Program, run};
use crate::{Encoder, input};

mod json;
mod refuse;

/// A master that can be encoded.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Probe {
    /// Container, in ffmpeg's words.
    pub format: String,
    /// Bytes of the file.
    pub bytes: u64,
    /// Running time of the picture, microseconds.
    pub duration_us: u64,
    /// The picture.
    pub video: VideoStream,
    /// Sound tracks, in the file's order, the default one first. Often empty.
    pub audio: Vec<AudioStream>,
}

/// The video stream.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct VideoStream {
    /// Its number in the file.
    pub index: u32,
    /// Codec, in ffmpeg's words.
    pub codec: String,
    /// Pixels as shown: rotated, and stretched to square pixels.
    pub width: u32,
    /// Pixels as shown.
    pub height: u32,
    /// Frames per second as a fraction: the average, or a common rate within 1% of it.
    pub fps: (u32, u32),
    /// Made of two half pictures each.
    pub interlaced: bool,
    /// How its numbers stand for light.
    #[serde(default)]
    pub transfer: Transfer,
}

/// How a picture's numbers stand for light.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Transfer {
    /// Standard dynamic range, or unknown.
    #[default]
    Standard,
    /// High dynamic range by SMPTE ST 2084.
    Pq,
    /// High dynamic range by ARIB STD-B67.
    Hlg,
}

/// A sound stream.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AudioStream {
    /// Its number in the file.
    pub index: u32,
    /// Codec, in ffmpeg's words.
    pub codec: String,
    /// Number of channels.
    pub channels: u32,
    /// Samples per second.
    pub sample_rate: u32,
    /// The language that the file names, as it writes it (often ISO 639-2, such as `kor`).
    pub lang: Option<String>,
}

impl Probe {
    /// What the ladder depends on.
    pub fn source(&self) -> Source {
        Source { width: self.video.width, height: self.video.height, fps: self.video.fps }
    }
}

impl Encoder {
    /// Reads a master's headers and its last seconds, and refuses what cannot be encoded.
    ///
    /// # Errors
    /// [`crate::Fault::Master`] kinds when the editor has to send another file; the others when the machine is at fault.
    pub async fn probe(&self, master: &Path) -> Result<Probe, EncodeError> {
        let unreadable = |source| EncodeError::Unreadable { path: master.to_owned(), source };
        let bytes = tokio::fs::metadata(master).await.map_err(unreadable)?.len();
        let file = tokio::fs::File::open(master).await.map_err(unreadable)?;
        if bytes == 0 {
            return Err(EncodeError::Empty);
        }
        let mut head = Vec::new();
        file.take(refuse::HEAD as u64).read_to_end(&mut head).await.map_err(unreadable)?;
        let show = ["-show_entries", json::ENTRIES, "-of", "json"];
        let output = self.ffprobe(master, &show).await?;
        if !output.status.success() {
            return Err(refuse::unreadable(&head, output.log));
        }
        if refuse::riff_cut(&head, bytes) {
            return Err(EncodeError::Truncated {
                log: "the RIFF header says that the file is longer".into(),
            });
        }
        let probe = json::read(&output.stdout, bytes, &self.config.limits)?;
        let VideoStream { width, height, .. } = probe.video;
        if width < MIN_SIDE || height < MIN_SIDE {
            return Err(EncodeError::TooSmall { width, height, min: MIN_SIDE });
        }
        if ladder(&probe.source()).is_empty() {
            return Err(EncodeError::TooNarrow { width, height });
        }
        let limit = self.config.limits.max_pixels;
        if u64::from(width) * u64::from(height) > limit {
            return Err(EncodeError::TooManyPixels { width, height, limit });
        }
        let limit = self.config.limits.max_duration_us;
        if probe.duration_us > limit {
            return Err(EncodeError::TooLong { us: probe.duration_us, limit });
        }
        self.whole(master).await?;
        Ok(probe)
    }

    /// Makes sure that the file's last seconds are there: a header may promise more than the file has.
    async fn whole(&self, master: &Path) -> Result<(), EncodeError> {
        let all =
            self.ffprobe(master, &["-show_entries", "format=duration,start_time", "-of", "json"]).await?;
        let Some((start, duration)) = json::span(&all.stdout) else { return Ok(()) };
        // From ten seconds before the end: keyframes may be rare, and reading begins at the one before.
        let from = format!("{:.3}%", (start + duration - 10.0).max(start));
        let show = [
            "-read_intervals",
            &from,
            "-show_entries",
            "packet=pts_time,dts_time,duration_time",
            "-of",
            "csv=p=0",
        ];
        let output = self.ffprobe(master, &show).await?;
        let last = json::last_packet(&output.stdout).unwrap_or(0.0);
        // Half a second, or 2%, is how far honest headers are off.
        let missing = start + duration - last;
        if missing > (duration * 0.02).max(0.5) {
            let log = format!(
                "the header says {duration:.1} s, the last packet ends at {last:.1} s\n{}",
                output.log
            );
            return Err(EncodeError::Truncated { log });
        }
        Ok(())
    }

    async fn ffprobe(&self, master: &Path, show: &[&str]) -> Result<Output, EncodeError> {
        let mut args: Vec<_> = ["-hide_banner", "-loglevel", "error"].map(Into::into).into();
        // ffprobe takes -max_pixels only for decoders, which it hardly uses.
        args.extend(input::guards(&self.config).into_iter().take(4));
        args.extend(show.iter().map(Into::into));
        args.push(input::url(master));
        run(&self.config, Program::Ffprobe, args, None, self.config.limits.probe_timeout, |_| false).await
    }
}
