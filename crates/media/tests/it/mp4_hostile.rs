//! Files that were made to do harm.

use std::io::Cursor;

use media::mp4::{IndexedTrack, Limits, Mp4Error, index_track};

use crate::builder::{Sample, Style, fragment, ftyp, make, moov, video_moov};

const PLAIN: Style =
    Style { verbose: false, first_flags: true, version: 1, large: false, styp: false, split: false };
const ONE: Sample = Sample { duration: 100, size: 10, sync: true, offset: 0 };

fn index(parts: &[Vec<u8>]) -> Result<IndexedTrack, Mp4Error> {
    index_track(Cursor::new(parts.concat()), &Limits::default())
}

/// The bytes with the ones at `needle` (found once) replaced.
fn patched(mut bytes: Vec<u8>, needle: &[u8], skip: usize, with: &[u8]) -> Vec<u8> {
    let at =
        bytes.windows(needle.len()).position(|w| w == needle).expect("it is there") + needle.len() + skip;
    bytes[at..at + with.len()].copy_from_slice(with);
    bytes
}

#[test]
fn files_that_are_no_fragmented_track_are_told_apart() {
    assert!(matches!(index(&[]), Err(Mp4Error::Missing(_))));
    assert!(matches!(index(&[b"GIF89a".to_vec()]), Err(Mp4Error::Size { .. })));
    assert!(matches!(index(&[ftyp(), video_moov(1000)]), Err(Mp4Error::NoFragments)));
    let plain = [ftyp(), fragment(0, &[ONE], PLAIN)];
    assert!(matches!(index(&plain), Err(Mp4Error::Missing(name)) if name.0 == *b"moov"));
    let two = [ftyp(), video_moov(1000), video_moov(1000)];
    assert!(matches!(index(&two), Err(Mp4Error::Misplaced(_))));
    let other = [ftyp(), moov(1000, b"text", &make(b"tx3g", &[&[0; 40]])), fragment(0, &[ONE], PLAIN)];
    assert!(matches!(index(&other), Err(Mp4Error::Handler(_))));
    let hevc = [ftyp(), moov(1000, b"vide", &make(b"hvc1", &[&[0; 100]])), fragment(0, &[ONE], PLAIN)];
    assert!(matches!(index(&hevc), Err(Mp4Error::Codec(name)) if name.to_string() == "'hvc1'"));
    assert!(matches!(index(&[ftyp(), video_moov(0)]), Err(Mp4Error::Time(_))));
}

#[test]
fn sizes_that_lie_are_refused_before_anything_is_allocated() {
    let file = || vec![ftyp(), video_moov(1000), fragment(0, &[ONE], PLAIN)];
    for size in [0u32, 1, 7, 0x7fff_ffff, u32::MAX] {
        let mut parts = file();
        parts[2] = patched(parts[2].clone(), b"mdat", 0, &[]);
        let mdat = parts[2].windows(4).position(|w| w == b"mdat").expect("mdat") - 4;
        parts[2][mdat..mdat + 4].copy_from_slice(&size.to_be_bytes());
        assert!(matches!(index(&parts), Err(Mp4Error::Size { .. } | Mp4Error::Data(_))), "mdat of {size}");
        let mut parts = file();
        parts[1][..4].copy_from_slice(&size.to_be_bytes());
        assert!(index(&parts).is_err(), "moov of {size}");
    }
    // A 64-bit size near the end of numbers.
    let mut huge = vec![0, 0, 0, 1];
    huge.extend(b"free");
    huge.extend((u64::MAX - 3).to_be_bytes());
    assert!(matches!(index(&[ftyp(), huge]), Err(Mp4Error::Size { size, .. }) if size == u64::MAX - 3));
    // 4 billion samples in 20 bytes.
    let long = [Sample { duration: 1, size: 1, ..ONE }; 2];
    let lying = patched(fragment(0, &long, PLAIN), b"trun", 4, &u32::MAX.to_be_bytes());
    let result = index(&[ftyp(), video_moov(1000), lying]);
    assert!(matches!(result, Err(Mp4Error::Limit { what: "samples", .. })), "{result:?}");
    // More than there are, but within the limit.
    let lying = patched(fragment(0, &long, PLAIN), b"trun", 4, &100_000u32.to_be_bytes());
    let result = index(&[ftyp(), video_moov(1000), lying]);
    assert!(matches!(result, Err(Mp4Error::Data(_))), "{result:?}");
}

#[test]
fn numbers_that_overflow_are_refused() {
    let late = fragment(u64::MAX - 50, &[ONE], PLAIN);
    let result = index(&[ftyp(), video_moov(1000), late]);
    assert!(matches!(result, Err(Mp4Error::Time(_))), "{result:?}");
    // Data before the fragment.
    let back = patched(fragment(0, &[ONE], PLAIN), b"trun", 8, &(-100i32).to_be_bytes());
    assert!(matches!(index(&[ftyp(), video_moov(1000), back]), Err(Mp4Error::Data(_))));
    let ahead = patched(fragment(0, &[ONE], PLAIN), b"trun", 8, &i32::MAX.to_be_bytes());
    assert!(matches!(index(&[ftyp(), video_moov(1000), ahead]), Err(Mp4Error::Data(_))));
}

#[test]
fn gaps_missing_data_and_a_first_sample_that_cannot_be_decoded() {
    let first = fragment(0, &[ONE], PLAIN);
    let gap = index(&[ftyp(), video_moov(1000), first.clone(), fragment(101, &[ONE], PLAIN)]);
    assert!(matches!(gap, Err(Mp4Error::Gap { begins: 101, ended: 100, .. })), "{gap:?}");
    let no_sync = fragment(0, &[Sample { sync: false, ..ONE }], PLAIN);
    assert!(matches!(index(&[ftyp(), video_moov(1000), no_sync]), Err(Mp4Error::NoSync)));
    let mdat = first.len() - 18;
    let no_data = index(&[ftyp(), video_moov(1000), first[..mdat].to_vec()]);
    assert!(matches!(no_data, Err(Mp4Error::Missing(name)) if name.0 == *b"mdat"), "{no_data:?}");
    let twice = index(&[ftyp(), video_moov(1000), first[..mdat].to_vec(), first.clone()]);
    assert!(matches!(twice, Err(Mp4Error::Misplaced(_))), "{twice:?}");
    // Offsets from the file's start would move with the segment.
    let absolute = patched(first, b"tfhd", 0, &[0, 0, 0, 1]);
    assert!(matches!(index(&[ftyp(), video_moov(1000), absolute]), Err(Mp4Error::Misplaced(_))));
}

#[test]
fn limits_hold() {
    let file =
        [ftyp(), video_moov(1000), fragment(0, &[ONE; 4], PLAIN), fragment(400, &[ONE; 4], PLAIN)].concat();
    let with = |limits: Limits| index_track(Cursor::new(&file), &limits);
    let d = Limits::default();
    assert!(with(d).is_ok());
    assert!(with(Limits { max_samples: 8, max_boxes: 6, ..d }).is_ok());
    assert!(matches!(with(Limits { max_samples: 7, ..d }), Err(Mp4Error::Limit { what: "samples", .. })));
    assert!(matches!(with(Limits { max_boxes: 5, ..d }), Err(Mp4Error::Limit { what: "boxes", .. })));
    assert!(matches!(with(Limits { max_moov_bytes: 100, ..d }), Err(Mp4Error::Limit { .. })));
    assert!(matches!(with(Limits { max_moof_bytes: 50, ..d }), Err(Mp4Error::Limit { .. })));
}

#[test]
fn nesting_costs_nothing() {
    // A moov of boxes within boxes, 100,000 deep: the walk follows its own path only.
    let mut deep = Vec::new();
    for level in 0..100_000u32 {
        deep.extend(((100_000 - level) * 8).to_be_bytes());
        deep.extend(b"moov");
    }
    let result = index(&[ftyp(), deep]);
    assert!(matches!(result, Err(Mp4Error::Tracks(0))), "{result:?}");
}
