//! Processes that share one inherited socket, one replaced by another under load: nobody notices.

use std::{
    fs,
    net::{SocketAddr, TcpListener},
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering::Relaxed},
    },
};

use rustix::process::Signal;
use tokio::{
    io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, BufReader},
    net::TcpStream,
    task::JoinSet,
};
use tokio_rustls::TlsConnector;

use crate::{
    catalogue,
    process::{Installation, Running},
};

const SERVE: &str = "serve --roles site,origin --set database.path=none";
/// The brand's.
const NAME: &str = "harbour.localhost";
/// Clients of each kind.
const CLIENTS: usize = 4;
/// Requests of each kind that must be answered before, and again after, somebody is replaced.
const ENOUGH: u64 = 40;
/// Requests on a connection that is kept, if it is not told to close before.
const MOST: u64 = 50;

async fn visit(address: SocketAddr, tls: Option<TlsConnector>, wanted: u64) -> Result<u64, String> {
    let stream = TcpStream::connect(address).await.map_err(|error| format!("cannot connect: {error}"))?;
    let Some(tls) = tls else { return talk(stream, address.port(), wanted).await };
    let stream = tls.connect(NAME.try_into().unwrap(), stream).await;
    talk(stream.map_err(|error| format!("no handshake: {error}"))?, address.port(), wanted).await
}

/// As many requests as wanted on one connection, or until it is told to close; how many were answered.
async fn talk<S: AsyncRead + AsyncWrite + Unpin>(stream: S, port: u16, wanted: u64) -> Result<u64, String> {
    let wrong = |error: std::io::Error| error.to_string();
    let host = format!("{NAME}:{port}");
    let mut stream = BufReader::new(stream);
    for count in 1..=wanted {
        let connection = if count == wanted { "close" } else { "keep-alive" };
        let request = format!("GET /en/t/ferry HTTP/1.1\r\nHost: {host}\r\nConnection: {connection}\r\n\r\n");
        stream.write_all(request.as_bytes()).await.map_err(wrong)?;
        let (mut head, mut length) = (String::new(), None);
        while !head.ends_with("\r\n\r\n") {
            let start = head.len();
            if stream.read_line(&mut head).await.map_err(wrong)? == 0 {
                return Err(format!("closed after {count} requests, before an answer: {head:?}"));
            }
            let line = head[start..].to_ascii_lowercase();
            if let Some(bytes) = line.strip_prefix("content-length:") {
                length = Some(bytes.trim().parse().map_err(|_| line.clone())?);
            }
        }
        let mut body = vec![0; length.ok_or_else(|| format!("no length: {head}"))?];
        stream.read_exact(&mut body).await.map_err(wrong)?;
        if !head.starts_with("HTTP/1.1 200") || !String::from_utf8_lossy(&body).contains("Night Ferry") {
            return Err(head);
        }
        if head.to_ascii_lowercase().contains("connection: close") {
            return Ok(count);
        }
    }
    Ok(wanted)
}

/// Clients that come until they are told that it is over; any that is failed ends with its words.
pub struct Crowd {
    over: Arc<AtomicBool>,
    /// Answers on new connections, and on kept ones.
    answers: [Arc<AtomicU64>; 2],
    clients: JoinSet<Result<(), String>>,
}

impl Crowd {
    pub fn at(address: SocketAddr) -> Self {
        Self::over(address, None)
    }

    /// The same over TLS; every connection is a handshake.
    pub fn over(address: SocketAddr, tls: Option<TlsConnector>) -> Self {
        let mut crowd = Self { over: Arc::default(), answers: Default::default(), clients: JoinSet::new() };
        for client in 0..2 * CLIENTS {
            let kind = client % 2;
            let (over, answers) = (crowd.over.clone(), crowd.answers[kind].clone());
            let (tls, wanted) = (tls.clone(), [1, MOST][kind]);
            crowd.clients.spawn(async move {
                while !over.load(Relaxed) {
                    // Who is failed ends it for all: nobody waits for more.
                    let visit = visit(address, tls.clone(), wanted).await;
                    let visit = visit.inspect_err(|_| over.store(true, Relaxed))?;
                    answers.fetch_add(visit, Relaxed);
                }
                Ok(())
            });
        }
        crowd
    }

    fn answered(&self) -> [u64; 2] {
        [self.answers[0].load(Relaxed), self.answers[1].load(Relaxed)]
    }

    /// Waits until enough more of each kind have been answered.
    pub async fn goes_on(&self, running: &mut Running) {
        let before = self.answered();
        let enough = async |_: &Running| {
            let all = self.answered().iter().zip(before).all(|(now, before)| *now >= before + ENOUGH);
            all || self.over.load(Relaxed)
        };
        running.until("answering enough", enough).await;
    }

    /// Ends it: how many of each kind were answered, or the words of the first that was not.
    pub async fn end(mut self) -> Result<[u64; 2], String> {
        self.over.store(true, Relaxed);
        while let Some(client) = self.clients.join_next().await {
            client.unwrap()?;
        }
        Ok(self.answered())
    }
}

async fn accepted(running: &Running) -> u64 {
    let (_, metrics) = running.ops("/metrics").await.unwrap();
    let name = "primetime_http_connections_accepted_total ";
    metrics.lines().find_map(|line| line.strip_prefix(name)).unwrap().parse().unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_of_two_is_replaced_and_nobody_notices() {
    let there = Installation::new();
    catalogue::write(&there.input(), "Night Ferry");
    let socket = TcpListener::bind(there.address).unwrap();
    let ops = |number: u16| (there.ops.ip(), there.ops.port() + number).into();

    // With nothing to show it takes nobody from the queue: the client waits for one that can.
    there.succeed("import IN");
    there.succeed("publish");
    let (current, aside) = (there.data().join("objects/editions/current"), there.dir.path().join("aside"));
    fs::rename(&current, &aside).unwrap();
    let mut first = there.start_on(&socket, SERVE, ops(0));
    first
        .until("saying that it is not ready", async |r| matches!(r.ops("/readyz").await, Some((503, _))))
        .await;
    let early = tokio::spawn(talk(TcpStream::connect(there.address).await.unwrap(), there.address.port(), 1));
    fs::rename(&aside, &current).unwrap();
    first.ready().await;
    assert_eq!(early.await.unwrap(), Ok(1));

    let mut second = there.start_on(&socket, SERVE, ops(1));
    second.ready().await;
    let crowd = Crowd::at(there.address);
    crowd.goes_on(&mut second).await;
    let mut third = there.start_on(&socket, SERVE, ops(2));
    third.ready().await;
    assert!(first.signal(Signal::TERM).await.success());
    crowd.goes_on(&mut third).await;
    // And the other one: what is left is the newest alone.
    assert!(second.signal(Signal::TERM).await.success());
    crowd.goes_on(&mut third).await;
    let answered = crowd.end().await;
    assert!(answered.is_ok(), "{answered:?}\n{}", third.log());
    assert!(accepted(&third).await > 0);
    let (_, metrics) = third.ops("/metrics").await.unwrap();
    assert!(metrics.contains("primetime_process_resident_memory_bytes "), "{metrics}");
    assert!(third.signal(Signal::TERM).await.success());
}
