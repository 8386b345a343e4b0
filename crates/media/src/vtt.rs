//! Subtitles: WebVTT and SubRip in, canonical WebVTT out.
//!
//! Players get one whole file per language, whose times count from the start of the film. No `X-TIMESTAMP-MAP` is written:
//! RFC 8216bis then maps cue time 0 to media time 0, which is where our tracks begin; hls.js agrees for films under 13 hours.

mod block;
mod payload;
mod srt;
mod time;
mod web;
mod write;

pub use srt::from_srt;
pub use time::Time;
pub use web::parse;
pub use write::write;

/// Bytes of one subtitle file; a four-hour film has about 300 kB.
pub const MAX_BYTES: usize = 8 << 20;
/// Cues in one file.
pub const MAX_CUES: usize = 20_000;
/// Bytes of text in one cue, markup included.
pub const MAX_CUE_BYTES: usize = 4096;
/// Cue times lie within one day.
pub const MAX_TIME: Time = Time::from_ms(24 * 3600 * 1000);

/// One subtitle.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cue {
    /// When it appears.
    pub start: Time,
    /// When it goes; later than `start`.
    pub end: Time,
    /// WebVTT cue settings in canonical order (`line:0 align:start`), often empty.
    pub settings: String,
    /// WebVTT cue text: lines separated by `\n`, no empty line, tags closed, `&` and `<` escaped.
    pub text: String,
}

/// Why a subtitle file is refused. `line` counts from 1.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {kind}")]
pub struct VttError {
    /// Where.
    pub line: usize,
    /// What, and what to do.
    pub kind: VttErrorKind,
}

/// The kinds of [`VttError`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum VttErrorKind {
    /// Longer than [`MAX_BYTES`].
    #[error("the file is larger than {} MiB; subtitles are text and far smaller", MAX_BYTES >> 20)]
    TooLarge,
    /// Neither UTF-8 nor UTF-16 with a byte order mark.
    #[error("the text is not UTF-8; save the file as UTF-8 and try again")]
    Encoding,
    /// A WebVTT file has to say so.
    #[error("the first line must begin with WEBVTT; a SubRip file must be named .srt")]
    Signature,
    /// The header runs into the first cue.
    #[error("an empty line is missing between the WEBVTT header and the first cue")]
    HeaderNotEnded,
    /// A block of lines without a time line.
    #[error("expected a time line such as 00:00:01.000 --> 00:00:03.500")]
    NoTimes,
    /// A time that cannot be read.
    #[error("{0:?} is not a time such as 00:01:02.500")]
    Time(String),
    /// The end is not later than the start.
    #[error("the cue ends at {end}, not after its start at {start}")]
    EndsBeforeStart {
        /// Start of the cue.
        start: Time,
        /// End of the cue.
        end: Time,
    },
    /// More than [`MAX_CUES`].
    #[error("the file has more than {MAX_CUES} cues")]
    TooManyCues,
    /// More than [`MAX_CUE_BYTES`] in one cue.
    #[error("the cue has more than {MAX_CUE_BYTES} bytes of text; is an empty line missing after it?")]
    CueTooLong,
    /// Nothing to show.
    #[error("the file has no cues")]
    Empty,
}

/// Reads a subtitle file of either kind: WebVTT when it begins so, else SubRip.
///
/// # Errors
/// The first thing that is wrong, with its line.
pub fn from_any(bytes: &[u8]) -> Result<Vec<Cue>, VttError> {
    let text = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    if text.starts_with(b"WEBVTT") { parse(bytes) } else { from_srt(bytes) }
}
