//! One function per parser for outside bytes: it may refuse, it may not panic, hang or grow without bound. The corpus is
//! replayed by the tests; `fuzz/run` drives the same functions with libFuzzer.

use std::io::Cursor;

use crate::image::Limits as ImageLimits;
use crate::{image, index, mp4, vtt};

/// Indexes the bytes as a track file; what is accepted makes a valid index and covers no byte twice.
pub fn fuzz_mp4(data: &[u8]) {
    let Ok(track) =
        mp4::index_track(Cursor::new(data), &mp4::Limits { max_samples: 1 << 20, ..mp4::Limits::default() })
    else {
        return;
    };
    let mut end = u64::from(track.init.len);
    for segment in &track.segments {
        assert!(segment.offset >= end, "segments overlap");
        end = segment.offset + u64::from(segment.len);
    }
    assert!(end <= data.len() as u64, "a segment ends after the file");
}

/// Reads the bytes as a media index.
pub fn fuzz_index(data: &[u8]) {
    if let Ok(index) = index::MediaIndex::from_json(data) {
        let again = index.to_json().ok().and_then(|bytes| index::MediaIndex::from_json(&bytes).ok());
        assert_eq!(again.as_ref(), Some(&index));
        crate::hls::master(&index, &crate::hls::MasterOptions::default());
        index.video.iter().for_each(|t| drop(crate::hls::media_playlist(t)));
    }
}

/// Reads the bytes as WebVTT; what is accepted is written and read back the same.
pub fn fuzz_vtt(data: &[u8]) {
    round_trip(vtt::parse(data));
}

/// Reads the bytes as SubRip; what is accepted is written and read back the same.
pub fn fuzz_srt(data: &[u8]) {
    round_trip(vtt::from_srt(data));
}

fn round_trip(cues: Result<Vec<vtt::Cue>, vtt::VttError>) {
    if let Ok(cues) = cues {
        let text = vtt::write(&cues);
        assert_eq!(vtt::parse(text.as_bytes()).as_ref(), Ok(&cues), "{text}");
    }
}

/// Decodes the bytes as a picture of any kind, within small limits.
pub fn fuzz_image(data: &[u8]) {
    let limits = ImageLimits { max_bytes: 1 << 20, max_pixels: 1 << 20, max_side: 4096 };
    if let Ok(picture) = image::open(data, 64, &limits) {
        assert!(picture.width() <= 4096 && picture.height() <= 4096);
        image::dominant_colour(&picture);
    }
}
