use std::fs;
use std::path::Path;
use std::process::Command;

use media::hls::{MasterOptions, master, media_playlist, text_playlist};
use media::index::{ByteRange, FORMAT, MediaIndex, TextTrack};
use media::ladder::ladder;

use crate::clips::{Bench, ffprobe};

/// Cuts a track file into the files that an origin would answer with.
fn cut(dir: &Path, id: &str, index: &MediaIndex) {
    let bytes = fs::read(dir.join(format!("{id}.mp4"))).expect("the track");
    let part = |r: ByteRange| &bytes[r.offset as usize..(r.offset + u64::from(r.len)) as usize];
    fs::create_dir(dir.join(id)).expect("a folder");
    let (init, segments) = index.segmented(id).expect("the track");
    fs::write(dir.join(id).join("init.mp4"), part(init)).expect("writes");
    for (n, segment) in segments.iter().enumerate() {
        fs::write(dir.join(id).join(format!("{n}.m4s")), part(segment.range())).expect("writes");
    }
}

/// Another player's eyes: ffmpeg's own HLS reader plays what we make, from the first frame to the last.
#[tokio::test]
async fn a_player_plays_the_playlists_and_segments() {
    let bench = Bench::new();
    let source = bench.make(
        "-f lavfi -i testsrc2=s=640x360:r=25:d=9 -f lavfi -i sine=440:d=9 -c:v libx264 -preset ultrafast -c:a aac m.mp4",
    );
    let probe = bench.encoder.probe(&source).await.expect("a good master");
    let mut video = Vec::new();
    for rung in ladder(&probe.source()) {
        let out = bench.path(&format!("{}.mp4", rung.id));
        let track = bench.encoder.encode_video(&source, &probe, &rung, &out, |_| ()).await.expect("encodes");
        video.push(track.into_video(rung.id).expect("is video"));
    }
    let out = bench.path("a-ko.mp4");
    let track =
        bench.encoder.encode_audio(&source, &probe, &probe.audio[0], &out, |_| ()).await.expect("encodes");
    let index = MediaIndex {
        format: FORMAT,
        asset: "film".into(),
        duration_us: probe.duration_us,
        video,
        audio: vec![track.into_audio("a-ko", "ko").expect("is sound")],
        text: vec![TextTrack {
            id: "s-ko".into(), lang: "ko".into(), label: "한국어".into(), forced: false
        }],
        storyboard: None,
    };
    index.validate().expect("a valid index");
    let dir = bench.path("");
    for id in ["v240", "v360", "a-ko"] {
        cut(&dir, id, &index);
    }
    fs::write(bench.path("s-ko.vtt"), "WEBVTT\n\n00:00:01.000 --> 00:00:02.500\n안녕\n").expect("writes");
    let write = |name: &str, text: String| fs::write(bench.path(name), text).expect("writes");
    write("v240.m3u8", media_playlist(&index.video[0]));
    write("v360.m3u8", media_playlist(&index.video[1]));
    write("a-ko.m3u8", media_playlist(&index.audio[0]));
    write("s-ko.m3u8", text_playlist(&index.text[0], index.duration_us));
    write("master.m3u8", master(&index, &MasterOptions::default()));
    let all = bench.path("master.m3u8");
    let streams = ffprobe(&all, "-show_entries stream=codec_name,height");
    let mut streams: Vec<&str> =
        streams.lines().map(|l| l.trim_end_matches(',')).filter(|l| !l.is_empty()).collect();
    streams.sort_unstable();
    streams.dedup();
    // It reads no subtitle groups; hls.js does, in the browser test.
    assert_eq!(streams, ["aac", "h264,240", "h264,360"]);
    for (map, frames) in [("0:v:0", 225), ("0:v:1", 225)] {
        let mut play = Command::new("ffmpeg");
        play.args(["-v", "warning", "-i"]).arg(&all).args(["-map", map, "-f", "framemd5", "pipe:1"]);
        let played = play.output().expect("ffmpeg");
        assert!(played.status.success());
        let lines = String::from_utf8_lossy(&played.stdout).lines().filter(|l| !l.starts_with('#')).count();
        assert_eq!(lines, frames, "{map}: {}", String::from_utf8_lossy(&played.stderr));
        assert!(
            !String::from_utf8_lossy(&played.stderr).contains("error"),
            "{}",
            String::from_utf8_lossy(&played.stderr)
        );
    }
}
