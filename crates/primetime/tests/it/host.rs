//! `host`: releases are rolled out and gone back from under load, whatever kills the one who does it; bad ones are undone by themselves.

use std::{fs, os::unix::fs::PermissionsExt, path::Path, process::Command, time::Duration};

use domain::SeededRng;
use objects::keys::SigningKey;
use release::{BINARY_FILE, Image, Manifest, Part, RELEASE_FILE, digest_of};
use rustix::process::Signal;

use crate::{
    catalogue,
    process::{Installation, Running, words},
    replaced::Crowd,
};

pub const HOST: &str = "host --roles site,origin --release v1 --instances 2";
pub const ALONE: [&str; 2] = ["--set", "database.path=none"];

/// A release whose binary is a script: it starts the binary under test, or does what it should not.
pub fn release(there: &Installation, name: &str, script: &str) {
    let dir = there.data().join("releases").join(name);
    fs::create_dir_all(&dir).unwrap();
    let script = script.replace("PRIMETIME", env!("CARGO_BIN_EXE_primetime"));
    let text = format!("#!/bin/sh\n{script}\n");
    let binary = dir.join(BINARY_FILE);
    fs::write(&binary, &text).unwrap();
    fs::set_permissions(&binary, fs::Permissions::from_mode(0o755)).unwrap();
    let digest = digest_of(text.as_bytes());
    let files = vec![Part { path: BINARY_FILE.into(), digest, size: text.len() as u64 }];
    sign(there, &dir, name, Vec::new(), files);
}

/// Who signs the tests' releases.
pub fn key() -> SigningKey {
    SigningKey::generate(&SeededRng::new(1))
}

/// What lies in `dir` is the release `name` from now on, and this installation believes it.
pub fn sign(there: &Installation, dir: &Path, name: &str, images: Vec<Image>, files: Vec<Part>) {
    let manifest = Manifest {
        format: 1,
        name: name.to_owned(),
        version: "0.1.0".into(),
        commit: "0123456789ab".into(),
        dirty: false,
        created: "2026-03-01T20:00:00Z".into(),
        images,
        files,
    };
    fs::write(dir.join(RELEASE_FILE), manifest.seal(&key()).unwrap()).unwrap();
    fs::create_dir_all(there.data().join("keys")).unwrap();
    fs::write(there.data().join("keys/release.pub"), key().public().to_text()).unwrap();
}

pub const GOOD: &str = r#"exec PRIMETIME "$@""#;

/// The end of every instance, however the test ends.
pub struct Drained<'a>(pub &'a Installation);

impl Drop for Drained<'_> {
    fn drop(&mut self) {
        let output = self.0.run("host --drain");
        assert!(output.status.success() || std::thread::panicking(), "{output:?}");
    }
}

pub fn status(there: &Installation) -> String {
    there.succeed("release status --last 1")
}

pub async fn says(there: &Installation, host: &mut Running, words: &str) {
    host.until(words, async |_| status(there).contains(words)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_release_is_rolled_out_and_gone_back_from_whoever_is_killed_and_nobody_notices() {
    let there = Installation::new();
    catalogue::publish(&there, "Night Ferry");
    release(&there, "v1", GOOD);
    release(&there, "v2", GOOD);
    let _drained = Drained(&there);
    let mut host = there.start_host(HOST, &ALONE);
    says(&there, &mut host, "site runs 2 of v1 on 1 host").await;
    let crowd = Crowd::at(there.address);
    crowd.goes_on(&mut host).await;

    // Killed, and at once another: what runs is adopted, on the socket that it has.
    host.signal(Signal::KILL).await;
    let mut host = there.start_host(HOST, &ALONE);
    let begun = there.succeed("release roll v2 --bake 0 --as ana");
    assert!(begun.contains("Rollout 1 has begun"), "{begun}");
    says(&there, &mut host, "canary and control are judged").await;
    host.signal(Signal::KILL).await;
    let mut host = there.start_host(HOST, &ALONE);
    says(&there, &mut host, "wave 1").await;
    host.signal(Signal::KILL).await;
    // It begins with v1 no more: v2 was rolled out.
    let mut host = there.start_host(HOST, &ALONE);
    says(&there, &mut host, "site runs 2 of v2 on 1 host").await;
    says(&there, &mut host, "from v1 to v2").await;
    says(&there, &mut host, ": done").await;
    crowd.goes_on(&mut host).await;

    there.succeed("release undo --why odd --as min");
    says(&there, &mut host, "site runs 2 of v1 on 1 host").await;
    says(&there, &mut host, ": done").await;
    crowd.goes_on(&mut host).await;
    for count in [3, 2] {
        there.succeed(&format!("release scale {count} --why tonight --as min"));
        says(&there, &mut host, &format!("site runs {count} of v1 on 1 host")).await;
    }
    // Told to end, it leaves what runs.
    assert!(host.signal(Signal::TERM).await.success());
    let mut host = there.start_host(HOST, &ALONE);
    crowd.goes_on(&mut host).await;
    let log = host.log();
    let answered = crowd.end().await;
    assert!(answered.is_ok(), "{answered:?}\n{log}");
    let audit = there.succeed("audit show");
    for line in ["ana rollout.begin", "canary and control take traffic", "site runs v2", "site runs v1"] {
        assert!(audit.contains(line), "{line}\n{audit}");
    }
    let undone = there.succeed("audit show --who min --what rollout --since 2026-01-01");
    assert!(
        undone.lines().count() == 1 && undone.contains("min rollout.begin: ") && undone.ends_with(": odd\n"),
        "{undone}"
    );
    let asked = words(&there.run("audit show --since yesterday"));
    assert!(asked.contains("write a day as 2026-03-01"), "{asked}");
    assert!(host.signal(Signal::INT).await.success());
    assert!(tokio::net::TcpStream::connect(there.address).await.is_err(), "nobody is left");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bad_releases_are_undone_by_themselves_and_say_why() {
    let there = Installation::new();
    catalogue::publish(&there, "Night Ferry");
    release(&there, "v1", GOOD);
    release(&there, "dies", "if [ $1 = serve ]; then exit 3; fi");
    // The real binary with a setting that is wrong: in that folder there is no edition, and it waits for one.
    let bare = there.dir.path().join("bare");
    fs::create_dir_all(&bare).unwrap();
    let copied = Command::new("cp").arg("-r").arg(there.data().join("keys")).arg(&bare).status().unwrap();
    assert!(copied.success());
    let script = r#"if [ $1 = serve ]; then set -- $(echo "$@" | sed 's#--data [^ ]*#--data BARE#'); fi; exec PRIMETIME "$@""#;
    release(&there, "never-ready", &script.replace("BARE", bare.to_str().unwrap()));
    release(&there, "broken-migration", "echo the table is gone >&2; exit 1");
    release(&there, "other-name", GOOD);
    let folder = |name: &str| there.data().join("releases").join(name);
    fs::rename(folder("other-name"), folder("misnamed")).unwrap();
    release(&there, "tampered", GOOD);
    fs::write(Path::new(&folder("tampered")).join(BINARY_FILE), "#!/bin/sh\nexec evil").unwrap();
    let unsaid = there.fail("host");
    assert!(unsaid.contains("--release") && unsaid.contains("broken-migration, dies"), "{unsaid}");
    let _drained = Drained(&there);
    let mut host = there.start_host(HOST, &ALONE);
    says(&there, &mut host, "site runs 2 of v1 on 1 host").await;
    let second = there.fail("host --release v1");
    assert!(second.contains("another host's process keeps") && second.contains("--data"), "{second}");
    let beside = there.fail("host --drain");
    assert!(beside.contains("stop it first; its instances stay"), "{beside}");
    for (bad, why) in [
        ("dies", "exit status: 3"),
        ("never-ready", "was not ready in 5 s: edition: nothing has been published"),
        ("broken-migration", "the table is gone"),
        ("misnamed", "is the release other-name"),
        ("tampered", "is not to be used"),
        ("nowhere", "there is no release nowhere"),
    ] {
        there.succeed(&format!("release roll {bad} --bake 0 --ready 5 --as ana"));
        says(&there, &mut host, ": undone (").await;
        let said = status(&there);
        assert!(said.contains(why), "{bad}: {said}");
        says(&there, &mut host, "site runs 2 of v1 on 1 host").await;
    }
    assert!(host.signal(Signal::TERM).await.success());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_keeps_instances_from_being_ready_is_said_where_one_looks() {
    let there = Installation::new();
    catalogue::publish(&there, "Night Ferry");
    // As in a new bucket whose studio has not published yet.
    let [editions, aside] = ["objects/editions", "aside"].map(|name| there.data().join(name));
    fs::rename(&editions, &aside).unwrap();
    release(&there, "v1", GOOD);
    let _drained = Drained(&there);
    let mut host = there.start_host(HOST, &ALONE);
    let why = "edition: nothing has been published: import a catalogue, then publish";
    says(&there, &mut host, &format!(": {why}\n")).await;
    let said = status(&there);
    assert!(said.contains("without traffic") && said.contains("not ready on "), "{said}");
    host.until("in the log", async |host| host.log().contains("not ready")).await;
    fs::rename(&aside, &editions).unwrap();
    says(&there, &mut host, "site runs 2 of v1 on 1 host").await;
    host.until("without it", async |_| !status(&there).contains("not ready")).await;
    assert!(host.signal(Signal::TERM).await.success());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_cannot_be_started_is_said_once_and_how_it_is_mended() {
    let there = Installation::new();
    there.succeed("migrate");
    release(&there, "v1", GOOD);
    let binary = there.data().join("releases/v1").join(BINARY_FILE);
    fs::write(&binary, "#!/bin/sh\nexec evil").unwrap();
    let mut host = there.start_host(HOST, &ALONE);
    host.until("saying so", async |host| host.log().contains("cannot be started")).await;
    tokio::time::sleep(Duration::from_secs(3)).await;
    let log = host.log();
    assert_eq!(log.matches("what should run cannot be started").count(), 1, "{log}");
    assert!(log.contains("remove that folder"), "{log}");
    // Another reason is news.
    fs::write(there.data().join("releases/v1").join(RELEASE_FILE), "{}").unwrap();
    let again = async |host: &Running| host.log().matches("what should run cannot be started").count() == 2;
    host.until("saying what is wrong now", again).await;
    assert!(host.signal(Signal::TERM).await.success());
}
