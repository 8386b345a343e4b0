//! A server that answers what it is told to, for what a well-behaved one never does.

use std::{
    io::{Read, Write},
    net::{TcpListener, TcpStream},
    sync::{Arc, Mutex},
    thread,
    time::Duration,
};

use domain::{ManualClock, SeededRng, Timestamp};
use objects::{Objects, S3Config, S3Limits};
use tempfile::TempDir;

use crate::server;

/// What a connection gets, once, for its first request; then it is closed.
#[derive(Debug, Clone)]
pub enum Say {
    /// Status, headers, body.
    This(u16, &'static str, Vec<u8>),
    /// So many bytes are announced, these are sent.
    Cut(usize, &'static [u8]),
    /// Bytes without end, as fast as they are taken.
    Endless,
    /// The head and a byte, then silence.
    Stuck,
}

pub fn ok(body: &[u8]) -> Say {
    Say::This(200, "ETag: \"tag\"\r\n", body.to_vec())
}

pub fn no(status: u16, code: &str) -> Say {
    Say::This(status, "", format!("<Error><Code>{code}</Code></Error>").into_bytes())
}

pub struct Hostile {
    pub objects: Objects,
    heard: Arc<Mutex<Vec<String>>>,
    _dir: TempDir,
}

impl Hostile {
    /// Says these things in turn, and the last one to everybody after.
    pub fn saying(says: impl Into<Vec<Say>>) -> Self {
        Self::with(says, |_| {})
    }

    pub fn with(says: impl Into<Vec<Say>>, change: impl FnOnce(&mut S3Config)) -> Self {
        let says = says.into();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        let heard = Arc::new(Mutex::new(Vec::new()));
        let hears = heard.clone();
        // It ends with the process: nobody waits for it.
        thread::spawn(move || {
            let mut stuck = Vec::new();
            for stream in listener.incoming() {
                let mut stream = stream.unwrap();
                let Some(line) = request(&mut stream) else { continue };
                let n = {
                    let mut heard = hears.lock().unwrap();
                    heard.push(line);
                    heard.len() - 1
                };
                let say = says[n.min(says.len() - 1)].clone();
                if answer(&mut stream, say).is_some() {
                    stuck.push(stream);
                }
            }
        });
        let mut config = server::config(endpoint, "s3://films/p");
        config.limits = S3Limits {
            idle: Duration::from_millis(100),
            backoff: Duration::from_millis(1),
            part: 4,
            ..config.limits
        };
        change(&mut config);
        let dir = tempfile::tempdir().unwrap();
        let clock = Arc::new(ManualClock::new(Timestamp::from_seconds(1_800_000_000)));
        let objects = Objects::s3(config, dir.path(), clock, Arc::new(SeededRng::new(1))).unwrap();
        Self { objects, heard, _dir: dir }
    }

    /// Method, path and chosen parts of each request, in order.
    pub fn heard(&self) -> Vec<String> {
        self.heard.lock().unwrap().clone()
    }
}

/// Reads a request whole; its first line without the signature, and its conditions.
fn request(stream: &mut TcpStream) -> Option<String> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        stream.read_exact(&mut byte).ok()?;
        head.push(byte[0]);
    }
    let head = String::from_utf8(head).unwrap();
    let field = |name: &str| {
        let lines = head.lines().filter_map(|line| line.split_once(": "));
        lines.filter(|(field, _)| field.eq_ignore_ascii_case(name)).map(|(_, value)| value.to_owned()).next()
    };
    let length = field("content-length").map_or(0, |text| text.parse::<usize>().unwrap());
    stream.read_exact(&mut vec![0; length]).ok()?;
    let mut line = head.split_whitespace();
    let (method, target) = (line.next()?, line.next()?);
    let (path, query) = target.split_once('?')?;
    assert!(query.contains("X-Amz-Signature=") && !head.contains(server::SECRET));
    let query: Vec<&str> = query.split('&').filter(|part| !part.starts_with("X-Amz-")).collect();
    let mut told = format!("{method} {path} {}", query.join("&"));
    for name in ["if-none-match", "if-match", "range"] {
        if let Some(value) = field(name) {
            told.push_str(&format!(" {name}: {value}"));
        }
    }
    Some(told)
}

/// `Some` when the connection stays open.
fn answer(stream: &mut TcpStream, say: Say) -> Option<()> {
    match say {
        Say::This(status, headers, body) => {
            let head = format!(
                "HTTP/1.1 {status} So\r\nConnection: close\r\nContent-Length: {}\r\n{headers}\r\n",
                body.len()
            );
            let _ = stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(&body));
            None
        }
        Say::Cut(length, body) => {
            let _ = write!(stream, "HTTP/1.1 200 So\r\nContent-Length: {length}\r\n\r\n");
            let _ = stream.write_all(body);
            None
        }
        Say::Endless => {
            let _ = write!(stream, "HTTP/1.1 200 So\r\nTransfer-Encoding: chunked\r\n\r\n");
            while stream.write_all(b"4\r\nmore\r\n").is_ok() {}
            None
        }
        Say::Stuck => {
            let _ = write!(stream, "HTTP/1.1 200 So\r\nContent-Length: 100\r\n\r\nx");
            Some(())
        }
    }
}
