use media::ladder::{MIN_SIDE, Rung, Source, ladder};
use proptest::prelude::*;

fn sizes(width: u32, height: u32) -> Vec<(String, u32, u32)> {
    let rungs = ladder(&Source { width, height, fps: (25, 1) });
    rungs.into_iter().map(|r| (r.id, r.width, r.height)).collect()
}

#[test]
fn well_known_sources() {
    let mut text = String::new();
    for (width, height) in [
        (3840, 2160),
        (1920, 1080),
        (1920, 800),
        (1920, 1038),
        (1440, 1080),
        (1080, 1920),
        (1280, 720),
        (1024, 576),
        (854, 480),
        (720, 576),
        (640, 360),
        (640, 359),
        (640, 480),
        (360, 640),
        (320, 180),
        (1080, 1080),
        (4096, 1716),
        (641, 361),
        (16, 16),
        (15, 300),
        (1, 1),
        (8000, 40),
        (7680, 4320),
    ] {
        let rungs: Vec<String> =
            sizes(width, height).iter().map(|(id, w, h)| format!("{id} {w}x{h}")).collect();
        text += &format!("{width}x{height}: {}\n", rungs.join(", "));
    }
    insta::assert_snapshot!(text);
}

#[test]
fn frame_rates_come_down_to_thirty_or_less_by_whole_parts() {
    let rate = |fps| ladder(&Source { width: 320, height: 180, fps })[0].fps;
    assert_eq!(rate((24_000, 1001)), (24_000, 1001));
    assert_eq!(rate((30, 1)), (30, 1));
    assert_eq!(rate((60_000, 1001)), (30_000, 1001));
    assert_eq!(rate((50, 1)), (25, 1));
    assert_eq!(rate((48, 1)), (24, 1));
    assert_eq!(rate((120, 1)), (30, 1));
    assert_eq!(rate((240, 2)), (30, 1));
    assert_eq!(rate((31, 1)), (31, 2));
    assert_eq!(rate((0, 0)), (25, 1));
    // Fewer than ten are shown several times: a keyframe every 2 s wants frames to stand on.
    assert_eq!(rate((5, 1)), (10, 1));
    assert_eq!(rate((1, 1)), (10, 1));
    assert_eq!(rate((15, 2)), (15, 1));
}

#[test]
fn bit_rates() {
    let rates = |w, h| -> Vec<u32> {
        ladder(&Source { width: w, height: h, fps: (25, 1) }).iter().map(|r| r.bitrate).collect()
    };
    assert_eq!(rates(1920, 1080), [449_000, 950_000, 2_000_000, 3_600_000, 6_400_000]);
    assert!(rates(1920, 800).iter().zip(rates(1920, 1080)).all(|(a, b)| *a < b));
}

proptest! {
    #[test]
    fn rungs_are_even_rise_and_never_enlarge(width in 1u32..9000, height in 1u32..9000, num in 0u32..200_000, den in 0u32..2000) {
        let rungs: Vec<Rung> = ladder(&Source { width, height, fps: (num, den) });
        for rung in &rungs {
            prop_assert!(rung.width % 2 == 0 && rung.height % 2 == 0);
            prop_assert!(rung.width <= width && rung.height <= height);
            prop_assert!(rung.width >= MIN_SIDE && rung.height >= MIN_SIDE);
            // The shape is kept, as far as even numbers allow.
            let off = f64::from(rung.height) - f64::from(height) * f64::from(rung.width) / f64::from(width);
            let step = 1.001 + f64::from(height) / f64::from(width);
            prop_assert!(off.abs() <= step * 1.01 + 1.0, "{:?} of {}x{}", rung, width, height);
            prop_assert!(rung.fps.1 > 0 && f64::from(rung.fps.0) / f64::from(rung.fps.1) <= 30.0);
            prop_assert!(rung.bitrate >= 50_000 && rung.bitrate <= 6_400_000);
        }
        for pair in rungs.windows(2) {
            prop_assert!(pair[0].width < pair[1].width && pair[0].height < pair[1].height);
            prop_assert!(pair[0].bitrate <= pair[1].bitrate);
        }
        let shape = f64::from(width.max(height)) / f64::from(width.min(height));
        if width.min(height) >= 414 && shape < 2.4 {
            prop_assert!(rungs.len() >= 3, "{} rungs for {}x{}", rungs.len(), width, height);
        }
        if width.min(height) >= MIN_SIDE && shape < 10.0 {
            prop_assert!(!rungs.is_empty());
        }
    }
}
