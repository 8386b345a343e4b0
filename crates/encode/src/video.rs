//! One rung of the ladder.

use std::ffi::OsString;
use std::path::Path;

use media::ladder::Rung;
use media::mp4::{IndexedTrack, Limits, TrackKind, index_track};

use crate::error::EncodeError;
use crate::probe::Probe;
use crate::run::{Program, run};
use crate::scratch::Part;
use crate::{Encoder, KEYFRAME_US, filter, input};

/// Slices per frame, encoded side by side. Part of the recipe: another number gives other bytes.
pub const X264_THREADS: u32 = 2;
/// Constant quality under the rung's cap: easy scenes take less than the cap, hard ones are held to it.
const CRF: &str = "21";
const PRESET: &str = "veryfast";
/// Half a second less than a segment, microseconds: with fractional frame rates keyframes are not exactly 2 s apart, and a
/// segment must not take in a third group of pictures because two lasted 3.96 s.
const MIN_FRAGMENT_US: u64 = crate::SEGMENT_US - 500_000;

impl Encoder {
    /// Encodes one rung: H.264 High, 4:2:0, constant frame rate, closed groups of pictures that begin every 2 s at the same
    /// times in all rungs, one fragment of about 4 s per segment; CMAF, presentation from 0. `progress` gets 0 to 1.
    ///
    /// # Errors
    /// As [`EncodeError::fault`] tells; the output path is untouched then.
    pub async fn encode_video(
        &self,
        master: &Path,
        probe: &Probe,
        rung: &Rung,
        out: &Path,
        progress: impl FnMut(f64) + Send,
    ) -> Result<IndexedTrack, EncodeError> {
        let part = Part::new(out);
        let args = self.video_args(master, probe, rung, part.part());
        let track = self.track(args, &part, probe.duration_us, progress).await?;
        let TrackKind::Video { width, height } = track.kind else {
            return Err(EncodeError::Output("it is no video".into()));
        };
        if (width, height) != (rung.width, rung.height) {
            return Err(EncodeError::Output(format!("it has {width} x {height} pixels")));
        }
        part.keep().await?;
        Ok(track)
    }

    fn video_args(&self, master: &Path, probe: &Probe, rung: &Rung, out: &Path) -> Vec<OsString> {
        let mut args = input::ffmpeg(&self.config);
        args.extend(input::args(&self.config, master));
        let map = format!("0:{}", probe.video.index);
        // Frames that are left out are not scaled; what is short at the start is filled with the first one.
        let rate = format!("fps=fps={}/{}:start_time=0,", rung.fps.0, rung.fps.1);
        let filters = filter::picture(&probe.video, &rate, (rung.width, rung.height), "yuv420p");
        let (rate, buffer) = (rung.bitrate.to_string(), rung.buffer_bits.to_string());
        let threads = X264_THREADS.to_string();
        let keyframes = format!("expr:gte(t,n_forced*{})", KEYFRAME_US / 1_000_000);
        let fragment = MIN_FRAGMENT_US.to_string();
        // The longest allowed, should the header have lied.
        let longest = format!("{}us", self.config.limits.max_duration_us);
        // No scene cuts and no keyframes but the forced ones; forced ones are IDR since groups are closed.
        let x264 = "sliced-threads=1:open-gop=0:scenecut=0:keyint=infinite:force-cfr=1";
        let own = [
            "-map",
            &map,
            "-an",
            "-vf",
            &filters,
            "-fps_mode",
            "cfr",
            "-t",
            &longest,
            "-c:v",
            "libx264",
            "-preset",
            PRESET,
            "-profile:v",
            "high",
            "-crf",
            CRF,
            "-maxrate",
            &rate,
            "-bufsize",
            &buffer,
            "-threads",
            &threads,
            "-x264-params",
            x264,
            "-force_key_frames",
            &keyframes,
            "-flags:v",
            "+bitexact",
            "-movflags",
            "+cmaf+negative_cts_offsets+frag_keyframe+empty_moov+default_base_moof+skip_trailer",
            "-min_frag_duration",
            &fragment,
        ];
        args.extend(own.map(OsString::from));
        finish(args, out)
    }

    /// Runs ffmpeg, then reads its output back: it must be a track that begins at 0 and lasts as long as it should.
    pub(crate) async fn track(
        &self,
        args: Vec<OsString>,
        part: &Part,
        duration_us: u64,
        mut progress: impl FnMut(f64) + Send,
    ) -> Result<IndexedTrack, EncodeError> {
        let mut meter = crate::progress::Meter::new(duration_us);
        let patience = self.config.limits.stall_timeout;
        let seen = |bytes: &[u8]| meter.push(bytes).map(&mut progress).is_some();
        let output = run(&self.config, Program::Ffmpeg, args, None, patience, seen).await?;
        let log = output.success(Program::Ffmpeg)?.log;
        if !log.is_empty() {
            tracing::debug!(log, "ffmpeg had something to say");
        }
        let path = part.part().to_owned();
        let file = std::fs::File::open(&path).map_err(EncodeError::io(&path))?;
        let read = move || index_track(std::io::BufReader::new(file), &Limits::default());
        let track =
            tokio::task::spawn_blocking(read).await.map_err(|e| EncodeError::Output(e.to_string()))??;
        if track.first_presented != 0 || track.segments.first().is_none_or(|s| s.start != 0) {
            return Err(EncodeError::Output(format!("it begins at tick {}", track.first_presented)));
        }
        // Headers are a little off, files that end early by much more.
        let missing = duration_us.saturating_sub(track.duration_us());
        if missing > (duration_us / 20).max(1_000_000) {
            let log = format!("{} s are missing at the end\n{log}", missing / 1_000_000);
            return Err(EncodeError::Truncated { log });
        }
        progress(1.0);
        Ok(track)
    }
}

/// The rest of every track's arguments.
pub(crate) fn finish(mut args: Vec<OsString>, out: &Path) -> Vec<OsString> {
    args.extend(input::BITEXACT.map(OsString::from));
    args.extend(["-progress", "pipe:1", "-nostats", "-f", "mp4"].map(OsString::from));
    args.push(input::url(out));
    args
}
