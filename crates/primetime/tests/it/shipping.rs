//! A release on its way: built once, pushed into the store, fetched by hosts that have nothing, and rolled.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use domain::SeededRng;
use objects::keys::SigningKey;
use pgtest::{Fsync, Server as Database};
use release::{BINARY_FILE, Image, Manifest, Part, RELEASE_FILE, digest_of};
use rustix::process::{Pid, Signal, kill_process};

use crate::{
    backups::tree,
    bucket::variables,
    catalogue,
    host::{Drained, GOOD, key, says, sign},
    images,
    process::{Installation, Running},
    replaced::Crowd,
    server::{BUCKET, Server},
    slow::Slow,
};

/// A release as `release build` makes them, with a script for a binary and one small image; nowhere where a host looks.
fn build(there: &Installation, name: &str, script: &str) -> PathBuf {
    let dir = there.dir.path().join("built").join(name);
    let _ = fs::remove_dir_all(&dir);
    fs::create_dir_all(&dir).unwrap();
    images::layout(&dir.join("images"), name.as_bytes());
    let text = format!("#!/bin/sh\n{}\n", script.replace("PRIMETIME", env!("CARGO_BIN_EXE_primetime")));
    fs::write(dir.join(BINARY_FILE), text).unwrap();
    let mut files = Vec::new();
    parts(&dir, &dir, &mut files);
    files.sort_by(|a, b| a.path.cmp(&b.path));
    let index = fs::read(dir.join("images/index.json")).unwrap();
    let index: serde_json::Value = serde_json::from_slice(&index).unwrap();
    let digest = index["manifests"][0]["digest"].as_str().unwrap().parse().unwrap();
    sign(there, &dir, name, vec![Image { name: "primetime".into(), digest, size: 1 }], files);
    dir
}

fn parts(root: &Path, dir: &Path, into: &mut Vec<Part>) {
    for path in fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().path()) {
        if path.is_dir() {
            parts(root, &path, into);
            continue;
        }
        let bytes = fs::read(&path).unwrap();
        let path = path.strip_prefix(root).unwrap().to_str().unwrap().to_owned();
        into.push(Part { path, digest: digest_of(&bytes), size: bytes.len() as u64 });
    }
}

pub fn push(there: &Installation, name: &str, script: &str) -> String {
    let dir = build(there, name, script);
    there.succeed(&format!("release push {} --as ci", dir.display()))
}

/// What a host has of releases, half or whole.
pub fn fetched(there: &Installation) -> Vec<String> {
    let entries = fs::read_dir(there.data().join("releases")).unwrap();
    let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<_> = names.filter(|name| name != ".fetching").collect();
    names.sort();
    names
}

/// The object that is the binary of a release, as a file of the store.
fn stored(store: &Path, name: &str) -> PathBuf {
    let folder = store.join(BUCKET).join("live/releases").join(name);
    let entries = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path());
    entries.into_iter().find(|path| !path.ends_with(RELEASE_FILE)).unwrap()
}

pub fn start(there: &Installation, name: &str) -> Running {
    let line = format!("host --name {name} --roles site,origin --release v1 --instances 1");
    there.start_host(&line, &["--set", "database.path=none"])
}

/// Rolls it, and waits until that was undone; why.
async fn undone(there: &Installation, host: &mut Running, release: &str) -> String {
    there.succeed(&format!("release roll {release} --bake 0 --as ana"));
    says(there, host, ": undone (").await;
    there.succeed("release status --last 1")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn hosts_with_nothing_fetch_what_was_pushed_and_nothing_else() {
    let (store, database) = (tempfile::tempdir().unwrap(), Database::start(Fsync::Off));
    let mut bucket = Server::start(store.path());
    let mut busan = Installation::new();
    busan.variables = variables(&bucket, "live");
    busan.variables.push(("PRIMETIME_DATABASE_URL", database.database()));
    catalogue::write(&busan.input(), "Night Ferry");
    busan.succeed("import IN");
    // An instance that starts while the store is away must know what is taken down.
    busan.succeed("takedown ferry --why x --as ana");
    busan.succeed("takedown lift ferry --why x --as ana");
    busan.succeed("publish");
    let said = push(&busan, "v1", GOOD);
    assert!(said.contains("v1 is in the store: 5 objects new, 0 there already"), "{said}");
    let built = busan.dir.path().join("built/v1");
    let again = busan.succeed(&format!("release push {} --as ci", built.display()));
    assert!(again.contains("v1 was in the store already: 0 objects new, 5 there already"), "{again}");
    push(&busan, "v2", GOOD);
    // Another build of a name that is taken.
    let other = build(&busan, "v1", "exit 1");
    let refused = busan.fail(&format!("release push {} --as ci", other.display()));
    assert!(refused.contains("the store has another release of the name v1"), "{refused}");

    let [jeju, mokpo] = [(); 2].map(|()| {
        let mut other = Installation::new();
        other.variables = busan.variables.clone();
        let copied = Command::new("cp").args(["-r"]).arg(busan.data()).arg(other.data()).status().unwrap();
        assert!(copied.success());
        other
    });
    let all = [&busan, &jeju, &mokpo];
    assert!(all.iter().all(|host| !host.data().join("releases").exists()), "they begin with none");
    let (_a, _b, _c) = (Drained(&busan), Drained(&jeju), Drained(&mokpo));
    let mut first = start(&busan, "busan");
    let (second, mut third) = (start(&jeju, "jeju"), start(&mokpo, "mokpo"));
    says(&busan, &mut first, "site runs 3 of v1 on 3 hosts").await;
    let crowds = all.map(|host| Crowd::at(host.address));
    crowds[2].goes_on(&mut third).await;
    busan.succeed("release roll v2 --bake 0 --as ana");
    says(&busan, &mut first, "site runs 3 of v2 on 3 hosts").await;
    says(&busan, &mut first, ": done").await;
    for host in all {
        assert_eq!(fetched(host), ["v1", "v2"]);
        let binary = host.data().join("releases/v2").join(BINARY_FILE);
        assert_eq!(fs::read(binary).unwrap(), fs::read(stored(store.path(), "v2")).unwrap());
    }

    // Somebody who may write to the store, and has not the key.
    push(&busan, "tampered", GOOD);
    let object = stored(store.path(), "tampered");
    let evil = fs::read_to_string(&object).unwrap().replace("exec", "EVIL");
    fs::write(&object, evil).unwrap();
    let why = undone(&busan, &mut first, "tampered").await;
    assert!(why.contains("primetime has been changed: its digest is"), "{why}");
    push(&busan, "strange", GOOD);
    let signed = busan.dir.path().join("built/strange").join(RELEASE_FILE);
    let manifest = Manifest::open(&fs::read(signed).unwrap(), &key().public().into()).unwrap();
    let stranger = SigningKey::generate(&SeededRng::new(9));
    fs::write(
        object.parent().unwrap().with_file_name("strange").join(RELEASE_FILE),
        manifest.seal(&stranger).unwrap(),
    )
    .unwrap();
    let why = undone(&busan, &mut first, "strange").await;
    assert!(why.contains("which is not among the keys that are trusted here"), "{why}");
    says(&busan, &mut first, "site runs 3 of v2 on 3 hosts").await;

    // The store is away: what is there is rolled, what is not is not.
    push(&busan, "v3", GOOD);
    bucket.stop();
    let why = undone(&busan, &mut first, "v3").await;
    assert!(why.contains("there is no release v3") && why.contains("cannot be reached"), "{why}");
    busan.succeed("release roll v1 --bake 0 --as ana");
    says(&busan, &mut first, "site runs 3 of v1 on 3 hosts").await;
    says(&busan, &mut first, ": done").await;
    for host in all {
        assert_eq!(fetched(host), ["v1", "v2"], "nothing of what was refused");
    }
    let log = first.log() + &second.log() + &third.log();
    for crowd in crowds {
        let answered = crowd.end().await;
        assert!(answered.is_ok(), "{answered:?}\n{log}");
    }
    for host in [first, second, third] {
        assert!(host.signal(Signal::INT).await.success());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn hosts_of_a_restored_installation_start_the_releases_that_it_had() {
    let busan = Installation::new();
    catalogue::publish(&busan, "Night Ferry");
    push(&busan, "v1", GOOD);
    // Somebody pushes or collects: that is nobody's to restore.
    let under_way = busan.data().join("objects/oci/under-way");
    fs::write(&under_way, "a lock").unwrap();
    let backup = busan.dir.path().join("backup");
    let line = format!("backup {}", backup.display());
    busan.succeed(&line);
    fs::remove_file(&under_way).unwrap();
    assert!(!tree(&backup).keys().any(|path| path.ends_with("under-way")));
    // A tag that is moved while nobody looks is in the next backup as it is then.
    busan.succeed(&format!(
        "release push {} --tag newest --as ci",
        busan.dir.path().join("built/v1/images").display()
    ));
    push(&busan, "v2", GOOD);
    busan.succeed(&format!(
        "release push {} --tag newest --as ci",
        busan.dir.path().join("built/v2/images").display()
    ));
    busan.succeed(&line);
    assert!(busan.succeed(&line).contains(" 0 objects copied"));

    let new = Installation::beside_in(&busan, &busan.dir.path().join("new"));
    new.succeed(&format!("restore {}", backup.display()));
    // What those pushes left there says that nobody pushes.
    fs::remove_file(&under_way).unwrap();
    for part in ["oci", "releases"] {
        let there = tree(&busan.data().join("objects").join(part));
        assert!(tree(&new.data().join("objects").join(part)) == there && there.len() >= 4, "{part}");
    }
    let _drained = Drained(&new);
    let mut host = start(&new, "busan");
    says(&new, &mut host, "site runs 1 of v1 on 1 host").await;
    assert!(host.signal(Signal::INT).await.success());
}

/// Of what a binary has besides: a download that takes a while.
const PADDING: usize = 6 << 20;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_host_killed_in_the_middle_of_a_fetch_has_nothing_half_and_goes_on() {
    let store = tempfile::tempdir().unwrap();
    let bucket = Server::start(store.path());
    let slow = Slow::before(bucket.port).await;
    let mut there = Installation::new();
    there.variables = variables(&bucket, "live");
    for (name, value) in &mut there.variables {
        if *name == "PRIMETIME_OBJECTS_ENDPOINT" {
            *value = format!("http://{}", slow.address);
        }
    }
    catalogue::publish(&there, "Night Ferry");
    push(&there, "v1", GOOD);
    push(&there, "v2", &format!("{GOOD}\n#{}", "=".repeat(PADDING)));
    let _drained = Drained(&there);
    let mut host = start(&there, "busan");
    says(&there, &mut host, "site runs 1 of v1 on 1 host").await;
    let crowd = Crowd::at(there.address);

    slow.at(1 << 20);
    there.succeed("release roll v2 --bake 0 --as ana");
    let half = there.data().join("releases/.fetching-v2").join(BINARY_FILE);
    host.until("fetching", async |_| fs::metadata(&half).is_ok_and(|meta| meta.len() > 0)).await;
    host.signal(Signal::KILL).await;
    assert!(half.exists(), "it was in the middle");
    assert_eq!(fetched(&there), [".fetching-v2", "v1"]);

    slow.at(u64::MAX);
    let mut host = start(&there, "busan");
    says(&there, &mut host, "site runs 1 of v2 on 1 host").await;
    says(&there, &mut host, ": done").await;
    assert_eq!(fetched(&there), ["v1", "v2"]);
    crowd.goes_on(&mut host).await;
    let log = host.log();
    let answered = crowd.end().await;
    assert!(answered.is_ok(), "{answered:?}\n{log}");

    // Too slow for a rollout: undone, while the host looks after what runs; what comes is kept for the next try.
    push(&there, "v3", &format!("{GOOD}\n#{}", "=".repeat(3 * PADDING)));
    slow.at(512 << 10);
    there.succeed("release roll v3 --bake 0 --migrate 4 --as ana");
    says(&there, &mut host, ": undone (").await;
    let why = there.succeed("release status --last 1");
    assert!(why.contains("the release has been on its way to this host for 3 s"), "{why}");
    let before = instances(&there);
    kill_process(Pid::from_raw(before[0]).unwrap(), Signal::KILL).unwrap();
    let replaced = async |_: &Running| {
        let now = instances(&there);
        now.len() == 1 && now != before
    };
    host.until("replacing the dead", replaced).await;
    says(&there, &mut host, "site runs 1 of v2 on 1 host").await;
    assert_eq!(fetched(&there), [".fetching-v3", "v1", "v2"], "it is on its way still");
    assert!(host.signal(Signal::TERM).await.success());
    assert_eq!(fetched(&there), ["v1", "v2"], "one that ends in order leaves nothing half");
}

/// The processes that the host keeps.
fn instances(there: &Installation) -> Vec<i32> {
    let Ok(written) = fs::read(there.data().join("host/instances.json")) else { return Vec::new() };
    let written: serde_json::Value = serde_json::from_slice(&written).unwrap();
    let all = written["instances"].as_array().unwrap().iter();
    all.filter_map(|instance| instance["process"]["pid"].as_i64()).map(|pid| pid as i32).collect()
}
