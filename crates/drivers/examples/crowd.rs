//! A crowd of viewers for benches, at a constant rate whatever the server does: new connections, kept ones, slow long downloads.
//!
//! `crowd ADDRESS HOST PATH DOWNLOAD NEW_PER_S KEPT_PER_S DOWNLOADS`. Each line on its standard input names the time that begins;
//! what the one that ends came to is printed as a line of JSON. It ends with its input.

#![allow(clippy::disallowed_methods, reason = "a bench: time is the machine's")]
#![allow(clippy::print_stdout, reason = "what it measured is told there")]

use std::{
    collections::BTreeMap,
    env, io,
    net::SocketAddr,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    net::TcpStream,
    time::{interval, sleep, timeout},
};

/// Kept connections; each asks in turn.
const KEPT: u64 = 50;
/// An answer that takes longer has failed.
const PATIENCE: Duration = Duration::from_secs(10);
/// A slow download reads so much, …
const SIP: usize = 256 << 10;
/// … and then pauses.
const PAUSE: Duration = Duration::from_millis(40);

/// What one stretch of time came to: microseconds of every answer by kind, and failures by their words.
#[derive(Default)]
struct Stretch {
    micros: BTreeMap<&'static str, Vec<u32>>,
    failed: BTreeMap<String, u64>,
}

#[derive(Clone, Default)]
struct Book(Arc<Mutex<Stretch>>);

impl Book {
    fn write(&self, kind: &'static str, since: Instant, answer: io::Result<()>) {
        let mut stretch = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match answer {
            Ok(()) => {
                let micros = u32::try_from(since.elapsed().as_micros()).unwrap_or(u32::MAX);
                stretch.micros.entry(kind).or_default().push(micros);
            }
            Err(error) => *stretch.failed.entry(format!("{kind}: {error}")).or_default() += 1,
        }
    }

    fn turn(&self, name: &str) -> serde_json::Value {
        let ended = std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner));
        let mut kinds = serde_json::Map::new();
        for (kind, mut micros) in ended.micros {
            micros.sort_unstable();
            let at = |share: f64| micros[((micros.len() - 1) as f64 * share) as usize] as f64 / 1_000.0;
            let figures = serde_json::json!({
                "requests": micros.len(), "p50_ms": at(0.5), "p99_ms": at(0.99), "worst_ms": at(1.0),
            });
            kinds.insert(kind.to_owned(), figures);
        }
        serde_json::json!({ "stretch": name, "kinds": kinds, "failed": ended.failed })
    }
}

#[derive(Clone)]
struct Target {
    address: SocketAddr,
    host: String,
    path: String,
}

type Stream = BufReader<TcpStream>;

/// One request; whether the server goes on with the connection.
async fn ask(stream: &mut Stream, target: &Target, close: bool, sip: Option<Duration>) -> io::Result<bool> {
    let connection = if close { "close" } else { "keep-alive" };
    let (path, host) = (&target.path, &target.host);
    let request = format!(
        "GET {path} HTTP/1.1\r\nHost: {host}\r\nAccept-Encoding: gzip\r\nConnection: {connection}\r\n\r\n"
    );
    stream.write_all(request.as_bytes()).await?;
    let wrong = |what: &str| io::Error::other(what.to_owned());
    let (mut line, mut first, mut length, mut goes_on) = (String::new(), true, None, !close);
    loop {
        line.clear();
        if stream.read_line(&mut line).await? == 0 {
            return Err(wrong("closed before an answer"));
        }
        if std::mem::take(&mut first) && !line.starts_with("HTTP/1.1 200") {
            return Err(wrong(line.trim()));
        }
        let lower = line.to_ascii_lowercase();
        if let Some(text) = lower.strip_prefix("content-length:") {
            length = text.trim().parse::<usize>().ok();
        }
        goes_on &= !lower.starts_with("connection: close");
        if line == "\r\n" {
            break;
        }
    }
    let mut left = length.ok_or_else(|| wrong("no length"))?;
    let mut buffer = vec![0; left.min(SIP)];
    while left > 0 {
        let most = left.min(buffer.len());
        stream.read_exact(&mut buffer[..most]).await.map_err(|_| wrong("the answer was cut"))?;
        left -= most;
        if let Some(pause) = sip {
            sleep(pause).await;
        }
    }
    Ok(goes_on)
}

async fn connect(target: &Target) -> io::Result<Stream> {
    let stream = TcpStream::connect(target.address).await?;
    stream.set_nodelay(true)?;
    Ok(BufReader::with_capacity(16 << 10, stream))
}

async fn new_connections(target: Target, every: Duration, book: Book) {
    let mut ticks = interval(every);
    loop {
        // The instant at which it was due: a server that is late is not asked less.
        let due = ticks.tick().await.into_std();
        let (target, book) = (target.clone(), book.clone());
        tokio::spawn(async move {
            let asked = async { ask(&mut connect(&target).await?, &target, true, None).await.map(drop) };
            let answer =
                timeout(PATIENCE, asked).await.unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()));
            book.write("new", due, answer);
        });
    }
}

async fn kept_connection(target: Target, every: Duration, book: Book) {
    let mut ticks = interval(every);
    let mut stream = None;
    loop {
        let due = ticks.tick().await.into_std();
        let asked = async {
            let mut open = match stream.take() {
                Some(open) => open,
                None => connect(&target).await?,
            };
            if ask(&mut open, &target, false, None).await? {
                stream = Some(open);
            }
            Ok(())
        };
        let answer = timeout(PATIENCE, asked).await.unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()));
        book.write("kept", due, answer);
    }
}

async fn downloads(target: Target, book: Book) {
    loop {
        let since = Instant::now();
        let asked = async { ask(&mut connect(&target).await?, &target, true, Some(PAUSE)).await.map(drop) };
        book.write("download", since, asked.await);
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let words: Vec<String> = env::args().skip(1).collect();
    let [address, host, path, download, new, kept, many] = &words[..] else {
        return Err("crowd ADDRESS HOST PATH DOWNLOAD NEW_PER_S KEPT_PER_S DOWNLOADS".into());
    };
    let target = Target { address: address.parse()?, host: host.clone(), path: path.clone() };
    let book = Book::default();
    let every = |per_s: u64| Duration::from_nanos(1_000_000_000 / per_s.max(1));
    // A timer counts in milliseconds: more a second need more of them.
    let new: u64 = new.parse()?;
    let tickers = new.div_ceil(500);
    for _ in 0..tickers {
        tokio::spawn(new_connections(target.clone(), every(new / tickers), book.clone()));
    }
    let kept: u64 = kept.parse()?;
    for _ in 0..KEPT.min(kept) {
        tokio::spawn(kept_connection(target.clone(), every(kept / KEPT), book.clone()));
    }
    for _ in 0..many.parse::<usize>()? {
        tokio::spawn(downloads(Target { path: download.clone(), ..target.clone() }, book.clone()));
    }
    let mut input = BufReader::new(tokio::io::stdin()).lines();
    let mut name = "start".to_owned();
    while let Some(next) = input.next_line().await? {
        println!("{}", book.turn(&name));
        name = next;
    }
    println!("{}", book.turn(&name));
    Ok(())
}
