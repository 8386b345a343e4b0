use media::hls::{MasterOptions, TrackView, master, media_playlist, text_playlist};
use media::index::Segment;
use proptest::prelude::*;

use crate::samples;

#[test]
fn the_multivariant_playlist() {
    insta::assert_snapshot!(master(&samples::index(), &MasterOptions::default()));
}

#[test]
fn a_plan_and_a_language() {
    let options = MasterOptions { max_height: Some(540), language: Some("en-GB") };
    insta::assert_snapshot!(master(&samples::index(), &options));
    // Even a plan that allows nothing gets the lowest rung.
    let text = master(&samples::index(), &MasterOptions { max_height: Some(1), ..MasterOptions::default() });
    assert_eq!(text.matches("#EXT-X-STREAM-INF").count(), 1);
    assert!(text.ends_with("v240.m3u8\n"));
}

#[test]
fn a_silent_film() {
    let mut index = samples::index();
    index.audio.clear();
    index.text.clear();
    insta::assert_snapshot!(master(&index, &MasterOptions::default()));
}

#[test]
fn media_playlists() {
    let index = samples::index();
    insta::assert_snapshot!("video", media_playlist(&index.video[0]));
    insta::assert_snapshot!("audio", media_playlist(&index.audio[0]));
    insta::assert_snapshot!("text", text_playlist(&index.text[0], index.duration_us));
}

/// Numbers after a tag.
fn values(text: &str, tag: &str) -> Vec<f64> {
    let lines = text.lines().filter_map(|l| l.strip_prefix(tag));
    lines.filter_map(|l| l.trim_end_matches(',').parse().ok()).collect()
}

proptest! {
    #[test]
    fn durations_add_up_and_stay_under_the_target(
        durations in prop::collection::vec(1u32..2_000_000, 1..300),
        timescale in 1u32..100_000,
        start in 0u64..1_000_000,
    ) {
        let mut at = start;
        let segments: Vec<Segment> = durations.iter().map(|&duration| {
            let segment = Segment { offset: 0, len: 1, start: at, duration };
            at += u64::from(duration);
            segment
        }).collect();
        let text = media_playlist(TrackView { id: "v", timescale, segments: &segments });
        let said = values(&text, "#EXTINF:");
        prop_assert_eq!(said.len(), durations.len());
        let target = values(&text, "#EXT-X-TARGETDURATION:")[0];
        let mut sum = 0.0;
        for (said, ticks) in said.iter().zip(&durations) {
            prop_assert!(said.round() <= target);
            prop_assert!((said - f64::from(*ticks) / f64::from(timescale)).abs() < 2e-6 + said * 1e-9);
            sum += said;
        }
        let all = (at - start) as f64 / f64::from(timescale);
        prop_assert!((sum - all).abs() < 2e-6 + all * 1e-9, "{} is not {}", sum, all);
        let last = text.lines().rev().nth(1).map(str::to_owned);
        prop_assert_eq!(last, Some(format!("v/{}.m4s", durations.len() - 1)));
    }

    #[test]
    fn no_label_breaks_a_line_or_a_quote(label in "\\PC*|[\"\\r\\n,=\\\\]{0,20}") {
        let mut index = samples::index();
        let plain = master(&index, &MasterOptions::default());
        index.text[2].label = label;
        let text = master(&index, &MasterOptions::default());
        prop_assert_eq!(text.lines().count(), plain.lines().count());
        prop_assert_eq!(text.matches('"').count(), plain.matches('"').count());
        prop_assert!(!text.contains('\r'));
    }
}
