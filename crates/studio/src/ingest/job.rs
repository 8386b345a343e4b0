//! The jobs of ingest: what each is told, and in which order they are taken.

use domain::{AssetId, Locale, Timestamp};
use media::ladder::Rung;
use objects::PictureHash;
use serde::{Deserialize, Serialize};
use store::NewJob;

use super::FileRef;

/// Kinds of jobs, as they are stored.
pub mod kind {
    /// Read a master's headers and plan its tracks.
    pub const PROBE: &str = "probe";
    /// Encode one rung.
    pub const VIDEO_RUNG: &str = "video-rung";
    /// Encode one sound stream.
    pub const AUDIO: &str = "audio";
    /// Turn one subtitle file into WebVTT.
    pub const SUBTITLE: &str = "subtitle";
    /// Make the previews of the seek bar.
    pub const STORYBOARD: &str = "storyboard";
    /// Take a frame that stands for the asset on pages.
    pub const STILL: &str = "still";
    /// Make one picture in every width.
    pub const PICTURE: &str = "picture";
    /// Write the media index of what is finished.
    pub const PACKAGE: &str = "package";
    /// All of them.
    pub const ALL: [&str; 8] = [PROBE, VIDEO_RUNG, AUDIO, SUBTITLE, STORYBOARD, STILL, PICTURE, PACKAGE];
}

/// Attempts before a job is given up. A fault of the master is given up at once, a fault of the machine never.
const ATTEMPTS: u32 = 3;

/// Of every job that works on an asset.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OfAsset {
    /// Which.
    pub asset: AssetId,
}

/// Of [`kind::VIDEO_RUNG`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct VideoRung {
    /// Which asset.
    pub asset: AssetId,
    /// Which rung.
    pub rung: Rung,
    /// The storyboard is made from this one.
    #[serde(default)]
    pub lowest: bool,
}

/// Of [`kind::AUDIO`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Audio {
    /// Which asset.
    pub asset: AssetId,
    /// The stream's number in the master.
    pub stream: u32,
    /// Its language.
    pub language: Locale,
}

/// Of [`kind::SUBTITLE`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Subtitle {
    /// Which asset.
    pub asset: AssetId,
    /// Which of its subtitle files.
    pub language: Locale,
}

/// Of [`kind::PICTURE`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PictureJob {
    /// The picture.
    pub picture: PictureHash,
    /// Where it is.
    pub file: FileRef,
}

/// What a job of an asset does, for its place in the queue: first whatever makes a title appear, title by title, then what
/// makes it better, over all titles.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Step {
    Package,
    Probe,
    LowestRung,
    Audio,
    Subtitle,
    Picture,
    Still,
    Storyboard,
    /// Counted from 1, upwards from the lowest.
    Rung(u8),
}

/// Lower is taken first. `order` is the title's place among those of its import.
pub(crate) fn priority(step: Step, order: u32) -> i64 {
    const BAND: i64 = 1 << 40;
    let order = i64::from(order);
    match step {
        Step::Package => order * 8,
        Step::Probe => order * 8 + 1,
        Step::LowestRung => order * 8 + 2,
        Step::Audio => order * 8 + 3,
        Step::Subtitle => order * 8 + 4,
        Step::Picture => order * 8 + 5,
        Step::Still => order * 8 + 6,
        Step::Storyboard => BAND + order * 8,
        Step::Rung(n) => BAND * (1 + i64::from(n)) + order * 8,
    }
}

/// A job that may run at once.
pub(crate) fn new<P: Serialize>(
    kind: &'static str,
    dedup: String,
    payload: &P,
    priority: i64,
    now: Timestamp,
) -> Result<NewJob, serde_json::Error> {
    let payload = serde_json::to_string(payload)?;
    Ok(NewJob { kind, dedup, payload, priority, run_after: now, most_attempts: ATTEMPTS })
}
