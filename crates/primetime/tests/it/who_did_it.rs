//! Who promoted, added and collected golden images, pushed and collected releases, and why: in the audit log, or said to be in none.

use std::{
    fs::{self, File},
    time::Duration,
};

use domain::Timestamp;
use pgtest::Server;
use rustix::process::Signal;
use store::Store;

use crate::{
    host::GOOD,
    images,
    process::Installation,
    shipping,
    talking::{Webhook, write},
};

/// An installation with a database, and how its commands are told of it.
fn with_database(url: Option<String>) -> (Installation, String) {
    let there = Installation::new();
    let flags = url.map_or(String::new(), |url| format!(" --set database.url={url}"));
    there.succeed(&format!("migrate{flags}"));
    (there, flags)
}

/// The log without numbers and times.
fn log(there: &Installation, flags: &str) -> Vec<String> {
    let lines = there.succeed(&format!("audit show{flags}"));
    lines.lines().map(|line| line.splitn(3, ' ').nth(2).unwrap().to_owned()).collect()
}

/// Adds a disk by command; its name.
fn add(there: &Installation, release: &str, flags: &str) -> String {
    fs::write(there.input(), format!("the disk of {release}")).unwrap();
    let said = there.succeed(&format!("image add IN --release {release} --as ci{flags}"));
    said.split(' ').next().unwrap().to_owned()
}

#[tokio::test]
async fn images_leave_lines_on_either_engine() {
    for url in [None, Some(Server::shared().database())] {
        let (there, flags) = with_database(url);
        let [old, new] = ["1.0", "1.1"].map(|release| add(&there, release, &flags));
        there.succeed(&format!("image promote {old} production --why first --as ana{flags}"));
        there.succeed(&format!("image promote {new} production --why better --as min{flags}"));
        // As it is when somebody removed it behind the catalogue's back.
        fs::remove_file(there.data().join(format!("objects/images/golden/{old}"))).unwrap();
        let line = format!("image promote {old} production --why back --as ana{flags}");
        assert!(there.fail(&line).contains("production runs what it ran"));
        there.succeed(&format!("image collect --keep 0 --why full --as ci{flags}"));
        let expected = [
            "ci image.add: release 1.0".to_owned(),
            format!("ci image.add.done: {old}, release 1.0, 15 bytes"),
            "ci image.add: release 1.1".into(),
            format!("ci image.add.done: {new}, release 1.1, 15 bytes"),
            format!("ana image.promote: production to {old} (release 1.0): first"),
            format!("ana image.promote.done: production runs {old} (release 1.0); before nothing"),
            format!("min image.promote: production to {new} (release 1.1): better"),
            format!(
                "min image.promote.done: production runs {new} (release 1.1); before {old} (release 1.0)"
            ),
            format!("ana image.promote: production to {old} (release 1.0): back"),
            format!(
                "ana image.promote.failed: cannot promote: production runs what it ran: golden image {old} is not among the objects any \
                 more: add it again"
            ),
            "ci image.collect: --keep 0: full".into(),
            "ci image.collect.done: 0 deleted".into(),
        ];
        assert_eq!(log(&there, &flags), expected);
        assert!(there.succeed(&format!("audit verify{flags}")).starts_with("12 lines, none edited"));
        let promoted = there.succeed(&format!("audit show --what image.promote --who ana{flags}"));
        assert_eq!(promoted.lines().count(), 4, "{promoted}");
    }
}

#[tokio::test]
async fn releases_leave_lines() {
    let (there, flags) = with_database(None);
    shipping::push(&there, "v1", GOOD);
    images::layout(&there.input(), b"another one");
    there.succeed("release push IN --tag tools --why wanted --as ana");
    there.succeed("release collect --keep 0 --needed v9 --why full --as min");
    there.succeed("release collect --keep 0 --needed v9 --dry-run");
    let lines = log(&there, &flags);
    let [push, pushed, tag, tagged, collect, collected] = &lines[..] else { panic!("{lines:?}") };
    assert_eq!(push, "ci release.push: v1");
    assert!(pushed.starts_with("ci release.push.done: v1 is in the store: 5 objects new, "), "{pushed}");
    assert_eq!(tag, "ana release.push: primetime:tools: wanted");
    assert!(tagged.starts_with("ana release.push.done: primetime:tools is sha256:"), "{tagged}");
    let what =
        "min release.collect: --keep 0 --needed v9, which removes 0 releases and 0 objects of images: full";
    assert_eq!(collect, what);
    assert_eq!(collected, "min release.collect.done: removed 0 releases and 0 objects of images");
}

#[tokio::test]
async fn nothing_is_done_without_its_line_where_there_is_a_database() {
    let (there, _) = with_database(None);
    let image = add(&there, "1.0", "");
    fs::remove_file(there.input()).unwrap();
    images::layout(&there.input(), b"a layer");
    let before = (there.succeed("image list"), there.succeed("audit show"));
    let promote = format!("image promote {image} production --why x");
    let away = "--set database.url=postgres://a@127.0.0.1:1/a";
    let empty = format!("--set database.path={}", there.dir.path().join("other.db").display());
    for line in [
        // Nobody says who it is.
        "image add IN --release 2.0".to_owned(),
        "image collect --keep 0".into(),
        "release push IN --tag v1".into(),
        "release collect --keep 0 --needed v9".into(),
        // Somebody who is none, and no reason.
        format!("{promote} --as controller"),
        format!("image promote {image} production --why= --as ana"),
        // The database does not answer, or it is another one.
        format!("image add IN --release 2.0 --as ana {away}"),
        format!("{promote} --as ana {away}"),
        format!("image collect --keep 0 --as ana {away}"),
        format!("release push IN --tag v1 --as ana {away}"),
        format!("{promote} --as ana {empty}"),
        format!("image collect --keep 0 --as ana {empty}"),
    ] {
        let said = there.fail(&line);
        let why =
            ["--as", "for the audit log", "say why", "did not open", "--set database.path=none", "part of"];
        assert!(why.iter().any(|why| said.contains(why)), "{line}: {said}");
        assert!(!there.dir.path().join("other.db").exists(), "{line} made a database");
        assert_eq!((there.succeed("image list"), there.succeed("audit show")), before, "{line}");
    }
    assert_eq!(there.run(&promote).status.code(), Some(2), "clap asks for a name");
    assert!(!there.data().join("objects/oci").exists(), "nothing was pushed");
}

#[tokio::test]
async fn without_a_database_it_is_done_and_said_to_stand_in_no_log() {
    let there = Installation::new();
    let nowhere = "This stands in no audit log: there is no database here.\n";
    fs::write(there.input(), "a disk").unwrap();
    // As where CI builds releases: nothing is said of a database.
    let said = there.succeed("image add IN --release 1.0");
    assert!(said.ends_with(nowhere), "{said}");
    let image = said.split(' ').next().unwrap();
    fs::remove_file(there.input()).unwrap();
    images::layout(&there.input(), b"a layer");
    assert!(there.succeed("release push IN --tag v1").ends_with(nowhere));
    assert!(!there.data().join("primetime.db").exists(), "a log that nobody would ever read");
    // Who decides what production runs must say that there is none.
    let promote = format!("image promote {image} production --why x --as ana");
    assert!(there.fail(&promote).contains("--set database.path=none"));
    let none = "--set database.path=none --roles site";
    assert!(there.succeed(&format!("{promote} {none}")).ends_with(nowhere));
    assert!(there.succeed("image list").contains("production: runs"));
    assert!(there.fail("image collect --keep 0").contains("--set database.path=none"));
    assert!(there.succeed(&format!("image collect --keep 0 {none}")).ends_with(nowhere));
}

#[tokio::test]
async fn who_is_killed_before_the_deed_leaves_what_was_meant() {
    let (there, flags) = with_database(None);
    let image = add(&there, "1.0", "");
    // Whoever changes the catalogue waits for this one.
    let lock = File::create(there.data().join("objects/.lock")).unwrap();
    lock.lock().unwrap();
    let mut promoting = there.start(&format!("image promote {image} production --why x --as ana"));
    promoting.until("in the log", async |_| log(&there, &flags).len() == 3).await;
    assert!(promoting.signal(Signal::KILL).await.code().is_none(), "it was killed");
    lock.unlock().unwrap();
    let meant = format!("ana image.promote: production to {image} (release 1.0): x");
    assert_eq!(log(&there, &flags)[2..], [meant], "and not that it was done");
    assert!(!there.succeed("image list").contains("production"), "it was not");
    assert!(there.succeed("audit verify").starts_with("3 lines"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn chat_is_told_what_a_stage_runs() {
    let (mut there, _) = with_database(None);
    let image = add(&there, "1.0", "");
    // It was told all until now.
    let store = Store::open(&there.data().join("primetime.db")).await.unwrap();
    store.lease_channel("webhook", "another", Duration::ZERO, Timestamp(0)).await.unwrap();
    store.release_channel("webhook", "another").await.unwrap();
    store.close().await;
    there.succeed(&format!("image promote {image} production --why better --as ana"));
    let webhook = Webhook::new();
    let url = write(&there, "webhook", &webhook.url);
    there.variables.push(("PRIMETIME_CHAT_WEBHOOK_FILE", url));
    let mut running = there.start("serve --roles studio");
    running.ready().await;
    running.until("telling", async |_| webhook.texts.lock().unwrap().len() >= 2).await;
    let told = webhook.texts.lock().unwrap().clone();
    assert!(told[0].starts_with("*ana* image.promote: production to "), "{told:?}");
    assert!(told[1].starts_with("*ana* image.promote.done: production runs "), "{told:?}");
    assert!(running.signal(Signal::TERM).await.success());
}
