use std::fs::{self, File};

use encode::EncodeError;
use media::index::{FORMAT, MediaIndex};
use media::ladder::ladder;
use media::mp4::{IndexedTrack, Limits, index_track};

use crate::clips::{Bench, ffprobe};

/// The byte ranges of an index, laid end to end.
fn covered(track: &IndexedTrack) -> u64 {
    let mut end = u64::from(track.init.len);
    for segment in &track.segments {
        assert_eq!(segment.offset, end);
        end += u64::from(segment.len);
    }
    end
}

#[tokio::test]
async fn all_rungs_are_cut_at_the_same_times_and_ranges_cover_the_files() {
    let bench = Bench::new();
    let master = bench.make(
        "-f lavfi -i testsrc2=s=1280x720:r=60000/1001:d=9 -c:v libx264 -preset ultrafast -pix_fmt yuv420p m.mov",
    );
    let probe = bench.encoder.probe(&master).await.expect("a good master");
    assert_eq!((probe.video.width, probe.video.height, probe.video.fps), (1280, 720, (60_000, 1001)));
    let rungs = ladder(&probe.source());
    assert_eq!(rungs.iter().map(|r| r.id.as_str()).collect::<Vec<_>>(), ["v240", "v360", "v540", "v720"]);
    let mut video = Vec::new();
    // Two are enough to see that they agree.
    for rung in &rungs[..2] {
        let out = bench.path(&format!("{}.mp4", rung.id));
        let mut seen = Vec::new();
        let track =
            bench.encoder.encode_video(&master, &probe, rung, &out, |f| seen.push(f)).await.expect("encodes");
        assert_eq!(seen.last(), Some(&1.0));
        assert!(seen.is_sorted() && seen.iter().all(|f| (0.0..=1.0).contains(f)), "{seen:?}");
        assert_eq!(covered(&track), fs::metadata(&out).expect("the file").len());
        let again = index_track(File::open(&out).expect("the file"), &Limits::default()).expect("indexes");
        assert_eq!(track, again);
        assert!(track.bandwidth_avg <= track.bandwidth_peak);
        video.push(track.into_video(&rung.id).expect("is video"));
        // 59.94 has been halved, keyframes stand every 2 s, pixels are square.
        let keyframes = ffprobe(&out, "-skip_frame nokey -show_entries frame=pts_time");
        let times: Vec<f64> =
            keyframes.lines().filter_map(|l| l.trim_end_matches(',').parse().ok()).collect();
        assert_eq!(times.len(), 5, "{keyframes}");
        for (n, time) in times.iter().enumerate() {
            assert!((time - times[0] - 2.0 * n as f64).abs() < 0.034, "{times:?}");
        }
        let facts = "-show_entries stream=profile,sample_aspect_ratio,pix_fmt";
        assert_eq!(ffprobe(&out, facts).trim(), "High,1:1,yuv420p");
    }
    assert_eq!(video[0].frame_rate, (30_000, 1001));
    assert_eq!(video[0].segments.len(), 3);
    assert!(video[0].codec.starts_with("avc1.6400"), "{}", video[0].codec);
    let index = MediaIndex {
        format: FORMAT,
        asset: "a".into(),
        duration_us: probe.duration_us,
        video,
        audio: vec![],
        text: vec![],
        storyboard: None,
    };
    index.validate().expect("rungs are aligned");
    assert_eq!(bench.names(), ["m.mov", "v240.mp4", "v360.mp4"]);
}

#[tokio::test]
async fn two_runs_give_the_same_bytes() {
    let bench = Bench::new();
    let master = bench.make("-f lavfi -i testsrc2=s=640x360:r=25:d=4 -c:v libx264 -preset ultrafast m.mkv");
    let probe = bench.encoder.probe(&master).await.expect("a good master");
    let rung = &ladder(&probe.source())[1];
    let threads = encode::Config { threads: 1, ..encode::Config::default() };
    let other = encode::Encoder::new(threads);
    let (a, b) = (bench.path("a.mp4"), bench.path("b.mp4"));
    bench.encoder.encode_video(&master, &probe, rung, &a, |_| ()).await.expect("encodes");
    other.encode_video(&master, &probe, rung, &b, |_| ()).await.expect("encodes");
    assert!(fs::read(a).expect("a") == fs::read(b).expect("b"), "the bytes differ");
}

#[tokio::test]
async fn turned_and_stretched_pictures_come_out_upright_with_square_pixels() {
    let bench = Bench::new();
    bench.make(
        "-f lavfi -i testsrc2=s=320x180:r=24:d=2 -vf setsar=4/3 -c:v libx264 -pix_fmt yuv420p flat.mp4",
    );
    // The display matrix says: turn by a quarter.
    let master = bench.make("-i flat.mp4 -c copy -metadata:s:v rotate=90 turned.mp4");
    let probe = bench.encoder.probe(&master).await.expect("a good master");
    assert_eq!((probe.video.width, probe.video.height), (180, 427));
    let rung = &ladder(&probe.source())[0];
    assert_eq!((rung.width, rung.height), (180, 426));
    let out = bench.path("out.mp4");
    let track = bench.encoder.encode_video(&master, &probe, rung, &out, |_| ()).await.expect("encodes");
    assert_eq!(track.segments.len(), 1);
    assert_eq!(ffprobe(&out, "-show_entries stream=width,height").trim(), "180,426");
}

#[tokio::test]
async fn a_master_that_stops_decoding_half_way_is_not_taken_for_whole() {
    let bench = Bench::new();
    let master = bench.clip();
    let mut probe = bench.encoder.probe(&master).await.expect("a good master");
    probe.duration_us = 30_000_000;
    let out = bench.path("out.mp4");
    let error = bench.encoder.encode_video(&master, &probe, &ladder(&probe.source())[0], &out, |_| ()).await;
    assert!(matches!(error, Err(EncodeError::Truncated { .. })), "{error:?}");
    assert_eq!(bench.names(), ["clip.mp4"]);
}

#[tokio::test]
async fn high_dynamic_range_is_brought_down_to_what_televisions_show() {
    let bench = Bench::new();
    // Half of PQ's scale is the white of a television of standard range: well above the 130 that the number looks like, and
    // below 255, to leave room for what is brighter.
    let master = bench.make(
        "-f lavfi -i color=gray:s=320x180:r=10:d=1 -vf format=yuv420p10le,geq=lum=512:cb=512:cr=512 -c:v libx265 \
         -preset ultrafast -x265-params log-level=error -color_primaries bt2020 -color_trc smpte2084 -colorspace bt2020nc m.mp4",
    );
    let probe = bench.encoder.probe(&master).await.expect("a good master");
    assert_eq!(probe.video.transfer, encode::Transfer::Pq);
    let out = bench.path("out.mp4");
    bench
        .encoder
        .encode_video(&master, &probe, &ladder(&probe.source())[0], &out, |_| ())
        .await
        .expect("encodes");
    let facts = ffprobe(&out, "-show_entries stream=pix_fmt,color_transfer,color_primaries");
    assert_eq!(facts.trim(), "yuv420p,bt709,bt709");
    let still = bench.path("still.png");
    bench
        .encoder
        .still(&out, &probe_of(&bench, &out).await, Some(0), encode::StillFormat::Png, &still)
        .await
        .expect("a still");
    let picture =
        media::image::decode_limited(&fs::read(&still).expect("the still"), &media::image::Limits::default());
    let level = picture.expect("a picture").rgba()[0];
    assert!((145..240).contains(&level), "{level}");
}

/// The probe of a track, as of a master of one second.
async fn probe_of(bench: &Bench, track: &std::path::Path) -> encode::Probe {
    let plain = bench.path("plain.mkv");
    let mut copy = std::process::Command::new("ffmpeg");
    let copied = copy
        .args(["-v", "error", "-i"])
        .arg(track)
        .args(["-c", "copy"])
        .arg(&plain)
        .status()
        .expect("ffmpeg");
    assert!(copied.success());
    bench.encoder.probe(&plain).await.expect("a good file")
}
