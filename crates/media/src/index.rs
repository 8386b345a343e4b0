//! The media index of one asset: its tracks and where each segment lies in its track file.
//!
//! It is neutral to the delivery format. Origins load it once per asset and make manifests and byte ranges from it.

use serde::{Deserialize, Serialize};

mod validate;

pub use validate::IndexError;

/// The format number that this code writes and reads.
pub const FORMAT: u32 = 1;
/// Tracks of one kind in one asset. A film in 40 languages still fits.
pub const MAX_TRACKS: usize = 64;
/// Segments in one track: 24 hours of one-second segments.
pub const MAX_SEGMENTS: usize = 86_400;

/// Everything a player needs to know of one asset, apart from the bytes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MediaIndex {
    /// [`FORMAT`].
    pub format: u32,
    /// The asset's id.
    pub asset: String,
    /// Running time in microseconds.
    pub duration_us: u64,
    /// Rungs of the ladder, the lowest first.
    pub video: Vec<VideoTrack>,
    /// Audio tracks; the first is the default one. Empty when the master had no sound.
    pub audio: Vec<AudioTrack>,
    /// Subtitle tracks.
    pub text: Vec<TextTrack>,
    /// Seek-bar previews, once made.
    pub storyboard: Option<Storyboard>,
}

/// One rung of the ladder: one fragmented MP4 file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VideoTrack {
    /// Track id, such as `v720`; also the stem of the file's name.
    pub id: String,
    /// RFC 6381 string, such as `avc1.64001f`.
    pub codec: String,
    /// Pixels; sample aspect ratio is always 1.
    pub width: u32,
    /// Pixels.
    pub height: u32,
    /// Frames per second as a fraction (numerator, denominator) in lowest terms.
    pub frame_rate: (u32, u32),
    /// The greatest bit rate of any one segment, bit/s.
    pub bandwidth_peak: u32,
    /// All segments' bits over all segments' time, bit/s.
    pub bandwidth_avg: u32,
    /// Ticks per second of the segments' times.
    pub timescale: u32,
    /// `ftyp` and `moov`.
    pub init: ByteRange,
    /// In order, without gap or overlap in time.
    pub segments: Vec<Segment>,
}

/// One audio track: one fragmented MP4 file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AudioTrack {
    /// Track id, such as `a-en`.
    pub id: String,
    /// BCP 47 language tag; `und` when unknown.
    pub lang: String,
    /// RFC 6381 string, such as `mp4a.40.2`.
    pub codec: String,
    /// Number of channels.
    pub channels: u32,
    /// Samples per second.
    pub sample_rate: u32,
    /// The greatest bit rate of any one segment, bit/s.
    pub bandwidth_peak: u32,
    /// All segments' bits over all segments' time, bit/s.
    pub bandwidth_avg: u32,
    /// Ticks per second of the segments' times.
    pub timescale: u32,
    /// `ftyp` and `moov`.
    pub init: ByteRange,
    /// In order, without gap or overlap in time.
    pub segments: Vec<Segment>,
}

/// One subtitle track: one WebVTT file `{id}.vtt`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TextTrack {
    /// Track id, such as `s-ko`.
    pub id: String,
    /// BCP 47 language tag.
    pub lang: String,
    /// What the viewer's menu says, in the track's own language.
    pub label: String,
    /// Shown even when subtitles are off (a foreign sign, a foreign line).
    pub forced: bool,
}

/// Sheets of small pictures for the seek bar: `storyboard-{n}.jpg`, n from 0, tiles left to right, then down.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Storyboard {
    /// Number of sheets.
    pub sheets: u16,
    /// Tiles across one sheet.
    pub columns: u16,
    /// Tiles down one sheet.
    pub rows: u16,
    /// Pixels.
    pub tile_width: u16,
    /// Pixels.
    pub tile_height: u16,
    /// Time from one tile to the next, microseconds.
    pub interval_us: u64,
    /// Tiles on all sheets; the last sheet may have room left.
    pub tiles: u32,
}

/// A part of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "(u64, u32)", into = "(u64, u32)")]
pub struct ByteRange {
    /// Bytes before it.
    pub offset: u64,
    /// Bytes in it.
    pub len: u32,
}

/// One segment: a part of the track file that begins with a sync sample. In JSON an array of the four numbers, since a film
/// has thousands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "(u64, u32, u64, u32)", into = "(u64, u32, u64, u32)")]
pub struct Segment {
    /// Bytes before it in the track file.
    pub offset: u64,
    /// Bytes in it.
    pub len: u32,
    /// Decode time of its first sample, in the track's timescale.
    pub start: u64,
    /// In the track's timescale.
    pub duration: u32,
}

impl From<(u64, u32)> for ByteRange {
    fn from((offset, len): (u64, u32)) -> Self {
        Self { offset, len }
    }
}

impl From<ByteRange> for (u64, u32) {
    fn from(range: ByteRange) -> Self {
        (range.offset, range.len)
    }
}

impl From<(u64, u32, u64, u32)> for Segment {
    fn from((offset, len, start, duration): (u64, u32, u64, u32)) -> Self {
        Self { offset, len, start, duration }
    }
}

impl From<Segment> for (u64, u32, u64, u32) {
    fn from(segment: Segment) -> Self {
        (segment.offset, segment.len, segment.start, segment.duration)
    }
}

impl Segment {
    /// Where its bytes lie.
    pub fn range(&self) -> ByteRange {
        ByteRange { offset: self.offset, len: self.len }
    }
}

impl MediaIndex {
    /// Reads and validates an index object.
    ///
    /// # Errors
    /// When the bytes are no JSON of this shape, or [`MediaIndex::validate`] refuses them.
    pub fn from_json(bytes: &[u8]) -> Result<Self, IndexError> {
        let index: Self = serde_json::from_slice(bytes).map_err(IndexError::Json)?;
        index.validate()?;
        Ok(index)
    }

    /// The object's bytes. Equal indexes give equal bytes, which content-addressed keys rely on.
    ///
    /// # Errors
    /// [`MediaIndex::validate`]'s: what readers would refuse is not written.
    pub fn to_json(&self) -> Result<Vec<u8>, IndexError> {
        self.validate()?;
        serde_json::to_vec(self).map_err(IndexError::Json)
    }

    /// The video or audio track of that id: its init range and segments.
    pub fn segmented(&self, id: &str) -> Option<(ByteRange, &[Segment])> {
        let video = self.video.iter().find(|t| t.id == id).map(|t| (t.init, &t.segments[..]));
        video.or_else(|| self.audio.iter().find(|t| t.id == id).map(|t| (t.init, &t.segments[..])))
    }
}
