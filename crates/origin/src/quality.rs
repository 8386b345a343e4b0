//! Which rungs a token's height leaves: the same that the multivariant playlist names.

use media::index::{MediaIndex, VideoTrack};

/// The short side: what "720p" counts, upright pictures included.
fn lines(track: &VideoTrack) -> u32 {
    track.width.min(track.height)
}

/// Is this rung within `max_height`? The lowest always is: something must play.
pub(crate) fn granted(index: &MediaIndex, track: &VideoTrack, max_height: Option<u16>) -> bool {
    let order = |t: &VideoTrack| (lines(t), t.bandwidth_peak);
    max_height.is_none_or(|max| lines(track) <= max.into())
        || index.video.iter().all(|other| order(track) <= order(other))
}
