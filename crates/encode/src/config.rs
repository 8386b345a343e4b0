//! Programs and limits.

use std::path::PathBuf;
use std::time::Duration;

/// Which programs to start, and how.
#[derive(Clone, Debug)]
pub struct Config {
    /// ffmpeg's path, or its name, looked up in /usr/local/bin, /usr/bin and /bin.
    pub ffmpeg: PathBuf,
    /// ffprobe's path or name.
    pub ffprobe: PathBuf,
    /// Threads for decoding and for filters, per process. What comes out does not depend on it.
    pub threads: u32,
    /// How much the processes yield to others (0 to 19): viewers come first.
    pub niceness: i32,
    /// What a master may ask for.
    pub limits: Limits,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            ffmpeg: "ffmpeg".into(),
            ffprobe: "ffprobe".into(),
            threads: 2,
            niceness: 10,
            limits: Limits::default(),
        }
    }
}

/// Bounds on masters and on processes.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// The longest master, microseconds. Under 13 hours also keeps subtitle times right in hls.js.
    pub max_duration_us: u64,
    /// The largest picture, pixels: 8K is 33 million.
    pub max_pixels: u64,
    /// Streams in one master; ffprobe lists them all.
    pub max_streams: usize,
    /// A probe takes no longer.
    pub probe_timeout: Duration,
    /// A process that makes no progress for so long is given up.
    pub stall_timeout: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            max_duration_us: 12 * 3600 * 1_000_000,
            max_pixels: 40_000_000,
            max_streams: 128,
            probe_timeout: Duration::from_secs(60),
            stall_timeout: Duration::from_secs(180),
        }
    }
}
