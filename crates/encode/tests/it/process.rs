use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::Path;
use std::time::Duration;

use encode::{Config, EncodeError, Encoder, Fault, Limits};
use media::ladder::ladder;

use crate::clips::Bench;

/// Processes whose command line holds that text.
fn running(text: &str) -> usize {
    let entries = fs::read_dir("/proc").expect("/proc").filter_map(Result::ok);
    let lines = entries.filter_map(|e| fs::read(e.path().join("cmdline")).ok());
    lines.filter(|line| String::from_utf8_lossy(line).contains(text)).count()
}

/// Waits until no such process is left: killing is done when it is asked for, dying takes a moment.
async fn until_gone(text: &str) {
    let gone = async {
        while running(text) > 0 {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), gone).await.expect("the child is still there");
}

/// A script in ffmpeg's place.
fn script(path: &Path, text: &str) {
    fs::write(path, format!("#!/bin/sh\n{text}\n")).expect("a script");
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).expect("permissions");
}

#[tokio::test]
async fn dropping_an_encode_kills_its_process_and_leaves_no_file() {
    let bench = Bench::new();
    let master = bench.make("-f lavfi -i testsrc2=s=1280x720:r=30:d=20 -c:v libx264 -preset ultrafast m.mp4");
    let probe = bench.encoder.probe(&master).await.expect("a good master");
    let rung = ladder(&probe.source()).pop().expect("a rung");
    let out = bench.path("out.mp4");
    let (started, mut begun) = tokio::sync::mpsc::unbounded_channel();
    {
        let encode = bench.encoder.encode_video(&master, &probe, &rung, &out, move |f| {
            let _ = started.send(f);
        });
        tokio::select! {
            done = encode => panic!("it ended before it was dropped: {done:?}"),
            first = begun.recv() => assert!(first.is_some_and(|f| f < 1.0)),
        }
    }
    until_gone(&out.display().to_string()).await;
    assert_eq!(bench.names(), ["m.mp4"]);
}

#[tokio::test]
async fn a_killed_group_takes_grandchildren_along() {
    let bench = Bench::new();
    let ffprobe = bench.path("ffprobe");
    let mark = format!("3600.{}", std::process::id());
    script(&ffprobe, &format!("sleep {mark} & sleep {mark}"));
    let clip = bench.clip();
    let limits = Limits { probe_timeout: Duration::from_millis(300), ..Limits::default() };
    let encoder = Encoder::new(Config { ffprobe, limits, ..Config::default() });
    let error = encoder.probe(&clip).await.expect_err("it never answers");
    assert!(matches!(error, EncodeError::Stalled { program: "ffprobe", .. }), "{error:?}");
    until_gone(&mark).await;
}

#[tokio::test]
async fn a_full_disk_has_an_error_of_its_own() {
    let bench = Bench::new();
    let master = bench.clip();
    let probe = bench.encoder.probe(&master).await.expect("a good master");
    // A device on which every write fails as on a full disk.
    let out = bench.path("out.mp4");
    symlink("/dev/full", bench.path("out.mp4.part")).expect("a link");
    let rung = &ladder(&probe.source())[0];
    let error = bench.encoder.encode_video(&master, &probe, rung, &out, |_| ()).await.expect_err("no room");
    assert!(matches!(error, EncodeError::DiskFull), "{error:?}: {:?}", error.log());
    assert_eq!(error.fault(), Fault::Machine);
    assert_eq!(bench.names(), ["clip.mp4"]);
    symlink("/dev/full", bench.path("a.mp4.part")).expect("a link");
    let out = bench.path("a.mp4");
    let error = bench
        .encoder
        .encode_audio(&master, &probe, &probe.audio[0], &out, |_| ())
        .await
        .expect_err("no room");
    assert!(matches!(error, EncodeError::DiskFull), "{error:?}: {:?}", error.log());
    symlink("/dev/full", bench.path("s.png.part")).expect("a link");
    let out = bench.path("s.png");
    let still = bench.encoder.still(&master, &probe, None, encode::StillFormat::Png, &out).await;
    assert!(matches!(still, Err(EncodeError::DiskFull)), "{still:?}");
    assert_eq!(bench.names(), ["clip.mp4"]);
}

#[tokio::test]
async fn a_failure_keeps_the_end_of_what_the_program_said() {
    let bench = Bench::new();
    let ffmpeg = bench.path("ffmpeg");
    script(
        &ffmpeg,
        "i=0; while [ $i -lt 3000 ]; do echo noise $i >&2; i=$((i+1)); done; echo the reason >&2; exit 7",
    );
    let master = bench.clip();
    let probe = bench.encoder.probe(&master).await.expect("a good master");
    let encoder = Encoder::new(Config { ffmpeg, ..Config::default() });
    let rung = &ladder(&probe.source())[0];
    let error = encoder.encode_video(&master, &probe, rung, &bench.path("out.mp4"), |_| ()).await;
    let Err(EncodeError::Failed { status, log, .. }) = error else { panic!("{error:?}") };
    assert!(status.contains('7'), "{status}");
    assert!(log.ends_with("the reason") && log.len() <= 8192, "{} bytes", log.len());
}

#[tokio::test]
async fn the_child_dies_with_us_and_sees_nothing_of_ours() {
    let bench = Bench::new();
    let ffprobe = bench.path("ffprobe");
    let seen = bench.path("seen");
    script(
        &ffprobe,
        &format!("env > {seen}.env; cat /proc/self/stat > {seen}.stat; exit 1", seen = seen.display()),
    );
    let clip = bench.clip();
    let encoder = Encoder::new(Config { ffprobe, ..Config::default() });
    encoder.probe(&clip).await.expect_err("it fails");
    let env = fs::read_to_string(bench.path("seen.env")).expect("the environment");
    let mut names: Vec<&str> = env.lines().filter_map(|l| l.split('=').next()).collect();
    names.retain(|n| !["PWD", "_", "OLDPWD", "SHLVL"].contains(n));
    names.sort_unstable();
    assert_eq!(names, ["AV_LOG_FORCE_NOCOLOR", "LC_ALL", "PATH"]);
    // Field 19 is the niceness, counted after the program's name in brackets.
    let stat = fs::read_to_string(bench.path("seen.stat")).expect("the status");
    let fields: Vec<&str> = stat.rsplit_once(')').expect("a name").1.split_whitespace().collect();
    assert_eq!(fields[16], "10", "{stat}");
}
