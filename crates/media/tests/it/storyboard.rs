use media::storyboard::{plan, vtt};
use proptest::prelude::*;

#[test]
fn the_cues_of_a_minute() {
    insta::assert_snapshot!(vtt(&plan(61_500_000, 1920, 1080)));
}

proptest! {
    #[test]
    fn every_moment_has_its_tile_within_its_sheet(
        duration_us in 1u64..20_000_000_000, width in 1u32..5000, height in 1u32..5000,
    ) {
        let plan = plan(duration_us, width, height);
        prop_assert!(u64::from(plan.tiles) * plan.interval_us >= duration_us);
        prop_assert!(u64::from(plan.tiles - 1) * plan.interval_us < duration_us);
        prop_assert_eq!(plan.tiles.div_ceil(25), u32::from(plan.sheets));
        prop_assert!(plan.tile_width.is_multiple_of(2) && plan.tile_height.is_multiple_of(2));
        prop_assert!(plan.tile_width <= 240 && plan.tile_height <= 240 && plan.tile_height > 0);
        if plan.tiles > 2000 {
            return Ok(());
        }
        let text = vtt(&plan);
        let cues = media::vtt::parse(text.as_bytes()).expect("valid WebVTT");
        prop_assert_eq!(cues.len(), plan.tiles as usize);
        let mut places = std::collections::HashSet::new();
        for (n, cue) in cues.iter().enumerate() {
            prop_assert_eq!(cue.start.ms(), n as u64 * plan.interval_us / 1000);
            prop_assert_eq!(cue.end.ms(), (n as u64 + 1) * plan.interval_us / 1000);
            let (sheet, place) = cue.text.split_once(".jpg#xywh=").expect("a fragment");
            let sheet: u16 = sheet.strip_prefix("storyboard-").and_then(|n| n.parse().ok()).expect("a number");
            prop_assert_eq!(usize::from(sheet), n / 25);
            let xywh: Vec<u32> = place.split(',').map(|v| v.parse().expect("a number")).collect();
            let (right, down) = (5 * u32::from(plan.tile_width), 5 * u32::from(plan.tile_height));
            prop_assert!(xywh[0] + xywh[2] <= right && xywh[1] + xywh[3] <= down);
            prop_assert!(places.insert((sheet, xywh[0], xywh[1])), "two cues show one tile");
        }
    }
}
