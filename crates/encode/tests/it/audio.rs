use std::fs;
use std::process::Command;

use crate::clips::Bench;

/// The decoded sound of a file: 48 kHz, left channel.
fn samples(path: &std::path::Path) -> Vec<f32> {
    let args = ["-af", "pan=mono|c0=c0,aresample=48000", "-f", "f32le", "pipe:1"];
    let output =
        Command::new("ffmpeg").args(["-v", "error", "-i"]).arg(path).args(args).output().expect("ffmpeg");
    output.stdout.as_chunks::<4>().0.iter().map(|b| f32::from_le_bytes(*b)).collect()
}

#[tokio::test]
async fn sound_stays_with_the_picture_and_is_as_long() {
    let bench = Bench::new();
    // Silence but for a click at exactly 2 s; the picture is longer than the sound, which is mono.
    let master = bench.make(
        "-f lavfi -i testsrc2=s=64x64:r=25:d=9 -f lavfi -i aevalsrc=between(t\\,2\\,2.01):s=44100:d=6 \
         -c:v libx264 -preset ultrafast -c:a pcm_s16le m.mkv",
    );
    let probe = bench.encoder.probe(&master).await.expect("a good master");
    assert_eq!((probe.audio.len(), probe.audio[0].channels, probe.audio[0].sample_rate), (1, 1, 44_100));
    let (a, b) = (bench.path("a.mp4"), bench.path("b.mp4"));
    let track =
        bench.encoder.encode_audio(&master, &probe, &probe.audio[0], &a, |_| ()).await.expect("encodes");
    bench.encoder.encode_audio(&master, &probe, &probe.audio[0], &b, |_| ()).await.expect("encodes");
    assert!(fs::read(&a).expect("a") == fs::read(&b).expect("b"), "the bytes differ");
    assert!(track.duration_us().abs_diff(9_000_000) < 50_000, "{}", track.duration_us());
    assert_eq!(track.segments.len(), 3);
    let end = track.segments.last().map(|s| s.offset + u64::from(s.len));
    assert_eq!(end, Some(fs::metadata(&a).expect("a").len()));
    let track = track.into_audio("a-ko", "ko").expect("is sound");
    assert_eq!((track.codec.as_str(), track.channels, track.sample_rate), ("mp4a.40.2", 2, 48_000));
    let heard = samples(&a);
    let click = heard.iter().position(|v| v.abs() > 0.2).expect("the click") as f64 / 48_000.0;
    assert!((click - 2.0).abs() < 0.004, "the click is heard at {click} s");
}
