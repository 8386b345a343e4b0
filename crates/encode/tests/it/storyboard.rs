use encode::Frames;
use media::image::{Limits, Picture, decode_limited};
use media::ladder::ladder;
use media::storyboard;

use crate::clips::Bench;

/// The grey level in the middle of tile n of a sheet.
fn level(sheet: &Picture, n: u32, tile: (u32, u32)) -> u8 {
    let (x, y) = (n % 5 * tile.0 + tile.0 / 2, n / 5 * tile.1 + tile.1 / 2);
    sheet.rgba()[((y * sheet.width() + x) * 4) as usize]
}

#[tokio::test]
async fn tiles_show_the_frame_of_their_time_from_a_master_and_from_a_rung() {
    let bench = Bench::new();
    // Grey that rises by 4 each second: level = 4 * whole seconds.
    let master = bench.make(
        "-f lavfi -i color=black:s=320x180:r=25:d=55 -vf geq=lum=16+4*floor(T+0.001):cb=128:cr=128 -c:v libx264 \
         -preset ultrafast -pix_fmt yuv420p m.mp4",
    );
    let probe = bench.encoder.probe(&master).await.expect("a good master");
    let plan = storyboard::plan(probe.duration_us, probe.video.width, probe.video.height);
    assert_eq!((plan.interval_us, plan.tiles, plan.sheets), (2_000_000, 28, 2));
    assert_eq!((plan.tile_width, plan.tile_height), (240, 134));
    let rung = bench.path("v240.mp4");
    bench
        .encoder
        .encode_video(&master, &probe, &ladder(&probe.source())[0], &rung, |_| ())
        .await
        .expect("encodes");
    for (input, frames) in [(&master, Frames::All), (&rung, Frames::Keyframes)] {
        let dir = bench.path("a folder with %d in its name");
        std::fs::create_dir_all(&dir).expect("a folder");
        let mut last = 0.0;
        let (made, sheets) =
            bench.encoder.storyboard(input, frames, &plan, &dir, |f| last = f).await.expect("a storyboard");
        assert_eq!(last, 1.0);
        assert_eq!(made, plan);
        assert_eq!(sheets.len(), 2);
        let mut pictures = Vec::new();
        for sheet in &sheets {
            let bytes = std::fs::read(sheet).expect("a sheet");
            let picture = decode_limited(&bytes, &Limits::default()).expect("a picture");
            assert_eq!((picture.width(), picture.height()), (1200, 670));
            pictures.push(picture);
        }
        for n in 0..plan.tiles {
            let got = f64::from(level(&pictures[(n / 25) as usize], n % 25, (240, 134)));
            let want = f64::from(8 * n) * 255.0 / 219.0;
            assert!((got - want).abs() < 6.0, "{frames:?} tile {n}: {got}, not {want}");
        }
        assert_eq!(std::fs::read_dir(&dir).expect("the folder").count(), 2);
    }
}
