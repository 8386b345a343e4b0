//! Files of any shape, indexed, against what they were made from.

use std::io::Cursor;

use media::index::Segment;
use media::mp4::{Limits, TrackKind, index_track};
use proptest::prelude::*;

use crate::builder::{Sample, Style, audio_moov, fragment, ftyp, make, video_moov};

fn sample() -> impl Strategy<Value = Sample> {
    (1u32..2000, 0u32..300, prop::bool::weighted(0.2), -3i32..1000)
        .prop_map(|(duration, size, sync, offset)| Sample { duration, size, sync, offset })
}

/// Samples that differ, or that are alike but for the first one's flags.
fn samples() -> impl Strategy<Value = Vec<Sample>> {
    prop_oneof![
        prop::collection::vec(sample(), 1..20),
        (sample(), 1usize..20, any::<bool>()).prop_map(|(one, n, first)| {
            let rest = Sample { sync: false, offset: 0, ..one };
            let mut all = vec![rest; n];
            all[0].sync = first;
            all
        }),
    ]
}

fn style() -> impl Strategy<Value = Style> {
    (any::<bool>(), any::<bool>(), 0u8..2, any::<bool>(), any::<bool>(), any::<bool>()).prop_map(
        |(verbose, first_flags, version, large, styp, split)| Style {
            verbose,
            first_flags,
            version,
            large,
            styp,
            split,
        },
    )
}

proptest! {
    #[test]
    fn segments_are_what_was_written(
        mut fragments in prop::collection::vec((samples(), style()), 1..12),
        start in 0u64..1000,
        timescale in 1u32..200_000,
        min_segment_us in prop_oneof![Just(0u64), 1u64..2_000_000],
    ) {
        fragments[0].0[0].sync = true;
        let mut file = [ftyp(), video_moov(timescale)].concat();
        let init = file.len();
        // The oracle: the plain list of fragments, put together by the rule.
        let mut expected: Vec<Segment> = Vec::new();
        let (mut time, mut count, mut earliest) = (start, 0, i64::MAX);
        for (samples, style) in &fragments {
            let offset = file.len() as u64;
            file.extend(fragment(time, samples, *style));
            let len = (file.len() as u64 - offset) as u32;
            let duration: u32 = samples.iter().map(|s| s.duration).sum();
            let enough = |s: &Segment| u128::from(s.duration) * 1_000_000 / u128::from(timescale) >= u128::from(min_segment_us);
            match expected.last_mut() {
                Some(last) if !(samples[0].sync && enough(last)) => {
                    last.len += len;
                    last.duration += duration;
                }
                _ => expected.push(Segment { offset, len, start: time, duration }),
            }
            let mut at = time as i64;
            for s in samples {
                earliest = earliest.min(at + i64::from(s.offset));
                at += i64::from(s.duration);
                count += 1;
            }
            time += u64::from(duration);
        }
        file.extend(make(b"mfra", &[&[0; 16]]));
        let limits = Limits { min_segment_us, ..Limits::default() };
        let track = index_track(Cursor::new(&file), &limits).expect("a good file");
        prop_assert_eq!(track.segments, expected);
        prop_assert_eq!(track.init.len as usize, init);
        prop_assert_eq!(track.samples, count);
        prop_assert_eq!(track.first_presented, earliest);
        prop_assert_eq!(track.kind, TrackKind::Video { width: 320, height: 180 });
        prop_assert_eq!(track.codec, "avc1.64001f");
    }

    #[test]
    fn any_cut_and_any_changed_byte_gives_an_error_or_ranges_within_the_file(
        fragments in prop::collection::vec((samples(), style()), 1..4),
        cut in any::<prop::sample::Index>(),
        change in any::<prop::sample::Index>(),
        to in any::<u8>(),
    ) {
        let mut file = [ftyp(), video_moov(1000)].concat();
        let mut time = 0;
        for (samples, style) in &fragments {
            file.extend(fragment(time, samples, *style));
            time += samples.iter().map(|s| u64::from(s.duration)).sum::<u64>();
        }
        let change = change.index(file.len());
        let cut = cut.index(file.len());
        let whole = file.clone();
        media::fuzz::fuzz_mp4(&whole[..cut]);
        file[change] = to;
        media::fuzz::fuzz_mp4(&file);
    }
}

#[test]
fn codec_strings_of_sound_follow_the_decoders_configuration() {
    let quiet =
        Style { verbose: false, first_flags: false, version: 0, large: false, styp: false, split: false };
    let samples = [Sample { duration: 1024, size: 10, sync: true, offset: 0 }; 4];
    // AAC-LC 48 kHz stereo; HE-AAC 24 kHz stereo; AAC-LC 44.1 kHz in full, 5.1; xHE-AAC (42), by the escape.
    let cases: [(&[u8], &str, u32, u32); 4] = [
        (&[0x11, 0x90], "mp4a.40.2", 2, 48_000),
        (&[0x2b, 0x10], "mp4a.40.5", 2, 24_000),
        (&[0x17, 0x80, 0x56, 0x22, 0x30], "mp4a.40.2", 6, 44_100),
        (&[0xf9, 0x46, 0x40], "mp4a.40.42", 2, 48_000),
    ];
    for (config, codec, channels, sample_rate) in cases {
        let file = [ftyp(), audio_moov(48_000, config), fragment(0, &samples, quiet)].concat();
        let track = index_track(Cursor::new(file), &Limits::default()).expect("a good file");
        assert_eq!(track.codec, codec);
        assert_eq!(track.kind, TrackKind::Audio { channels, sample_rate });
    }
}

#[test]
fn a_last_segment_of_one_keyframe_is_no_peak() {
    let style =
        Style { verbose: false, first_flags: true, version: 0, large: false, styp: false, split: false };
    let second = |size| [Sample { duration: 1000, size, sync: true, offset: 0 }; 4];
    let mut file = [ftyp(), video_moov(1000)].concat();
    file.extend(fragment(0, &second(1000), style));
    file.extend(fragment(4000, &second(2000), style));
    // 40 ms with 5,000 bytes would be 1 Mbit/s.
    file.extend(fragment(8000, &[Sample { duration: 40, size: 5000, sync: true, offset: 0 }], style));
    let track = index_track(Cursor::new(&file), &Limits::default()).expect("a good file");
    let [_, b, c] = track.segments[..] else { panic!("three segments") };
    assert_eq!(track.bandwidth_peak, ((b.len + c.len) * 8 * 1000).div_ceil(4040));
    let bytes = file.len() as u32 - track.init.len;
    assert_eq!(track.bandwidth_avg, (bytes * 8 * 1000).div_ceil(8040));
}
