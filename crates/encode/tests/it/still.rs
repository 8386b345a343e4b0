use encode::StillFormat;
use media::image::{Limits, decode_limited, dominant_colour};

use crate::clips::Bench;

#[tokio::test]
async fn a_still_is_neither_black_nor_flat() {
    let bench = Bench::new();
    // Black but for one second of pictures in the middle.
    let master = bench.make(
        "-f lavfi -i color=black:s=320x180:r=10:d=4 -f lavfi -i testsrc2=s=320x180:r=10:d=1 \
         -filter_complex [0:v]split[a][b];[a][1:v][b]concat=n=3:v=1 -c:v libx264 -pix_fmt yuv420p m.mp4",
    );
    let probe = bench.encoder.probe(&master).await.expect("a good master");
    for (format, name) in [(StillFormat::Jpeg, "still.jpg"), (StillFormat::Png, "still.png")] {
        let out = bench.path(name);
        let at = bench.encoder.still(&master, &probe, None, format, &out).await.expect("a still");
        assert!((4_000_000..5_000_000).contains(&at), "{at}");
        let picture =
            decode_limited(&std::fs::read(&out).expect("the still"), &Limits::default()).expect("a picture");
        assert_eq!((picture.width(), picture.height()), (320, 180));
        assert!(dominant_colour(&picture).iter().any(|c| *c > 60));
    }
    let end = bench.path("end.png");
    bench
        .encoder
        .still(&master, &probe, Some(u64::MAX), StillFormat::Png, &end)
        .await
        .expect("the last frame");
    assert_eq!(bench.names(), ["end.png", "m.mp4", "still.jpg", "still.png"]);
}
