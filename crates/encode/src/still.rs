//! One frame that stands for the whole.

use std::ffi::OsString;
use std::path::Path;

use crate::error::EncodeError;
use crate::probe::Probe;
use crate::run::{Program, run};
use crate::scratch::Part;
use crate::{Encoder, filter, input};

/// Frames looked at, spread over the middle of the film: its beginning and end are black or lettering.
const CANDIDATES: u64 = 8;
/// Size in which candidates are judged; grey, a byte per pixel.
const JUDGED: (u32, u32) = (64, 36);

/// The picture format of a still.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StillFormat {
    /// Lossy, good quality.
    Jpeg,
    /// Lossless.
    Png,
}

impl Encoder {
    /// Writes a frame of the master in its full size, upright and with square pixels: the one at `at_us`, or else the one of
    /// eight that has the most contrast without being dark or glaring. Returns its time, microseconds.
    ///
    /// # Errors
    /// As [`EncodeError::fault`] tells; the output path is untouched then.
    pub async fn still(
        &self,
        master: &Path,
        probe: &Probe,
        at_us: Option<u64>,
        format: StillFormat,
        out: &Path,
    ) -> Result<u64, EncodeError> {
        let at_us = match at_us {
            Some(at) => at.min(last_moment(probe)),
            None => self.representative(master, probe).await?,
        };
        let part = Part::new(out);
        let (width, height) = (probe.video.width, probe.video.height);
        let (codec, pixels) = match format {
            StillFormat::Jpeg => ("mjpeg", "yuvj420p"),
            StillFormat::Png => ("png", "rgb24"),
        };
        let mut args = self.frame_args(master, probe, at_us, (width, height), pixels);
        let own = [
            "-c:v",
            codec,
            "-q:v",
            "3",
            "-threads",
            "1",
            "-flags:v",
            "+bitexact",
            "-f",
            "image2",
            "-update",
            "1",
        ];
        args.extend(own.map(OsString::from));
        args.push(input::url(part.part()));
        let patience = self.config.limits.stall_timeout;
        run(&self.config, Program::Ffmpeg, args, None, patience, |_| false)
            .await?
            .success(Program::Ffmpeg)?;
        let written = tokio::fs::metadata(part.part()).await;
        if !written.is_ok_and(|m| m.len() > 0) {
            return Err(EncodeError::Output(format!("no frame could be decoded at {} s", at_us / 1_000_000)));
        }
        part.keep().await?;
        Ok(at_us)
    }

    async fn representative(&self, master: &Path, probe: &Probe) -> Result<u64, EncodeError> {
        let mut best: Option<(f64, u64)> = None;
        for n in 0..CANDIDATES {
            // From 1/10 to 9/10, the first ones earlier: later ones give away the story.
            let at = probe.duration_us / 10 + probe.duration_us * 8 / 10 * n / CANDIDATES;
            let at = at.min(last_moment(probe));
            let mut args = self.frame_args(master, probe, at, JUDGED, "gray");
            args.extend(["-c:v", "rawvideo", "-f", "rawvideo", "pipe:1"].map(OsString::from));
            let patience = self.config.limits.stall_timeout;
            let output = run(&self.config, Program::Ffmpeg, args, None, patience, |_| false).await?;
            let frame = output.success(Program::Ffmpeg)?.stdout;
            let pixels = (JUDGED.0 * JUDGED.1) as usize;
            if frame.len() < pixels {
                continue;
            }
            let score = score(&frame[..pixels]);
            // The first of equals.
            if best.is_none_or(|(most, _)| score > most) {
                best = Some((score, at));
            }
        }
        best.map(|(_, at)| at).ok_or_else(|| EncodeError::Output("no frame could be decoded".into()))
    }

    /// Reads one frame at a time, in that size and pixel format.
    fn frame_args(
        &self,
        master: &Path,
        probe: &Probe,
        at_us: u64,
        size: (u32, u32),
        format: &str,
    ) -> Vec<OsString> {
        let mut args = input::ffmpeg(&self.config);
        args.push("-ss".into());
        args.push(format!("{at_us}us").into());
        args.extend(input::args(&self.config, master));
        let map = format!("0:{}", probe.video.index);
        let filters = filter::picture(&probe.video, "", size, format);
        args.extend(["-map", &map, "-an", "-vf", &filters, "-frames:v", "1"].map(OsString::from));
        args.extend(input::BITEXACT.map(OsString::from));
        args
    }
}

/// A little before the end: at the end itself there is no frame.
fn last_moment(probe: &Probe) -> u64 {
    probe.duration_us.saturating_sub(200_000)
}

/// Contrast (the standard deviation of luma), less for a mean that is dark or glaring.
fn score(frame: &[u8]) -> f64 {
    let count = frame.len() as f64;
    let mean = frame.iter().map(|&v| f64::from(v)).sum::<f64>() / count;
    let variance = frame.iter().map(|&v| (f64::from(v) - mean).powi(2)).sum::<f64>() / count;
    let light = (mean / 60.0).min((255.0 - mean) / 40.0).clamp(0.05, 1.0);
    variance.sqrt() * light
}
