//! Media playlists (RFC 8216bis §4.4.3, §4.4.4): always VOD and complete.

use std::fmt::Write as _;

use super::attributes::Line;
use crate::index::{AudioTrack, Segment, TextTrack, VideoTrack};

/// What a media playlist needs of a video or audio track.
#[derive(Clone, Copy, Debug)]
pub struct TrackView<'a> {
    /// Track id.
    pub id: &'a str,
    /// Ticks per second.
    pub timescale: u32,
    /// In order.
    pub segments: &'a [Segment],
}

impl<'a> From<&'a VideoTrack> for TrackView<'a> {
    fn from(track: &'a VideoTrack) -> Self {
        Self { id: &track.id, timescale: track.timescale, segments: &track.segments }
    }
}

impl<'a> From<&'a AudioTrack> for TrackView<'a> {
    fn from(track: &'a AudioTrack) -> Self {
        Self { id: &track.id, timescale: track.timescale, segments: &track.segments }
    }
}

/// The playlist of one video or audio track.
///
/// Each duration is the difference of two rounded boundaries, so that rounding never adds up over a film.
pub fn media_playlist<'a>(track: impl Into<TrackView<'a>>) -> String {
    let track = track.into();
    let origin = track.segments.first().map_or(0, |s| s.start);
    let us = |ticks: u64| {
        let scale = u128::from(track.timescale.max(1));
        u64::try_from((u128::from(ticks.saturating_sub(origin)) * 1_000_000 + scale / 2) / scale)
            .unwrap_or(u64::MAX)
    };
    let durations: Vec<u64> = track
        .segments
        .iter()
        .map(|s| us(s.start.saturating_add(s.duration.into())).saturating_sub(us(s.start)))
        .collect();
    let mut out = header(durations.iter().copied().max().unwrap_or(0));
    out.push_str(&Line::new("EXT-X-MAP").quoted("URI", &format!("{}/init.mp4", track.id)).end());
    for (n, duration) in durations.iter().enumerate() {
        // Writing to a String cannot fail.
        let _ = write!(out, "#EXTINF:{},\n{}/{n}.m4s\n", seconds(*duration), track.id);
    }
    out.push_str("#EXT-X-ENDLIST\n");
    out
}

/// The playlist of one subtitle track: the whole WebVTT file as one segment.
pub fn text_playlist(track: &TextTrack, duration_us: u64) -> String {
    let mut out = header(duration_us);
    let _ = write!(out, "#EXTINF:{},\n{}.vtt\n#EXT-X-ENDLIST\n", seconds(duration_us), track.id);
    out
}

/// `EXT-X-TARGETDURATION` is at least every duration rounded to the nearest second (§4.4.3.1).
fn header(longest_us: u64) -> String {
    let target = (longest_us.saturating_add(500_000) / 1_000_000).max(1);
    format!(
        "#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-TARGETDURATION:{target}\n#EXT-X-MEDIA-SEQUENCE:0\n\
         #EXT-X-PLAYLIST-TYPE:VOD\n#EXT-X-INDEPENDENT-SEGMENTS\n"
    )
}

fn seconds(us: u64) -> String {
    format!("{}.{:06}", us / 1_000_000, us % 1_000_000)
}
