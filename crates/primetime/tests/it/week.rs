//! Two hours of the week in half a minute, for real: the fleet fails nobody, beside it somebody is failed; and no process is left.

use std::{collections::BTreeSet, fs};

use rustix::process::Signal;
use serde_json::Value;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use crate::process::{Installation, Running};

/// Thursday from 19:00, with the premiere at 20:00. Few requests and few instances: the machine is to be no part of what happens.
const LINE: &str = "demo-week --trace IN --from 91 --hours 2 --seconds 2100 --rate 10 --peak 4";

/// The trace's last weeks: the planner lives through them, and was not built to be quick here.
fn trace(there: &Installation) {
    let all = concat!(env!("CARGO_MANIFEST_DIR"), "/../../bench/traces/nyc_taxi.csv");
    let all = fs::read_to_string(all).unwrap();
    let (head, rows) = all.split_once('\n').unwrap();
    let rows: Vec<&str> = rows.lines().filter(|row| ("2014-10-06".."2014-11-04").contains(row)).collect();
    fs::write(there.input(), format!("{head}\n{}\n", rows.join("\n"))).unwrap();
}

/// The instances of this installation that live: by the mark that each has in its environment.
fn instances(there: &Installation) -> BTreeSet<u32> {
    let mark = format!("HOST_INSTANCE={}", there.data().display());
    let ours = |pid: &u32| {
        let environ = fs::read(format!("/proc/{pid}/environ")).unwrap_or_default();
        environ.split(|byte| *byte == 0).any(|variable| variable.starts_with(mark.as_bytes()))
    };
    let all = fs::read_dir("/proc").unwrap();
    all.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok()).filter(ours).collect()
}

async fn told(running: &Running) -> Option<Value> {
    let answer = reqwest::get(format!("http://{}/week.json", running.address)).await.ok()?;
    answer.json().await.ok()
}

/// The status line of an answer to these bytes, or of the hanging up.
async fn say(running: &Running, bytes: &[u8]) -> String {
    let mut stream = TcpStream::connect(running.address).await.unwrap();
    // Who is refused early may not hear all of it.
    let _ = stream.write_all(bytes).await;
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer).await;
    String::from_utf8_lossy(&answer).lines().next().unwrap_or("hung up").to_owned()
}

async fn refuses(running: &Running) {
    let host = running.address;
    for (line, status) in [
        ("GET /nothing", "404"),
        ("GET /../data/week.json", "404"),
        ("GET /%2e%2e/etc/passwd", "404"),
        ("POST /", "405"),
        ("PUT /week.json", "405"),
        ("DELETE /week.js", "405"),
    ] {
        let request =
            format!("{line} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
        let answer = say(running, request.as_bytes()).await;
        assert!(answer.starts_with(&format!("HTTP/1.1 {status}")), "{line}: {answer}");
    }
    let long = format!("GET / HTTP/1.1\r\nHost: {host}\r\nX: {}\r\n\r\n", "x".repeat(1 << 20));
    for bytes in [b"\x16\x03\x01\x02\0\x01\0\x01\xfc\x03\x03\r\n\r\n".as_slice(), long.as_bytes()] {
        let answer = say(running, bytes).await;
        assert!(answer == "hung up" || answer.starts_with("HTTP/1.1 4"), "{answer}");
    }
}

async fn shows(running: &Running) {
    for (path, kind) in [("/", "text/html"), ("/week.js", "text/javascript"), ("/week.css", "text/css")] {
        let answer = reqwest::get(format!("http://{}{path}", running.address)).await.unwrap();
        assert_eq!(answer.status(), 200, "{path}");
        assert!(answer.headers()["content-type"].to_str().unwrap().starts_with(kind), "{path}");
        assert!(answer.headers()["content-security-policy"].to_str().unwrap().contains("'self'"), "{path}");
    }
}

/// A group's numbers of the whole, which are what its points add up to, and what became of all who came.
fn adds_up(told: &Value, group: usize) -> [u64; 4] {
    let names = ["requests", "answered", "away", "failed"];
    let all = names.map(|name| told["all"][group][name].as_u64().unwrap());
    let points = told["points"].as_array().unwrap();
    for (name, sum) in names.into_iter().zip(all) {
        let parts = points.iter().map(|point| point["groups"][group][name].as_u64().unwrap());
        assert_eq!(parts.sum::<u64>(), sum, "{name} of {group}");
    }
    let [requests, answered, away, failed] = all;
    assert_eq!(requests, answered + away + failed, "{:?}", told["all"]);
    all
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_fleet_fails_nobody_and_leaves_no_process() {
    let there = Installation::new();
    trace(&there);
    assert!(there.fail("demo-week --trace IN --week 2014-10-13").contains("does not hold the week"));
    there.succeed("bench-edition --episodes 20");
    let runs = async |running: &Running| told(running).await.is_some();

    // Killed, its instances stay, and the next one begins by ending them.
    let mut killed = there.start(LINE);
    killed.until("running", runs).await;
    let left = instances(&there);
    assert!(left.len() >= 4, "two at least on each side: {left:?}");
    assert!(!killed.signal(Signal::KILL).await.success());

    let mut running = there.start(&format!("{LINE} --stay"));
    running.until("running", runs).await;
    let now = instances(&there);
    assert!(!now.is_empty() && now.is_disjoint(&left), "{now:?} after {left:?}");
    shows(&running).await;
    refuses(&running).await;
    let over = async |running: &Running| told(running).await.is_some_and(|told| told["over"] == true);
    running.until("over", over).await;
    let told = told(&running).await.unwrap();
    let [with, without] = [0, 1].map(|group| adds_up(&told, group));
    assert!(with[0] > 500 && without[0] > 500, "{with:?} {without:?}");
    assert_eq!(with[2..], [0, 0], "turned away, failed with the fleet: {:?}", told["words"]);
    assert!(without[2] + without[3] > 0, "without it: {without:?}");
    let now = &told["now"][0];
    // As many in the last hour as were reckoned from its requests: it is twelve and a half seconds here.
    let reckoned = now["requests"].as_f64().unwrap() / 12.5 * told["every"].as_f64().unwrap();
    assert!((now["viewers"].as_f64().unwrap() - reckoned).abs() <= 1.0, "{now} {reckoned}");
    let most = |group: usize| told["all"][group]["most"].as_u64().unwrap();
    assert!(most(0) >= 4 && most(1) == told["always"].as_u64().unwrap(), "{:?}", told["all"]);
    assert_eq!(told["events"].as_array().unwrap().len(), 1, "the premiere");
    assert_eq!(instances(&there), BTreeSet::new(), "the week is over");
    assert!(running.signal(Signal::INT).await.success());
    let kept: Value = serde_json::from_slice(&fs::read(there.data().join("week.json")).unwrap()).unwrap();
    assert_eq!(kept["all"], told["all"]);

    for signal in [Signal::INT, Signal::TERM] {
        let mut running = there.start(LINE);
        running.until("running", runs).await;
        assert!(!instances(&there).is_empty());
        assert!(running.signal(signal).await.success(), "{signal:?}");
        assert_eq!(instances(&there), BTreeSet::new(), "{signal:?}");
    }
}
