//! What must hold of a media index before anybody serves from it.

use super::{
    AudioTrack, ByteRange, FORMAT, MAX_SEGMENTS, MAX_TRACKS, MediaIndex, Segment, Storyboard, VideoTrack,
};

/// Why an index is refused.
#[derive(Debug, thiserror::Error)]
pub enum IndexError {
    /// Not JSON, or not of this shape.
    #[error("media index is not readable JSON of format {FORMAT}: {0}")]
    Json(serde_json::Error),
    /// Written by a newer or older program.
    #[error("media index has format {0}, this program reads {FORMAT}")]
    Format(u32),
    /// The asset has nothing to play.
    #[error("media index names no video track")]
    NoVideo,
    /// More tracks of one kind than [`MAX_TRACKS`].
    #[error("media index has more than {MAX_TRACKS} tracks of one kind")]
    TooManyTracks,
    /// A track id that is no slug, or stands twice.
    #[error("track id {0:?} is not a slug or stands twice")]
    TrackId(String),
    /// Something about one track.
    #[error("track {track}: {what}")]
    Track {
        /// The track's id.
        track: String,
        /// What is wrong with it.
        what: &'static str,
    },
    /// A storyboard that cannot be drawn.
    #[error("storyboard has no tiles, or not as many sheets as its tiles need")]
    Storyboard,
}

impl MediaIndex {
    /// Checks format, ids, sizes and the order of segments.
    ///
    /// # Errors
    /// The first thing that is wrong.
    pub fn validate(&self) -> Result<(), IndexError> {
        if self.format != FORMAT {
            return Err(IndexError::Format(self.format));
        }
        if self.video.is_empty() {
            return Err(IndexError::NoVideo);
        }
        if [self.video.len(), self.audio.len(), self.text.len()].iter().any(|&n| n > MAX_TRACKS) {
            return Err(IndexError::TooManyTracks);
        }
        self.validate_ids()?;
        for track in &self.video {
            video(track).map_err(|what| IndexError::Track { track: track.id.clone(), what })?;
        }
        for track in &self.audio {
            audio(track).map_err(|what| IndexError::Track { track: track.id.clone(), what })?;
        }
        let first = &self.video[0];
        for track in &self.video[1..] {
            if !aligned(first, track) {
                let what = "segments do not begin at the times of the first video track's";
                return Err(IndexError::Track { track: track.id.clone(), what });
            }
        }
        self.storyboard.as_ref().map_or(Ok(()), storyboard)
    }

    fn validate_ids(&self) -> Result<(), IndexError> {
        let video = self.video.iter().map(|t| &t.id);
        let audio = self.audio.iter().map(|t| &t.id);
        let mut seen = std::collections::HashSet::new();
        for id in video.chain(audio).chain(self.text.iter().map(|t| &t.id)) {
            // Ids become parts of URLs and of object keys; `master` and `storyboard` are taken by other documents.
            let slug = !id.is_empty()
                && id.len() <= 64
                && id.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
            if !slug || id == "master" || id.starts_with("storyboard") || !seen.insert(id) {
                return Err(IndexError::TrackId(id.clone()));
            }
        }
        Ok(())
    }
}

fn video(track: &VideoTrack) -> Result<(), &'static str> {
    if track.width == 0 || track.height == 0 {
        return Err("has no size");
    }
    if track.frame_rate.0 == 0 || track.frame_rate.1 == 0 {
        return Err("has no frame rate");
    }
    segments(track.timescale, track.init, &track.segments)
}

fn audio(track: &AudioTrack) -> Result<(), &'static str> {
    if track.channels == 0 || track.sample_rate == 0 {
        return Err("has no channels or no sample rate");
    }
    segments(track.timescale, track.init, &track.segments)
}

fn segments(timescale: u32, init: ByteRange, segments: &[Segment]) -> Result<(), &'static str> {
    if timescale == 0 {
        return Err("has timescale 0");
    }
    if segments.is_empty() {
        return Err("has no segments");
    }
    if segments.len() > MAX_SEGMENTS {
        return Err("has too many segments");
    }
    if init.len == 0 {
        return Err("has no init segment");
    }
    let mut end = init.offset.checked_add(init.len.into()).ok_or("byte range overflows")?;
    let mut time = segments[0].start;
    for s in segments {
        if s.len == 0 || s.duration == 0 {
            return Err("has an empty segment");
        }
        if s.offset < end {
            return Err("has segments that overlap in the file");
        }
        if s.start != time {
            return Err("has a gap or an overlap in time");
        }
        end = s.offset.checked_add(s.len.into()).ok_or("byte range overflows")?;
        time = s.start.checked_add(s.duration.into()).ok_or("time overflows")?;
    }
    Ok(())
}

/// Whether both tracks are cut at the same instants, so that a player may switch at every segment.
fn aligned(a: &VideoTrack, b: &VideoTrack) -> bool {
    let at = |ticks: u64, other: u32| u128::from(ticks) * u128::from(other);
    a.segments.len() == b.segments.len()
        && a.segments
            .iter()
            .zip(&b.segments)
            .all(|(x, y)| at(x.start, b.timescale) == at(y.start, a.timescale))
}

fn storyboard(s: &Storyboard) -> Result<(), IndexError> {
    let per_sheet = u32::from(s.columns) * u32::from(s.rows);
    let drawable = per_sheet > 0 && s.tiles > 0 && s.interval_us > 0 && s.tile_width > 0 && s.tile_height > 0;
    if drawable && s.tiles.div_ceil(per_sheet) == u32::from(s.sheets) {
        Ok(())
    } else {
        Err(IndexError::Storyboard)
    }
}
