use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::process::{Command, Stdio};
use std::time::Duration;

use encode::{Config, Encoder};

use crate::clips::Bench;

/// The number that a program of ours wrote down.
async fn number(path: &std::path::Path) -> i32 {
    loop {
        if let Some(pid) = fs::read_to_string(path).ok().and_then(|text| text.trim().parse().ok()) {
            return pid;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// Not a test: the process that the next test kills. It runs in the folder of that test.
#[tokio::test]
#[ignore = "run by the test below, in a process of its own"]
async fn helper() {
    let dir = std::env::current_dir().expect("a folder");
    let encoder = Encoder::new(Config { ffprobe: dir.join("ffprobe"), ..Config::default() });
    let _ = encoder.probe(&dir.join("master")).await;
}

#[tokio::test]
async fn a_kill_that_cannot_be_caught_takes_the_child_along() {
    let bench = Bench::new();
    let ffprobe = bench.path("ffprobe");
    fs::write(&ffprobe, "#!/bin/sh\necho $$ > pid\nexec sleep 3600\n").expect("a script");
    fs::set_permissions(&ffprobe, fs::Permissions::from_mode(0o755)).expect("permissions");
    fs::write(bench.path("master"), "x").expect("a file");
    let mut us = Command::new(std::env::current_exe().expect("this program"))
        .args(["--ignored", "--exact", "kill::helper"])
        .current_dir(bench.path(""))
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("starts");
    let gone = async {
        let child = number(&bench.path("pid")).await;
        assert!(fs::exists(format!("/proc/{child}")).expect("/proc"));
        // SIGKILL.
        us.kill().expect("kills");
        us.wait().expect("ends");
        // A process that nobody waits for may stay as a zombie, which runs no more.
        let runs =
            || fs::read_to_string(format!("/proc/{child}/stat")).is_ok_and(|stat| !stat.contains(") Z "));
        while runs() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), gone).await.expect("the child is still there");
}
