//! An index to make playlists from.

use media::index::{AudioTrack, ByteRange, FORMAT, MediaIndex, Segment, Storyboard, TextTrack, VideoTrack};

pub fn segments(count: u64, duration: u32, last: u32, len: u32) -> Vec<Segment> {
    (0..count)
        .map(|n| Segment {
            offset: 700 + n * u64::from(len),
            len,
            start: n * u64::from(duration),
            duration: if n + 1 == count { last } else { duration },
        })
        .collect()
}

pub fn video(id: &str, width: u32, height: u32, peak: u32) -> VideoTrack {
    VideoTrack {
        id: id.into(),
        codec: "avc1.64001f".into(),
        width,
        height,
        frame_rate: (30_000, 1001),
        bandwidth_peak: peak,
        bandwidth_avg: peak / 3 * 2,
        timescale: 30_000,
        init: ByteRange { offset: 0, len: 700 },
        segments: segments(3, 120_120, 34_034, 1000),
    }
}

pub fn audio(id: &str, lang: &str) -> AudioTrack {
    AudioTrack {
        id: id.into(),
        lang: lang.into(),
        codec: "mp4a.40.2".into(),
        channels: 2,
        sample_rate: 48_000,
        bandwidth_peak: 131_000,
        bandwidth_avg: 128_000,
        timescale: 48_000,
        init: ByteRange { offset: 0, len: 600 },
        segments: segments(3, 192_512, 53_000, 600),
    }
}

pub fn text(id: &str, lang: &str, label: &str, forced: bool) -> TextTrack {
    TextTrack { id: id.into(), lang: lang.into(), label: label.into(), forced }
}

pub fn index() -> MediaIndex {
    MediaIndex {
        format: FORMAT,
        asset: "night-ferry-0123abcd".into(),
        duration_us: 9_142_466,
        video: vec![
            video("v240", 426, 240, 450_000),
            video("v540", 960, 540, 2_000_000),
            video("v1080", 1920, 1080, 6_400_000),
        ],
        audio: vec![audio("a-ko", "ko"), audio("a-en", "en")],
        text: vec![
            text("s-en", "en", "English", false),
            text("s-en-2", "en", "English", true),
            text("s-ar", "ar", "العربية \"كاملة\"\n", false),
        ],
        storyboard: Some(Storyboard {
            sheets: 1,
            columns: 5,
            rows: 5,
            tile_width: 240,
            tile_height: 134,
            interval_us: 2_000_000,
            tiles: 5,
        }),
    }
}
