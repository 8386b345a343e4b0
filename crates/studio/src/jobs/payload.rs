//! The jobs of ingest: what each is told, and in which order they are taken.
//!
//! Payloads are read by the version before: fields are only ever added, each with a default.

use domain::{AssetId, Locale, Timestamp};
use media::ladder::Rung;
use objects::PictureHash;
use serde::{Deserialize, Serialize};
use store::NewJob;
use work::Job;

use crate::ingest::FileRef;

/// Reads a master's headers and plans its tracks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Probe {
    /// Of which asset.
    pub asset: AssetId,
}

/// Encodes one rung.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct VideoRung {
    /// Of which asset.
    pub asset: AssetId,
    /// Which.
    pub rung: Rung,
    /// The storyboard is made from this one.
    #[serde(default)]
    pub lowest: bool,
}

/// Encodes one sound stream.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Audio {
    /// Of which asset.
    pub asset: AssetId,
    /// The stream's number in the master.
    pub stream: u32,
    /// Its language.
    pub language: Locale,
}

/// Turns one subtitle file into WebVTT.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Subtitle {
    /// Of which asset.
    pub asset: AssetId,
    /// Which of its files.
    pub language: Locale,
}

/// Makes the previews of the seek bar, out of a finished rung.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Storyboard {
    /// Of which asset.
    pub asset: AssetId,
    /// The track that it is made from.
    pub track: String,
}

/// Takes a frame that stands for the asset on pages.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Still {
    /// Of which asset.
    pub asset: AssetId,
}

/// Makes one picture in every width.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PictureJob {
    /// The picture.
    pub picture: PictureHash,
    /// Where it is.
    pub file: FileRef,
}

/// Writes the media index of what is finished.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Package {
    /// Of which asset.
    pub asset: AssetId,
}

/// Attempts before a job is given up. A fault of the master is given up at once, a fault of the machine never.
const ATTEMPTS: u32 = 3;

macro_rules! jobs {
    ($($job:ident = $kind:literal),* $(,)?) => {
        $(impl Job for $job {
            const KIND: &'static str = $kind;
            const MOST_ATTEMPTS: u32 = ATTEMPTS;
        })*
        /// Every kind of job that is registered here.
        pub const KINDS: &[&str] = &[$($kind),*];
    };
}

jobs!(
    Probe = "probe",
    VideoRung = "video-rung",
    Audio = "audio",
    Subtitle = "subtitle",
    Storyboard = "storyboard",
    Still = "still",
    PictureJob = "picture",
    Package = "package",
);

/// A job of an asset, for its place in the queue: first whatever makes a title appear, title by title, then what makes it
/// better, over all titles.
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

impl Step {
    /// Lower is taken first. `order` is the title's place among those of its import.
    fn priority(self, order: u32) -> i64 {
        const BAND: i64 = 1 << 40;
        let order = i64::from(order) * 8;
        match self {
            Step::Package => order,
            Step::Probe => order + 1,
            Step::LowestRung => order + 2,
            Step::Audio => order + 3,
            Step::Subtitle => order + 4,
            Step::Picture => order + 5,
            Step::Still => order + 6,
            Step::Storyboard => BAND + order,
            Step::Rung(n) => BAND * (1 + i64::from(n)) + order,
        }
    }
}

/// A job that may run at once. What it works on names it, so that it is enqueued once: `{asset}`, `{asset}/{track}`
/// or `{picture}/{file name}`; progress is shown by it.
pub(crate) fn new_job<J: Job>(
    job: &J,
    on: String,
    step: Step,
    order: u32,
    now: Timestamp,
) -> Result<NewJob, serde_json::Error> {
    job.new_job(on, step.priority(order), now)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_title_appears_before_any_gets_better() {
        let last = Step::Still.priority(1_000_000);
        assert!(last < Step::Storyboard.priority(0));
        assert!(Step::Storyboard.priority(1_000_000) < Step::Rung(1).priority(0));
        assert!(Step::Rung(1).priority(1_000_000) < Step::Rung(2).priority(0));
        assert!(Step::Still.priority(0) < Step::Probe.priority(1));
    }
}
