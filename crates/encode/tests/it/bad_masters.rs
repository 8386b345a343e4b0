use std::fs;

use encode::{Config, EncodeError, Encoder, Fault, Limits};

use crate::clips::Bench;

/// The message that an editor sees.
async fn refused(bench: &Bench, master: &std::path::Path) -> EncodeError {
    let error = bench.encoder.probe(master).await.expect_err("must be refused");
    assert_eq!(error.fault(), Fault::Master, "{error}: {:?}", error.log());
    error
}

#[tokio::test]
async fn masters_that_cannot_be_encoded_are_refused_with_a_reason() {
    let bench = Bench::new();
    let empty = bench.path("empty.mp4");
    fs::write(&empty, b"").expect("a file");
    assert!(matches!(refused(&bench, &empty).await, EncodeError::Empty));

    let text = bench.path("text.mp4");
    fs::write(&text, "Dear editor,\nthis is no film.\n".repeat(500)).expect("a file");
    assert!(matches!(refused(&bench, &text).await, EncodeError::NotMedia { .. }));

    let noise = bench.path("noise.mov");
    let bytes: Vec<u8> = (0u32..100_000).map(|n| (n.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
    fs::write(&noise, bytes).expect("a file");
    assert!(matches!(refused(&bench, &noise).await, EncodeError::NotMedia { .. }));

    let picture = bench.make("-f lavfi -i testsrc2=s=320x180 -frames:v 1 picture.png");
    assert!(matches!(refused(&bench, &picture).await, EncodeError::NotMedia { .. }));

    let dot = bench.make("-f lavfi -i testsrc=s=16x16:d=1:r=10,format=rgb24,crop=1:1 -c:v ffv1 dot.mkv");
    assert!(matches!(refused(&bench, &dot).await, EncodeError::TooSmall { width: 1, height: 1, .. }));

    let ribbon =
        bench.make("-f lavfi -i testsrc2=s=4000x20:d=1:r=5 -c:v libx264 -preset ultrafast ribbon.mkv");
    assert!(matches!(refused(&bench, &ribbon).await, EncodeError::TooNarrow { width: 4000, height: 20 }));

    let sound = bench.make("-f lavfi -i sine=440:d=1 -c:a aac sound.m4a");
    assert!(matches!(refused(&bench, &sound).await, EncodeError::AudioOnly));
}

#[tokio::test]
async fn a_cover_picture_is_no_film() {
    let bench = Bench::new();
    bench.make("-f lavfi -i testsrc2=s=320x180 -frames:v 1 cover.png");
    let song = bench.make(
        "-f lavfi -i sine=440:d=1 -i cover.png -map 0 -map 1 -c:a aac -c:v copy -disposition:v:0 attached_pic song.m4a",
    );
    assert!(matches!(refused(&bench, &song).await, EncodeError::AudioOnly));
}

#[tokio::test]
async fn a_master_cut_short_is_refused_wherever_its_index_stands() {
    let bench = Bench::new();
    let film = "-f lavfi -i testsrc2=s=320x180:r=25:d=20 -f lavfi -i sine=440:d=20 -c:v libx264 -preset ultrafast -g 500";
    for (options, name) in [
        ("", "end.mp4"),
        ("-movflags +faststart", "start.mp4"),
        ("", "film.mkv"),
        ("", "film.mov"),
        ("-bf 0", "film.avi"),
    ] {
        let whole = bench.make(&format!("{film} {options} {name}"));
        bench.encoder.probe(&whole).await.unwrap_or_else(|e| panic!("{name} is whole: {e}: {:?}", e.log()));
        let bytes = fs::read(&whole).expect("the film");
        let cut = bench.path(&format!("cut-{name}"));
        fs::write(&cut, &bytes[..bytes.len() * 6 / 10]).expect("a file");
        let error = refused(&bench, &cut).await;
        assert!(matches!(error, EncodeError::Truncated { .. }), "{name}: {error:?}");
    }
}

#[tokio::test]
async fn a_playlist_may_not_pull_in_other_files() {
    let bench = Bench::new();
    let clip = bench.clip();
    let list = bench.path("list.mp4");
    fs::write(&list, format!("ffconcat version 1.0\nfile '{}'\n", clip.display())).expect("a file");
    assert!(matches!(refused(&bench, &list).await, EncodeError::NotMedia { .. }));
    let hls = bench.path("hls.mp4");
    let text = format!("#EXTM3U\n#EXT-X-TARGETDURATION:3\n#EXTINF:3,\n{}\n#EXT-X-ENDLIST\n", clip.display());
    fs::write(&hls, text).expect("a file");
    assert!(matches!(refused(&bench, &hls).await, EncodeError::NotMedia { .. }));
}

#[tokio::test]
async fn limits_are_said() {
    let bench = Bench::new();
    let clip = bench.clip();
    let with = |limits: Limits| Encoder::new(Config { limits, ..Config::default() });
    let error = with(Limits { max_duration_us: 1_000_000, ..Limits::default() }).probe(&clip).await;
    assert!(matches!(error, Err(EncodeError::TooLong { us: 3_000_000, .. })), "{error:?}");
    let error = with(Limits { max_pixels: 50_000, ..Limits::default() }).probe(&clip).await;
    assert!(matches!(error, Err(EncodeError::TooManyPixels { width: 320, height: 180, .. })), "{error:?}");
    let error = with(Limits { max_streams: 1, ..Limits::default() }).probe(&clip).await;
    assert!(matches!(error, Err(EncodeError::TooManyStreams(2, 1))), "{error:?}");
}

#[tokio::test]
async fn a_missing_master_or_program_is_the_machines_fault() {
    let bench = Bench::new();
    let error = bench.encoder.probe(&bench.path("nowhere.mp4")).await.expect_err("no file");
    assert!(matches!(error, EncodeError::Unreadable { .. }));
    assert_eq!(error.fault(), Fault::Machine);
    let clip = bench.clip();
    let without = Encoder::new(Config { ffprobe: "/nowhere/ffprobe".into(), ..Config::default() });
    let error = without.probe(&clip).await.expect_err("no program");
    assert!(matches!(error, EncodeError::Program { .. }), "{error:?}");
    assert!(error.to_string().contains("install ffmpeg"));
    bench.encoder.check().await.expect("the installed one can do all that is needed");
}
