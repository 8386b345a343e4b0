use media::index::{IndexError, MediaIndex};

use crate::samples;

#[test]
fn json_is_stable_and_reads_back() {
    let index = samples::index();
    let bytes = index.to_json().expect("a valid index");
    assert_eq!(MediaIndex::from_json(&bytes).expect("reads"), index);
    insta::assert_snapshot!(String::from_utf8(bytes).expect("text"));
}

#[test]
fn what_readers_would_trip_over_is_refused() {
    let refused = |change: fn(&mut MediaIndex)| {
        let mut index = samples::index();
        change(&mut index);
        let error = index.validate().expect_err("must be refused");
        assert!(index.to_json().is_err(), "it must not be written either");
        error
    };
    assert!(matches!(refused(|i| i.format = 2), IndexError::Format(2)));
    assert!(matches!(refused(|i| i.video.clear()), IndexError::NoVideo));
    assert!(matches!(refused(|i| i.audio = vec![i.audio[0].clone(); 65]), IndexError::TooManyTracks));
    for id in ["", "../x", "V240", "v 240", "master", "storyboard", "storyboard-0", "a/b"] {
        let mut index = samples::index();
        index.text[0].id = id.into();
        assert!(matches!(index.validate(), Err(IndexError::TrackId(_))), "{id:?}");
    }
    assert!(matches!(refused(|i| i.audio[1].id = "v240".into()), IndexError::TrackId(_)));
    let track = |change| match refused(change) {
        IndexError::Track { what, .. } => what,
        other => panic!("{other:?}"),
    };
    assert_eq!(track(|i| i.video[0].height = 0), "has no size");
    assert_eq!(track(|i| i.video[0].frame_rate.1 = 0), "has no frame rate");
    assert_eq!(track(|i| i.audio[0].channels = 0), "has no channels or no sample rate");
    assert_eq!(track(|i| i.audio[0].timescale = 0), "has timescale 0");
    assert_eq!(track(|i| i.video[1].segments.clear()), "has no segments");
    assert_eq!(track(|i| i.video[1].init.len = 0), "has no init segment");
    assert_eq!(track(|i| i.video[1].segments[1].duration = 0), "has an empty segment");
    assert_eq!(track(|i| i.video[1].segments[1].offset -= 1), "has segments that overlap in the file");
    assert_eq!(track(|i| i.video[1].segments[1].start += 1), "has a gap or an overlap in time");
    assert_eq!(track(|i| i.video[1].segments[2].offset = u64::MAX), "byte range overflows");
    assert!(track(|i| i.video[2].timescale = 90_000).starts_with("segments do not begin at the times"));
    assert!(matches!(refused(|i| i.storyboard.as_mut().expect("one").tiles = 26), IndexError::Storyboard));
}

#[test]
fn unknown_fields_and_rubbish_are_refused() {
    assert!(matches!(MediaIndex::from_json(b"{"), Err(IndexError::Json(_))));
    let json = String::from_utf8(samples::index().to_json().expect("valid")).expect("text");
    let extra = json.replacen("\"asset\"", "\"colour\":1,\"asset\"", 1);
    assert!(matches!(MediaIndex::from_json(extra.as_bytes()), Err(IndexError::Json(_))));
}
