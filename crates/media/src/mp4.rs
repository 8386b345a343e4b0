//! Fragmented MP4 (ISO/IEC 14496-12) as CMAF track files (ISO/IEC 23000-19): one track, `moov` first, then fragments.
//!
//! The indexer reads box headers, `moov` and every `moof`; it never reads media data. It walks a fixed path of boxes and does
//! not recurse, so nesting costs nothing. Sizes and counts from the file are checked against the file's length and [`Limits`]
//! before anything is allocated from them.

mod boxes;
mod codec;
mod moof;
mod moov;
mod rate;
mod track;

pub use track::{IndexedTrack, TrackKind, index_track};

/// Bounds on what a file may ask of the indexer.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Bytes of `moov`; an empty one (no samples) has about 1 kB.
    pub max_moov_bytes: u64,
    /// Bytes of one `moof`; 4 s at 120 frames per second have about 8 kB.
    pub max_moof_bytes: u64,
    /// Top-level boxes: a fragment has two to four.
    pub max_boxes: u32,
    /// Samples in the whole file: 24 hours at 120 frames per second.
    pub max_samples: u64,
    /// A fragment that begins with a sync sample begins a new segment only when the segment so far has lasted this long,
    /// microseconds. 0: every such fragment is a segment.
    pub min_segment_us: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            max_moov_bytes: 1 << 20,
            max_moof_bytes: 1 << 20,
            max_boxes: 400_000,
            max_samples: 12_000_000,
            min_segment_us: 0,
        }
    }
}

/// Why a track file cannot be indexed. Offsets are bytes from the start of the file.
#[derive(Debug, thiserror::Error)]
pub enum Mp4Error {
    /// Reading failed.
    #[error("reading the track file failed")]
    Io(#[from] std::io::Error),
    /// A box says it is longer than the file or the box around it, or shorter than its header.
    #[error("box {name} at byte {at} says it has {size} bytes, {room} are there")]
    Size {
        /// Four-character code.
        name: FourCc,
        /// Where it begins.
        at: u64,
        /// What its header says.
        size: u64,
        /// What there is.
        room: u64,
    },
    /// A box ends before its fields do.
    #[error("box {0} ends before its fields do")]
    Short(FourCc),
    /// A box that must be there is not.
    #[error("box {0} is missing")]
    Missing(FourCc),
    /// A box stands where it may not, or twice.
    #[error("box {0} stands where it may not")]
    Misplaced(FourCc),
    /// Over one of the [`Limits`].
    #[error("the file has more {what} than the limit of {limit}")]
    Limit {
        /// What there is too much of.
        what: &'static str,
        /// The limit.
        limit: u64,
    },
    /// More or fewer than one track.
    #[error("a track file has one track, this one has {0}")]
    Tracks(usize),
    /// A codec that is not produced here, or damaged parameters of one that is.
    #[error("codec {0} is not one that can be indexed, or its parameters are damaged")]
    Codec(FourCc),
    /// The track's handler is neither video nor sound.
    #[error("handler {0} is neither video nor sound")]
    Handler(FourCc),
    /// Timescale 0, no duration, or numbers that overflow.
    #[error("times are damaged: {0}")]
    Time(&'static str),
    /// A fragment's samples do not lie in the `mdat` after it.
    #[error("the samples of the fragment at byte {0} do not lie in its media data")]
    Data(u64),
    /// A fragment's decode time is not the end of the one before.
    #[error("the fragment at byte {at} begins at tick {begins}, the one before ended at {ended}")]
    Gap {
        /// Where it begins in the file.
        at: u64,
        /// Its decode time.
        begins: u64,
        /// The end of the one before.
        ended: u64,
    },
    /// The first fragment does not begin with a sync sample: nothing could be decoded.
    #[error("the first sample is no sync sample")]
    NoSync,
    /// No fragment at all.
    #[error("the file has no fragments; a track file must be fragmented")]
    NoFragments,
}

/// A box's four-character code.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct FourCc(pub [u8; 4]);

impl std::fmt::Display for FourCc {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "'{}'", self.0.escape_ascii())
    }
}

impl std::fmt::Debug for FourCc {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        std::fmt::Display::fmt(self, f)
    }
}
