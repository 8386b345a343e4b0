//! Both sides of a talk in chat: what the service sends, signed, and where it is told what happens.

use std::{
    fs,
    io::{BufRead, BufReader, Read, Write},
    net::TcpListener,
    os::unix::fs::PermissionsExt,
    sync::{Arc, Mutex},
    thread,
};

use chat::Secret;
use domain::Timestamp;
use serde_json::Value;

use crate::{
    process::{Installation, Running},
    rollout::now,
};

pub const SECRET: &str = "8f742231b10e8888abcd99yyyzzz85a5";
pub const PEOPLE: &str = r#"
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

pub fn write(there: &Installation, name: &str, text: &str) -> String {
    let path = there.dir.path().join(name);
    fs::write(&path, text).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
    path.to_str().unwrap().to_owned()
}

pub fn listening(there: &mut Installation) {
    let secret = write(there, "signing", SECRET);
    let people = write(there, "people.toml", PEOPLE);
    there.variables.push(("PRIMETIME_CHAT_SECRET_FILE", secret));
    there.variables.push(("PRIMETIME_CHAT_PEOPLE_FILE", people));
}

pub fn encoded(text: &str) -> String {
    let plain = |c: u8| c.is_ascii_alphanumeric();
    text.bytes().map(|b| if plain(b) { (b as char).to_string() } else { format!("%{b:02X}") }).collect()
}

/// A slash command as the chat service sends it.
pub fn typed(user: &str, text: &str) -> String {
    let text = encoded(text);
    format!(
        "team_id=T1&channel_id=C1&user_id={user}&user_name=x&command=%2Fprimetime&text={text}&trigger_id=1.2.3"
    )
}

pub async fn send(running: &Running, body: &str, (stamp, signature): (String, String)) -> (u16, Value) {
    let request = reqwest::Client::new()
        .post(format!("http://{}/ops/chat", running.address))
        .header("content-type", "application/x-www-form-urlencoded")
        .header("x-slack-request-timestamp", stamp)
        .header("x-slack-signature", signature)
        .body(body.to_owned());
    let answer = request.send().await.unwrap();
    (answer.status().as_u16(), answer.json().await.unwrap_or_default())
}

pub fn sign(body: &str, at: Timestamp) -> (String, String) {
    Secret::new(SECRET).unwrap().sign(at, body.as_bytes())
}

/// What was said, with every hash called HASH.
pub struct Transcript {
    pub text: String,
    /// Of the newest plan.
    pub hash: String,
    /// Seconds ahead of the clock: the same words a second time are another request.
    pub ahead: i64,
}

impl Transcript {
    pub async fn say(&mut self, there: &Installation, running: &Running, user: &str, text: &str) -> String {
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

/// Hashes differ with the clock.
pub fn hidden(line: &str) -> String {
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
pub struct Webhook {
    pub url: String,
    pub texts: Arc<Mutex<Vec<String>>>,
    /// What was posted to the addresses of presses: who may see it, and what it says.
    pub replies: Arc<Mutex<Vec<Value>>>,
}

impl Webhook {
    /// Where answers to a press go.
    pub fn actions(&self) -> String {
        self.url.replace("/services/T1/B2/very-secret", "/actions/T1/1/as-secret")
    }

    pub fn new() -> Self {
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
