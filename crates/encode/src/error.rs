//! What goes wrong, in words that say what to do.

use std::path::PathBuf;

/// Why a probe or an encode failed.
#[derive(Debug, thiserror::Error)]
pub enum EncodeError {
    /// The program could not be started.
    #[error(
        "{program} cannot be started; install ffmpeg (on Debian: apt-get install ffmpeg) or set its path"
    )]
    Program {
        /// Its name or path.
        program: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The program was built without something that is needed.
    #[error("ffmpeg has no encoder {0}; install a build that has it")]
    Codec(&'static str),
    /// The master cannot be opened.
    #[error("the master {path} cannot be read; check that it exists and may be read")]
    Unreadable {
        /// The master.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The master has no bytes.
    #[error("the master is empty (0 bytes); upload it again")]
    Empty,
    /// The master is no video file that is known.
    #[error("the master is not a video file that can be read; send MP4, MOV, MKV, WebM, MPEG-TS, MXF or AVI")]
    NotMedia {
        /// What ffprobe said.
        log: String,
    },
    /// The master ends before its time.
    #[error("the master is cut short or damaged; upload it again from a complete file")]
    Truncated {
        /// What ffprobe said, or where it ends.
        log: String,
    },
    /// Sound, but no picture.
    #[error("the master has sound but no picture; send a file with a video track")]
    AudioOnly,
    /// Neither sound nor picture (subtitles or data only).
    #[error("the master has no video track; send a file with one")]
    NoVideo,
    /// The picture is too small to encode.
    #[error("the picture has {width} x {height} pixels; at least {min} x {min} are needed")]
    TooSmall {
        /// Pixels.
        width: u32,
        /// Pixels.
        height: u32,
        /// [`media::ladder::MIN_SIDE`].
        min: u32,
    },
    /// The picture is a ribbon: scaled to a rung's width, nothing of its height is left.
    #[error(
        "the picture has {width} x {height} pixels, too narrow to be scaled down; send one of a common shape"
    )]
    TooNarrow {
        /// Pixels.
        width: u32,
        /// Pixels.
        height: u32,
    },
    /// The picture is too large.
    #[error("the picture has {width} x {height} pixels, more than the limit of {limit}; send a smaller one")]
    TooManyPixels {
        /// Pixels.
        width: u32,
        /// Pixels.
        height: u32,
        /// [`crate::Limits::max_pixels`].
        limit: u64,
    },
    /// The running time is unknown or nothing.
    #[error("the master has no running time; it is a still picture or damaged")]
    NoDuration,
    /// The running time is too long.
    #[error("the master runs for {} minutes, longer than the limit of {}; cut it in parts", us / 60_000_000, limit / 60_000_000)]
    TooLong {
        /// Microseconds.
        us: u64,
        /// [`crate::Limits::max_duration_us`].
        limit: u64,
    },
    /// More streams than allowed.
    #[error("the master has {0} streams, more than the limit of {1}; leave out what is not needed")]
    TooManyStreams(usize, usize),
    /// The disk is full. Nothing is wrong with the master: free some room, and try again.
    #[error("the disk is full; free some room, and the job goes on")]
    DiskFull,
    /// No progress, or no answer, in the time allowed.
    #[error("{program} made no progress for {seconds} s and was stopped")]
    Stalled {
        /// ffmpeg or ffprobe.
        program: &'static str,
        /// The time allowed.
        seconds: u64,
        /// The end of its standard error.
        log: String,
    },
    /// The program failed.
    #[error("{program} failed ({status})")]
    Failed {
        /// ffmpeg or ffprobe.
        program: &'static str,
        /// Its exit code or signal.
        status: String,
        /// The end of its standard error.
        log: String,
    },
    /// The output is not the track it should be.
    #[error("ffmpeg made a track that cannot be served: {0}")]
    Output(String),
    /// The output is damaged.
    #[error("ffmpeg made a track that cannot be read")]
    Index(#[from] media::mp4::Mp4Error),
    /// Reading or writing failed.
    #[error("reading or writing {path} failed")]
    Io {
        /// Where.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
}

/// Who can do something about an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The editor: another try with the same master fails again.
    Master,
    /// The operator: another try succeeds once the machine is put right.
    Machine,
    /// Nobody knows; trying again a few times is right.
    Unknown,
}

impl EncodeError {
    /// Who can do something about it.
    pub fn fault(&self) -> Fault {
        match self {
            Self::Empty
            | Self::NotMedia { .. }
            | Self::Truncated { .. }
            | Self::AudioOnly
            | Self::NoVideo => Fault::Master,
            Self::TooSmall { .. }
            | Self::TooNarrow { .. }
            | Self::TooManyPixels { .. }
            | Self::NoDuration => Fault::Master,
            Self::TooLong { .. } | Self::TooManyStreams(..) => Fault::Master,
            Self::Program { .. } | Self::Codec(_) | Self::DiskFull => Fault::Machine,
            Self::Unreadable { .. } | Self::Io { .. } => Fault::Machine,
            Self::Stalled { .. } | Self::Failed { .. } | Self::Output(_) | Self::Index(_) => Fault::Unknown,
        }
    }

    /// The end of the program's standard error, for the log. Never shown to viewers.
    pub fn log(&self) -> Option<&str> {
        match self {
            Self::NotMedia { log } | Self::Truncated { log } => Some(log),
            Self::Stalled { log, .. } | Self::Failed { log, .. } => Some(log),
            _ => None,
        }
    }

    /// An I/O error at a path; a full disk is told apart.
    pub(crate) fn io(path: &std::path::Path) -> impl FnOnce(std::io::Error) -> Self + '_ {
        move |source| match source.kind() {
            std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded => Self::DiskFull,
            _ => Self::Io { path: path.to_owned(), source },
        }
    }
}
