//! Credentials of a machine's role: drawn, renewed, and missed. The metadata service of EC2 is played here; what asks it, and
//! the store that the credentials are for, are real.

use std::{
    io::{Read, Write},
    net::{TcpListener, TcpStream},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst},
    },
    thread,
    time::Duration,
};

use domain::{Clock, ManualClock, SeededRng, Timestamp};
use objects::{Fault, Hash, Key, ObjectError, Objects, Who};

use crate::server::{KEY, RealClock, SECRET, Server};

const NOW: i64 = 1_800_000_000;

/// What the service says of its role, and how often it was asked for it.
struct Metadata {
    address: String,
    answer: Arc<Mutex<String>>,
    asked: Arc<AtomicUsize>,
    silent: Arc<AtomicBool>,
}

impl Metadata {
    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let (answer, asked, silent) =
            (Arc::<Mutex<String>>::default(), Arc::<AtomicUsize>::default(), Arc::<AtomicBool>::default());
        let (says, counts, hush) = (answer.clone(), asked.clone(), silent.clone());
        // It ends with the process.
        thread::spawn(move || {
            for stream in listener.incoming() {
                let stream = stream.unwrap();
                if !hush.load(SeqCst) {
                    reply(stream, &says.lock().unwrap(), &counts);
                }
            }
        });
        Self { address, answer, asked, silent }
    }

    fn says(&self, key: &str, until: &str) {
        *self.answer.lock().unwrap() = format!(
            r#"{{"Code":"Success","Type":"AWS-HMAC","AccessKeyId":"{key}","SecretAccessKey":"{SECRET}","Token":"t","Expiration":"{until}"}}"#
        );
    }

    fn asked(&self) -> usize {
        self.asked.load(SeqCst)
    }
}

/// Version 2 of the service: a token first, and nothing without it.
fn reply(mut stream: TcpStream, answer: &str, asked: &AtomicUsize) {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") && stream.read_exact(&mut byte).is_ok() {
        head.push(byte[0]);
    }
    let head = String::from_utf8(head).unwrap().to_ascii_lowercase();
    let body = if head.starts_with("put /latest/api/token ") && head.contains("token-ttl-seconds: 60") {
        "a-token"
    } else if !head.contains("x-aws-ec2-metadata-token: a-token\r\n") {
        let _ = stream.write_all(b"HTTP/1.1 401 No\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
        return;
    } else if head.starts_with("get /latest/meta-data/iam/security-credentials/ ") {
        "viewing\n"
    } else {
        asked.fetch_add(1, SeqCst);
        answer
    };
    let _ = write!(
        stream,
        "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
}

fn open(server: &Server, metadata: &Metadata, clock: &Arc<ManualClock>, dir: &std::path::Path) -> Objects {
    let mut config = server.config("p");
    config.who = Who::Role(metadata.address.clone());
    Objects::s3(config, dir, clock.clone(), Arc::new(SeededRng::new(1))).unwrap()
}

fn fault<T: std::fmt::Debug>(outcome: Result<T, ObjectError>) -> Fault {
    match outcome.unwrap_err() {
        ObjectError::Store { fault, .. } => *fault,
        other => panic!("{other}"),
    }
}

#[test]
fn credentials_of_a_role_are_drawn_kept_and_renewed() {
    let dir = tempfile::tempdir().unwrap();
    let (server, metadata) = (Server::start(&dir.path().join("store")), Metadata::start());
    // The store's clock is the machine's: what is signed is not looked at for its age here, or it would be refused.
    let clock = Arc::new(ManualClock::new(Timestamp::from_seconds(now())));
    let objects = open(&server, &metadata, &clock, &dir.path().join("local"));
    let until = |seconds: i64| Timestamp::from_seconds(now() + seconds).to_string();
    metadata.says(KEY, &until(3600));
    let key = Key::section(&Hash::of(b"x"));
    objects.put(&key, b"x").unwrap();
    assert_eq!(objects.length(&key).unwrap(), Some(1));
    assert_eq!(metadata.asked(), 1, "kept");

    // Five minutes before the end there are new ones; when there are none yet, the old ones do, and it is asked again later.
    clock.advance(Duration::from_secs(3600 - 299));
    metadata.silent.store(true, SeqCst);
    let _either = objects.length(&key);
    assert_eq!(metadata.asked(), 1);
    metadata.silent.store(false, SeqCst);
    metadata.says(KEY, &until(7200));
    let _either = objects.length(&key);
    assert_eq!(metadata.asked(), 1, "not at once");
    clock.advance(Duration::from_secs(11));
    let _either = objects.length(&key);
    let _either = objects.length(&key);
    assert_eq!(metadata.asked(), 2, "renewed, once");
}

fn now() -> i64 {
    RealClock.now().seconds()
}

#[test]
fn without_credentials_it_is_said_what_is_missing_and_no_secret() {
    let dir = tempfile::tempdir().unwrap();
    let (server, metadata) = (Server::start(&dir.path().join("store")), Metadata::start());
    let clock = Arc::new(ManualClock::new(Timestamp::from_seconds(NOW)));
    let key = Key::section(&Hash::of(b"x"));
    let wrong = |words: &str, asked: bool| {
        let objects = open(&server, &metadata, &clock, &dir.path().join("local"));
        let before = metadata.asked();
        let found = fault(objects.length(&key));
        assert!(found.is_away() && found.to_string().contains(words), "{found}");
        assert!(!format!("{found} {objects:?}").contains(SECRET));
        assert_eq!(metadata.asked() > before, asked);
    };
    metadata.says(KEY, "2020-01-01T00:00:00Z");
    wrong("clock", true);
    metadata.says(KEY, "soon");
    wrong("not understood", true);
    *metadata.answer.lock().unwrap() =
        format!("{{\"AccessKeyId\":\"{KEY}\",\"SecretAccessKey\":\"{SECRET}\"");
    wrong("not understood", true);
    // Not read to its end: what is said of it depends on how much of it had come.
    *metadata.answer.lock().unwrap() = "x".repeat(1 << 20);
    wrong("gives no credentials", true);
    metadata.silent.store(true, SeqCst);
    wrong("asked at http://127.0.0.1", false);
}
