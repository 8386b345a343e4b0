//! Operations from chat, end to end: signed requests to a process that serves, plans approved by their hash, a webhook that is
//! told what happens. The fleet is what a controller would have written down, or a host with its instances; everything behind the
//! plan is real.

use std::{fs, os::unix::fs::PermissionsExt};

use chat::Secret;
use domain::Timestamp;
use rustix::process::Signal;
use serde_json::Value;
use sqlx::{Connection, SqliteConnection};
use store::{RolloutState, Store};

use crate::{
    catalogue,
    host::{ALONE, Drained, GOOD, release, says},
    process::Installation,
    replaced::Crowd,
    rollout::{now, run},
    talking::{PEOPLE, SECRET, Transcript, Webhook, hidden, listening, send, sign, typed, write},
};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_rollout_from_chat_with_a_second_person_and_everybody_told() {
    let mut there = Installation::new();
    listening(&mut there);
    let webhook = Webhook::new();
    let file = write(&there, "webhook", &webhook.url);
    there.variables.push(("PRIMETIME_CHAT_WEBHOOK_FILE", file));
    catalogue::write(&there.input(), "Night Ferry");
    there.succeed("import IN");
    let mut running = there.start("serve --roles studio");
    running.ready().await;
    let mut talk = Transcript { text: String::new(), hash: "0123456789ab".into(), ahead: -60 };
    for (user, text) in [
        ("U9", "status"),
        ("U9", "log"),
        ("U3", "status"),
        ("U3", "log"),
        ("U3", "help"),
        ("U3", "roll v2"),
        ("U1", "roll v2"),
    ] {
        talk.say(&there, &running, user, text).await;
    }
    run(&there, 3).await;
    for (user, text) in [("U3", "status"), ("U1", "roll v2"), ("U1", "approve HASH"), ("U3", "approve HASH")]
    {
        talk.say(&there, &running, user, text).await;
    }
    // Another instance came: what would happen now is not what was read.
    run(&there, 4).await;
    for (user, text) in [
        ("U2", "approve HASH"),
        ("U2", "approve HASH"),
        ("U1", "roll v2"),
        ("U1", "cancel HASH"),
        ("U1", "roll v2"),
        ("U2", "approve HASH"),
        ("U1", "roll v3"),
        ("U1", "hold let me look"),
        ("U1", "approve HASH"),
        ("U1", "go"),
        ("U1", "approve HASH"),
        ("U2", "approve HASH"),
        ("U1", "scale site 5"),
        ("U2", "approve HASH"),
        ("U1", "takedown fery court order 7"),
        ("U1", "takedown ferry court order 7"),
        ("U2", "approve HASH"),
        ("U1", "undo"),
        ("U1", "approve HASH"),
        ("U3", "log"),
    ] {
        talk.say(&there, &running, user, text).await;
    }
    // Chat was down at first: it is told later, in order, what happened here and on the command line.
    there.succeed("release scale 4 --why quiet --as kim");
    running.until("telling", async |_| webhook.texts.lock().unwrap().len() >= 7).await;
    talk.text += "\nThe webhook was told:\n";
    for text in webhook.texts.lock().unwrap().iter() {
        talk.text += &format!("    {}\n", hidden(text));
    }
    talk.text += "\nThe audit log:\n";
    for line in there.succeed("audit show").lines() {
        talk.text += &format!("    {}\n", hidden(line.splitn(3, ' ').nth(2).unwrap()));
    }
    assert!(there.succeed("audit verify").contains("none edited"));
    let told = webhook.texts.lock().unwrap().last().unwrap().clone();
    behind_the_back(&there, &told).await;
    assert!(there.succeed("takedown list").contains("court order 7"));
    insta::assert_snapshot!(talk.text);
    let log = running.log();
    assert!(log.contains("chat is not told what happens") && !log.contains("very-secret"), "{log}");
    assert!(!log.contains(SECRET));
    assert!(running.signal(Signal::TERM).await.success());
}

/// When it began depends on the clock.
fn undated(text: &str) -> String {
    let dated = |line: &str| match line.split_once(", begun ") {
        Some((before, rest)) => format!("{before}{}", &rest[rest.find(": ").unwrap()..]),
        None => line.to_owned(),
    };
    text.lines().map(dated).collect::<Vec<_>>().join("\n")
}

/// The whole of it: a host with its instances under load, a studio that listens, two people.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn instances_of_a_host_are_rolled_and_taken_back_from_chat() {
    let mut there = Installation::new();
    catalogue::publish(&there, "Night Ferry");
    release(&there, "v1", GOOD);
    release(&there, "v2", GOOD);
    listening(&mut there);
    let _drained = Drained(&there);
    let line = "host --name busan --roles site,origin --release v1 --instances 2";
    let mut host = there.start_host(line, &ALONE);
    let mut studio = there.start_at("serve --roles studio", there.beside());
    studio.ready().await;
    says(&there, &mut host, "site runs 2 of v1 on 1 host").await;
    let crowd = Crowd::at(there.address);
    crowd.goes_on(&mut host).await;
    let mut talk = Transcript { text: String::new(), hash: String::new(), ahead: -60 };
    for (user, text) in
        [("U1", "status"), ("U1", "roll v2 the new player"), ("U1", "approve HASH"), ("U2", "approve HASH")]
    {
        talk.say(&there, &studio, user, text).await;
    }
    says(&there, &mut host, "v2 has the traffic, v1 is warm").await;
    says(&there, &mut host, ", 2 of v2 on 1 host").await;
    crowd.goes_on(&mut host).await;
    for (user, text) in [("U3", "status"), ("U1", "undo colours are odd"), ("U1", "approve HASH")] {
        talk.say(&there, &studio, user, text).await;
    }
    says(&there, &mut host, ": undone (").await;
    says(&there, &mut host, "site runs 2 of v1 on 1 host").await;
    crowd.goes_on(&mut host).await;
    talk.say(&there, &studio, "U3", "status").await;
    let answered = crowd.end().await;
    assert!(answered.is_ok(), "{answered:?}\n{}", host.log());
    insta::assert_snapshot!(undated(&talk.text));
    let audit = there.succeed("audit show --last 100");
    for line in [
        "ana in chat, approved by min rollout.begin: site 1 from v1 to v2",
        "canary and control take traffic",
        "ana in chat rollout.undo: site 1: ana in chat: colours are odd",
    ] {
        assert!(audit.contains(line), "{line}\n{audit}");
    }
    // Whose it is is found, as docs/operating.md asks for it.
    for who in ["ana", "min"] {
        let theirs = there.succeed(&format!("audit show --who {who} --what rollout --since 2026-01-01"));
        assert!(theirs.contains("ana in chat, approved by min rollout.begin"), "{theirs}");
        assert_eq!(theirs.contains("ana in chat rollout.undo"), who == "ana", "{theirs}");
    }
    assert!(studio.signal(Signal::TERM).await.success());
    assert!(host.signal(Signal::INT).await.success());
}

/// Whoever can write the database writes a log that fits together: what was told in chat does not fit it.
async fn behind_the_back(there: &Installation, told: &str) {
    let (_, head) = told.split_once("(`").unwrap();
    let verify = format!("audit verify --kept {}", head.trim_end_matches("`)"));
    assert!(there.succeed(&verify).contains("none edited"));
    let (lines, _) = head.split_once(':').unwrap();
    for short in [&format!("{lines}:"), &verify[..verify.len() - 1]] {
        let line = format!("audit verify --kept {}", short.trim_start_matches("audit verify --kept "));
        assert!(there.fail(&line).contains("LINES:HASH"), "{line}");
    }
    let path = format!("sqlite:{}", there.data().join("primetime.db").display());
    let mut database = SqliteConnection::connect(&path).await.unwrap();
    sqlx::query("CREATE TABLE aside AS SELECT * FROM audit").execute(&mut database).await.unwrap();
    sqlx::query("DELETE FROM audit WHERE seq >= $1").bind(lines).execute(&mut database).await.unwrap();
    assert!(there.succeed("audit verify").contains("none edited"), "it fits together");
    let cut = there.fail(&verify);
    assert!(cut.contains(&format!("audit line {lines} is missing, and so is the rest")), "{cut}");
    there.succeed("release scale 4 --why quiet --as eve");
    assert!(there.succeed("audit verify").contains("none edited"), "it fits together");
    let anew = there.fail(&verify);
    assert!(anew.contains(&format!("audit line {lines} is not the one that was kept")), "{anew}");
    for sql in ["DELETE FROM audit", "INSERT INTO audit SELECT * FROM aside", "DROP TABLE aside"] {
        sqlx::query(sql).execute(&mut database).await.unwrap();
    }
    there.succeed(&verify);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_not_signed_or_comes_twice_or_late_does_nothing() {
    let mut there = Installation::new();
    let mut running = there.start("serve --roles studio");
    running.ready().await;
    let body = typed("U2", "scale site 5");
    let at = now(&there);
    assert_eq!(send(&running, &body, sign(&body, at)).await.0, 404, "off unless it is configured");
    assert!(running.signal(Signal::TERM).await.success());

    listening(&mut there);
    run(&there, 3).await;
    let mut running = there.start("serve --roles studio");
    running.ready().await;
    let code = |(status, answer): (u16, Value)| (status, answer["code"].as_str().unwrap_or("").to_owned());
    let refused = (401, "chat-signature".to_owned());
    let at = now(&there);
    let good = sign(&body, at);
    let other = typed("U2", "scale site 50");
    assert_eq!(code(send(&running, &other, good.clone()).await), refused, "another body");
    let forged = Secret::new("another secret, as long").unwrap().sign(at, body.as_bytes());
    assert_eq!(code(send(&running, &body, forged).await), refused);
    for late in [-301_000_000, 330_000_000] {
        let late = sign(&body, Timestamp(at.micros() + late));
        assert_eq!(code(send(&running, &body, late).await), refused);
    }
    assert_eq!(code(send(&running, &body, (String::new(), String::new())).await), refused);
    assert_eq!(there.succeed("audit show"), "", "nothing of it did anything");
    assert_eq!(send(&running, &body, good.clone()).await.0, 200);
    let asked = there.succeed("audit show");
    assert_eq!(asked.lines().count(), 1, "{asked}");
    assert_eq!(code(send(&running, &body, good).await), (409, "chat-replay".into()));
    assert_eq!(there.succeed("audit show"), asked, "the same request again asks for nothing");
    let long = format!("{body}{}", "x".repeat(70_000));
    assert_eq!(send(&running, &long, sign(&long, at)).await.0, 413);
    let strange = "payload=%7B";
    assert_eq!(code(send(&running, strange, sign(strange, at)).await), (400, "chat-request".into()));
    let looked = reqwest::get(format!("http://{}/ops/chat", running.address)).await.unwrap();
    assert_eq!(looked.status(), 405);
    assert!(running.signal(Signal::TERM).await.success());

    // A secret that others may read is none.
    let path = there.dir.path().join("signing");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
    let said = there.fail("serve --roles studio");
    assert!(said.contains("chat.secret_file") && said.contains("chmod 600"), "{said}");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
    write(&there, "people.toml", &PEOPLE.replace("U2", "U1"));
    assert!(there.fail("serve --roles studio").contains("stands in it twice"));
}

/// Killed at whatever moment of a yes: it stands in the log together with what it allowed, or neither does and it can be said again.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_yes_and_its_deed_are_one() {
    let mut there = Installation::new();
    listening(&mut there);
    run(&there, 3).await;
    let mut talk = Transcript { text: String::new(), hash: String::new(), ahead: -60 };
    for (round, delay) in [0, 2, 4, 8].into_iter().enumerate() {
        let mut running = there.start("serve --roles studio");
        running.ready().await;
        talk.say(&there, &running, "U1", &format!("scale site {}", round + 2)).await;
        let body = typed("U2", &format!("approve {}", talk.hash));
        let signed = sign(&body, now(&there));
        let request = reqwest::Client::new()
            .post(format!("http://{}/ops/chat", running.address))
            .header("content-type", "application/x-www-form-urlencoded")
            .header("x-slack-request-timestamp", signed.0)
            .header("x-slack-signature", signed.1)
            .body(body);
        let sent = tokio::spawn(request.send());
        tokio::time::sleep(std::time::Duration::from_millis(delay)).await;
        running.signal(Signal::KILL).await;
        let answered = sent.await.unwrap().is_ok_and(|answer| answer.status().is_success());
        let log = there.succeed("audit show");
        let count = |what: &str| log.lines().filter(|line| line.contains(what)).count();
        assert_eq!(count("chat.approve"), count("service.scale"), "after {delay} ms:\n{log}");
        assert!(
            !answered || log.contains(&format!("site to {} instances", round + 2)),
            "acknowledged:\n{log}"
        );
    }
    // Two who say yes at once, from two processes' eyes: it is done once.
    let mut running = there.start("serve --roles studio");
    running.ready().await;
    talk.say(&there, &running, "U1", "scale site 9").await;
    let at = now(&there).micros();
    let body = typed("U2", &format!("approve {}", talk.hash));
    let both = [1, 2].map(|n| sign(&body, Timestamp(at + n * 1_000_000)));
    let [a, b] = both.map(|signed| send(&running, &body, signed));
    let (a, b) = tokio::join!(a, b);
    let said = format!("{} {}", a.1["text"], b.1["text"]);
    let log = there.succeed("audit show");
    assert_eq!(log.lines().filter(|line| line.contains("site to 9 instances")).count(), 1, "{said}\n{log}");
    assert!(running.signal(Signal::TERM).await.success());
}

/// What chat shows of a text is bounded; what one must type, and what happened last, are always there.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_what_is_too_long_for_chat_the_end_that_matters_is_there() {
    let mut there = Installation::new();
    listening(&mut there);
    run(&there, 900).await;
    let mut running = there.start("serve --roles studio");
    running.ready().await;
    let mut talk = Transcript { text: String::new(), hash: String::new(), ahead: -60 };
    let plan = talk.say(&there, &running, "U1", "roll v2").await;
    assert!(plan.chars().count() <= 3_000 && plan.starts_with("*ana* asks for `roll v2`"), "{plan}");
    assert!(plan.contains("`approve ") && plan.contains("`cancel "), "{plan}");
    assert!(plan.contains("(too long for chat"), "{plan}");
    let approved = talk.say(&there, &running, "U2", "approve HASH").await;
    assert!(approved.contains("rollout 1 to v2 has begun"), "{approved}");
    let why = "x".repeat(900);
    for count in 2..8 {
        let mut command = there.command();
        command.args(there.arguments(&format!("release scale {count}"))).args(["--why", &why, "--as", "kim"]);
        assert!(command.output().unwrap().status.success());
    }
    let log = talk.say(&there, &running, "U3", "log").await;
    assert!(log.chars().count() <= 3_000 && log.contains("site to 7 instances"), "{log}");
    assert!(log.starts_with("(too long for chat"), "{log}");
    assert!(running.signal(Signal::TERM).await.success());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_undo_in_chat_is_offered_where_there_is_a_way_back() {
    let mut there = Installation::new();
    listening(&mut there);
    run(&there, 3).await;
    let mut running = there.start("serve --roles studio");
    running.ready().await;
    let mut talk = Transcript { text: String::new(), hash: String::new(), ahead: -60 };
    let none = talk.say(&there, &running, "U1", "undo").await;
    assert!(none.contains("no rollout of site was completed"), "{none}");
    // It came to nothing, and v1 runs.
    there.succeed("release roll v2 --as ana");
    let store = Store::open(&there.data().join("primetime.db")).await.unwrap();
    let at = now(&there);
    let lease =
        store.lease_rollout("site", "c", std::time::Duration::from_secs(9), at).await.unwrap().unwrap();
    let mut tx = store.begin().await.unwrap();
    tx.carry_rollout(&lease, (RolloutState::Undone, &lease.row.body), at).await.unwrap();
    tx.commit().await.unwrap();
    store.close().await;
    let none = talk.say(&there, &running, "U1", "undo").await;
    assert!(none.contains("no rollout of site was completed") && !none.contains("approve"), "{none}");
    let turned = talk.say(&there, &running, "U1", "scale site 4 odd\u{202e}nim").await;
    assert!(turned.contains("control characters"), "{turned}");
    assert!(running.signal(Signal::TERM).await.success());
}
