//! Operations from chat, end to end: signed requests to a process that serves, plans approved by their hash, a webhook that is
//! told what happens. The fleet is what a controller would have written down; everything behind the plan is real.

use std::{
    fs,
    io::{BufRead, BufReader, Read, Write},
    net::TcpListener,
    os::unix::fs::PermissionsExt,
    sync::{Arc, Mutex},
    thread,
    time::Duration,
};

use chat::Secret;
use domain::Timestamp;
use rustix::process::Signal;
use serde_json::Value;
use sqlx::{Connection, SqliteConnection};
use tokio::time::timeout;

use crate::{
    catalogue,
    host::{ALONE, Drained, GOOD, release, says},
    process::{Installation, Running},
    replaced::Crowd,
    rollout::{now, run},
};

const SECRET: &str = "8f742231b10e8888abcd99yyyzzz85a5";
const PEOPLE: &str = r#"
[[person]]
chat = "T1/U1"
name = "ana"
may = ["ask"]

[[person]]
chat = "T1/U2"
name = "min"
may = ["ask", "approve"]

[[person]]
chat = "T1/U3"
name = "zoe"
"#;

fn write(there: &Installation, name: &str, text: &str) -> String {
    let path = there.dir.path().join(name);
    fs::write(&path, text).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
    path.to_str().unwrap().to_owned()
}

fn listening(there: &mut Installation) {
    let secret = write(there, "signing", SECRET);
    let people = write(there, "people.toml", PEOPLE);
    there.variables.push(("PRIMETIME_CHAT_SECRET_FILE", secret));
    there.variables.push(("PRIMETIME_CHAT_PEOPLE_FILE", people));
}

fn encoded(text: &str) -> String {
    let plain = |c: u8| c.is_ascii_alphanumeric();
    text.bytes().map(|b| if plain(b) { (b as char).to_string() } else { format!("%{b:02X}") }).collect()
}

/// A slash command as the chat service sends it.
fn typed(user: &str, text: &str) -> String {
    let text = encoded(text);
    format!(
        "team_id=T1&channel_id=C1&user_id={user}&user_name=x&command=%2Fprimetime&text={text}&trigger_id=1.2.3"
    )
}

async fn send(running: &Running, body: &str, (stamp, signature): (String, String)) -> (u16, Value) {
    let request = reqwest::Client::new()
        .post(format!("http://{}/ops/chat", running.address))
        .header("content-type", "application/x-www-form-urlencoded")
        .header("x-slack-request-timestamp", stamp)
        .header("x-slack-signature", signature)
        .body(body.to_owned());
    let answer = request.send().await.unwrap();
    (answer.status().as_u16(), answer.json().await.unwrap_or_default())
}

fn sign(body: &str, at: Timestamp) -> (String, String) {
    Secret::new(SECRET).unwrap().sign(at, body.as_bytes())
}

/// What was said, with every hash called HASH.
struct Transcript {
    text: String,
    /// Of the newest plan.
    hash: String,
    /// Seconds ahead of the clock: the same words a second time are another request.
    ahead: i64,
}

impl Transcript {
    async fn say(&mut self, there: &Installation, running: &Running, user: &str, text: &str) -> String {
        let body = typed(user, &text.replace("HASH", &self.hash));
        self.ahead += 1;
        let at = Timestamp(now(there).micros() + self.ahead * 1_000_000);
        let (status, answer) = send(running, &body, sign(&body, at)).await;
        assert_eq!(status, 200, "{answer}");
        let (kind, words) = (answer["response_type"].as_str().unwrap(), answer["text"].as_str().unwrap());
        if let Some((_, rest)) = words.split_once("`approve ") {
            self.hash = rest[..12].to_owned();
        }
        self.text += &format!("{user}: {text}\n");
        let words_of = |line: &str| match text {
            // A number, and when it was.
            "log" if line.as_bytes()[0].is_ascii_digit() => line.splitn(3, ' ').nth(2).unwrap().to_owned(),
            _ => line.to_owned(),
        };
        words.lines().for_each(|line| self.text += &format!("    {kind}: {}\n", hidden(&words_of(line))));
        let blocks = answer["blocks"].as_array().unwrap();
        for button in blocks.iter().filter_map(|block| block["elements"].as_array()).flatten() {
            assert!(button["value"].as_str().unwrap().starts_with(&self.hash), "{answer}");
            self.text += &format!("    {kind}: [{}]\n", button["text"]["text"].as_str().unwrap());
        }
        words.to_owned()
    }
}

/// A pressed button as the chat service sends it; the answer is to go to `reply_to`.
fn pressed(user: &str, action: &str, hash: &str, reply_to: &str) -> String {
    let payload = serde_json::json!({
        "type": "block_actions", "team": { "id": "T1", "domain": "house" }, "channel": { "id": "C1", "name": "ops" },
        "user": { "id": user, "username": "x", "name": "x", "team_id": "T1" }, "trigger_id": "1.2.3",
        "container": { "type": "message", "message_ts": "1.2" }, "message": { "ts": "1.2", "text": "a plan" },
        "response_url": reply_to,
        "actions": [{ "type": "button", "action_id": action, "block_id": "b", "value": hash, "action_ts": "1.2" }],
    });
    format!("payload={}", encoded(&payload.to_string()))
}

/// Hashes differ with the clock.
fn hidden(line: &str) -> String {
    let is_hash = |word: &str| word.len() >= 12 && word.bytes().all(|b| b.is_ascii_hexdigit());
    let mut words = String::new();
    let mut word = String::new();
    for c in line.chars().chain(['\n']) {
        if c.is_ascii_alphanumeric() {
            word.push(c);
            continue;
        }
        words += if is_hash(&word) { "HASH" } else { &word };
        word.clear();
        words.push(c);
    }
    words.trim_end_matches('\n').to_owned()
}

/// The chat's side of a webhook: refuses the first post, takes the others; of answers, says nothing at `/silent`.
struct Webhook {
    url: String,
    texts: Arc<Mutex<Vec<String>>>,
    /// What was posted to the addresses of presses: who may see it, and what it says.
    replies: Arc<Mutex<Vec<Value>>>,
}

impl Webhook {
    /// Where answers to a press go.
    fn actions(&self) -> String {
        self.url.replace("/services/T1/B2/very-secret", "/actions/T1/1/as-secret")
    }

    fn new() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/services/T1/B2/very-secret", listener.local_addr().unwrap());
        let texts = Arc::new(Mutex::new(Vec::new()));
        let replies = Arc::new(Mutex::new(Vec::new()));
        let (kept, replied) = (texts.clone(), replies.clone());
        thread::spawn(move || {
            let (mut refused, mut silent) = (false, Vec::new());
            for stream in listener.incoming() {
                let mut stream = stream.unwrap();
                let mut reader = BufReader::new(stream.try_clone().unwrap());
                let mut length = 0;
                let mut line = String::new();
                reader.read_line(&mut line).unwrap();
                let beside = line.starts_with("POST /actions/");
                if line.starts_with("POST /silent/") {
                    silent.push(stream);
                    continue;
                }
                line.clear();
                while reader.read_line(&mut line).is_ok_and(|read| read > 2) {
                    if let Some(said) = line.to_ascii_lowercase().strip_prefix("content-length:") {
                        length = said.trim().parse().unwrap();
                    }
                    line.clear();
                }
                let mut body = vec![0; length];
                reader.read_exact(&mut body).unwrap();
                let message: Value = serde_json::from_slice(&body).unwrap();
                let status = if refused || beside { "200 OK" } else { "503 Down" };
                if beside {
                    replied.lock().unwrap().push(message);
                } else if std::mem::replace(&mut refused, true) {
                    kept.lock().unwrap().push(message["text"].as_str().unwrap().to_owned());
                }
                let head = format!("HTTP/1.1 {status}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
                stream.write_all(head.as_bytes()).unwrap();
            }
        });
        Self { url, texts, replies }
    }
}

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
    catalogue::write(&there.input(), "Night Ferry");
    there.succeed("import IN");
    there.succeed("publish");
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

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_button_is_the_words_that_it_stands_for_and_its_answer_goes_to_the_chat_alone() {
    let mut there = Installation::new();
    listening(&mut there);
    let webhook = Webhook::new();
    let file = write(&there, "webhook", &webhook.url);
    there.variables.push(("PRIMETIME_CHAT_WEBHOOK_FILE", file));
    let mut running = there.start("serve --roles studio");
    running.ready().await;
    let mut talk = Transcript { text: String::new(), hash: String::new(), ahead: -60 };
    talk.say(&there, &running, "U1", "scale site 5 tonight").await;
    let (own, second) = (talk.hash.clone(), webhook.actions());
    let press = async |running: &Running, user: &str, action: &str, reply_to: &str, ahead: i64| {
        let body = pressed(user, action, &own, reply_to);
        let signed = sign(&body, Timestamp(now(&there).micros() + ahead * 1_000_000));
        let sent = timeout(Duration::from_secs(3), send(running, &body, signed.clone()));
        let answer = sent.await.expect("confirmed as soon as the chat wants it");
        (answer, body, signed)
    };
    let asked = there.succeed("audit show");
    // Whose answer would go elsewhere does nothing.
    for elsewhere in [
        "https://example.org/actions/T1/1/x",
        "https://hooks.slack.com@127.0.0.1/x",
        "http://169.254.169.254/latest/meta-data",
        &second.replace("http:", "https:"),
        &format!("http://{}/x", there.ops),
    ] {
        let ((status, answer), ..) = press(&running, "U2", "approve", elsewhere, 0).await;
        assert_eq!((status, answer["code"].as_str()), (400, Some("chat-request")), "{elsewhere}");
    }
    let forged = pressed("U2", "approve", &own, &second);
    assert_eq!(send(&running, &forged, sign("another", now(&there))).await.0, 401);
    assert_eq!(there.succeed("audit show"), asked, "nothing of it did anything");
    assert!(webhook.replies.lock().unwrap().is_empty());

    // Who asked, who may not, who may, and the same press once more.
    for (n, (user, action, kind, words)) in [
        ("U1", "approve", "ephemeral", "production takes two people"),
        ("U3", "approve", "ephemeral", "you may not approve"),
        ("U9", "cancel", "ephemeral", "nobody listens to T1/U9"),
        ("U2", "shout", "ephemeral", "there is no shout; did you mean"),
        ("U2", "approve", "in_channel", "*min* approved `scale site 5 tonight`: site shall have 5 instances"),
        ("U2", "approve", "ephemeral", "no open plan begins with"),
    ]
    .into_iter()
    .enumerate()
    {
        let ((status, answer), body, signed) = press(&running, user, action, &second, n as i64).await;
        assert_eq!((status, answer), (200, Value::Null), "nothing is said there");
        running.until("answering", async |_| webhook.replies.lock().unwrap().len() > n).await;
        let reply = webhook.replies.lock().unwrap()[n].clone();
        assert!(reply["text"].as_str().unwrap().contains(words), "{reply}");
        assert_eq!(reply["response_type"], kind);
        assert_eq!(reply["replace_original"], false);
        let (status, answer) = send(&running, &body, signed).await;
        assert_eq!((status, answer["code"].as_str()), (409, Some("chat-replay")));
    }
    assert_eq!(webhook.replies.lock().unwrap().len(), 6, "a replay is answered to nobody");
    let log = there.succeed("audit show");
    let count = |what: &str| log.lines().filter(|line| line.contains(what)).count();
    assert_eq!((count("min chat.approve"), count("site to 5 instances: tonight")), (1, 1), "{log}");

    // An answer that nobody takes: the press is confirmed, and what it stands for is done.
    talk.say(&there, &running, "U1", "scale site 6").await;
    let body = pressed("U1", "cancel", &talk.hash, &second.replace("/actions", "/silent"));
    let sent = timeout(Duration::from_secs(3), send(&running, &body, sign(&body, now(&there))));
    assert_eq!(sent.await.unwrap().0, 200);
    running
        .until("cancelled", async |_| there.succeed("audit show").contains("ana chat.cancel: scale site 6"))
        .await;
    let log = running.log();
    assert!(!log.contains("secret") && !log.contains(SECRET), "{log}");
    assert!(running.signal(Signal::TERM).await.success());
}

/// Killed at whatever moment of a yes: it stands in the log together with what it allowed, or neither does and it can be said again.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_yes_and_its_deed_are_one() {
    let mut there = Installation::new();
    listening(&mut there);
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
