//! Sound.

use std::ffi::OsString;
use std::path::Path;

use media::mp4::{IndexedTrack, TrackKind};

use crate::error::EncodeError;
use crate::probe::{AudioStream, Probe};
use crate::scratch::Part;
use crate::{Encoder, SEGMENT_US, input, video};

/// Bits per second of stereo AAC-LC.
pub const AUDIO_BITRATE: u32 = 128_000;
const SAMPLE_RATE: u32 = 48_000;
/// Samples that the encoder emits before the first real one. As many are cut off the front of the sound instead of moving
/// all of it 21 ms late or writing an edit list that players read differently.
const PRIMING: u32 = 1024;

impl Encoder {
    /// Encodes one sound stream: AAC-LC, stereo, 48 kHz, as long as the picture (silence is added, or what is too long cut
    /// off), one fragment of about 4 s per segment. `progress` gets 0 to 1.
    ///
    /// # Errors
    /// As [`EncodeError::fault`] tells; the output path is untouched then.
    pub async fn encode_audio(
        &self,
        master: &Path,
        probe: &Probe,
        stream: &AudioStream,
        out: &Path,
        progress: impl FnMut(f64) + Send,
    ) -> Result<IndexedTrack, EncodeError> {
        let part = Part::new(out);
        let args = self.audio_args(master, probe, stream, part.part());
        let track = self.track(args, &part, probe.duration_us, progress).await?;
        if !matches!(track.kind, TrackKind::Audio { channels: 2, .. }) {
            return Err(EncodeError::Output("it is no stereo sound".into()));
        }
        part.keep().await?;
        Ok(track)
    }

    fn audio_args(&self, master: &Path, probe: &Probe, stream: &AudioStream, out: &Path) -> Vec<OsString> {
        let mut args = input::ffmpeg(&self.config);
        args.extend(input::args(&self.config, master));
        let map = format!("0:{}", stream.index);
        let seconds = format!("{}us", probe.duration_us);
        // Sound that begins late is padded in front, gaps are filled, so that it stays with the picture.
        let filters = format!(
            "aresample={SAMPLE_RATE}:async=1:first_pts=0,apad=whole_dur={seconds},atrim=start_sample={PRIMING}:end={seconds}"
        );
        let (rate, bitrate) = (SAMPLE_RATE.to_string(), AUDIO_BITRATE.to_string());
        let fragment = SEGMENT_US.to_string();
        let own = [
            "-map",
            &map,
            "-vn",
            "-af",
            &filters,
            "-c:a",
            "aac",
            "-profile:a",
            "aac_low",
            "-b:a",
            &bitrate,
            "-ac",
            "2",
            "-ar",
            &rate,
            "-flags:a",
            "+bitexact",
            "-movflags",
            "+cmaf+empty_moov+default_base_moof+skip_trailer",
            "-frag_duration",
            &fragment,
        ];
        args.extend(own.map(OsString::from));
        video::finish(args, out)
    }
}
