use std::time::Duration;

/// The bounds of an origin, each with its reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OriginLimits {
    /// Memory for media indexes and the playlists made from them, in bytes: some thousand films.
    pub index_bytes: u64,
    /// The longest media index that is read, in bytes: a day of one-second segments in a few tracks.
    pub max_index: u64,
    /// The longest subtitle file that is read, in bytes.
    pub max_text: u64,
    /// Memory for chunks of segments, in bytes. What is asked for often stays; the system's own cache holds the rest.
    pub chunk_bytes: u64,
    /// Track files held open.
    pub open_files: u64,
    /// Bodies streamed at once; each holds a chunk or two.
    pub streams: usize,
    /// Tokens whose signature was checked and need not be again.
    pub tokens: u64,
    /// How long an asset is served on after the edition dropped it, counted from its last use: the life of a token and more.
    pub keep_dropped: Duration,
    /// Assets remembered for that.
    pub remembered: usize,
}

impl Default for OriginLimits {
    fn default() -> Self {
        Self {
            index_bytes: 64 << 20,
            max_index: 32 << 20,
            max_text: 8 << 20,
            chunk_bytes: 128 << 20,
            open_files: 1_024,
            streams: 4_096,
            tokens: 20_000,
            keep_dropped: Duration::from_secs(15 * 60),
            remembered: 4_096,
        }
    }
}
