//! A listener that speaks TLS, and its certificate replaced while it does.

use std::{fs, os::unix::fs::symlink, path::Path, sync::Arc, time::Duration};

use axum::{Router, routing::get};
use domain::Timestamp;
use http_body_util::{BodyExt, Empty};
use hyper::body::Bytes;
use hyper_util::rt::{TokioExecutor, TokioIo};
use proptest::prelude::*;
use rustls::version::{TLS12, TLS13};
use tempfile::TempDir;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};
use tokio_rustls::client::TlsStream;
use web::{
    ConnectionLimits, Limits, Listener, Metrics,
    tls::{Certificates, Files, Look, PairError},
};

use crate::{
    authority::{Authority, Issued, connect, replace, shown},
    harness::{Raw, Server},
};

const HOST: &str = "harbour.example.com";
const ASK: &str = "GET / HTTP/1.1\r\nHost: harbour.example.com\r\n\r\n";
/// As the harness' clock.
const NOW: Timestamp = Timestamp(1_800_000_000_000_000);
/// Longer than anything here takes; reaching it is a hang.
const HANG: Duration = Duration::from_secs(20);

/// Two files of an authority, and what is made of them.
struct Edge {
    dir: TempDir,
    authority: Authority,
    metrics: Metrics,
}

impl Edge {
    fn new() -> (Self, Issued) {
        let edge = Self {
            dir: tempfile::tempdir().unwrap(),
            authority: Authority::new(),
            metrics: Metrics::new("test"),
        };
        let first = edge.authority.issue(&[HOST], 2020, 2040);
        edge.put(&first);
        (edge, first)
    }

    fn files(&self) -> Files {
        Files { certificate: self.dir.path().join("cert.pem"), key: self.dir.path().join("key.pem") }
    }

    fn put(&self, issued: &Issued) {
        replace(&self.files().certificate, &issued.certificate, 0o644);
        replace(&self.files().key, &issued.key, 0o600);
    }

    fn open(&self) -> Arc<Certificates> {
        Certificates::open(self.files(), NOW, &self.metrics).unwrap()
    }

    fn serve(&self, certificates: &Arc<Certificates>, connection: ConnectionLimits) -> Server {
        let listener: Listener = web::bind("127.0.0.1:0".parse().unwrap(), None).unwrap().into();
        let router = Router::new().route("/", get(|| async { "hello" }));
        let limits = Limits { connection, ..Limits::default() };
        Server::on(listener.secured(certificates.config().unwrap()), router, limits)
    }

    fn gauge(&self, name: &str) -> i64 {
        let text = self.metrics.encode().unwrap();
        text.lines().find_map(|line| line.strip_prefix(name)).unwrap().trim().parse().unwrap()
    }
}

async fn ask(stream: &mut TlsStream<TcpStream>) -> String {
    stream.write_all(ASK.as_bytes()).await.unwrap();
    let mut answer = String::new();
    while !answer.ends_with("hello") {
        answer.push(char::from(timeout(HANG, stream.read_u8()).await.expect("an answer").unwrap()));
    }
    answer
}

fn handshakes(server: &Server, outcome: &str) -> u64 {
    let line = format!("test_tls_handshakes_total{{outcome=\"{outcome}\"}}");
    server.metric(&line).map_or(0, |count| count.parse().unwrap())
}

/// Waits until the server counts so many.
async fn until(server: &Server, metric: &str, count: &str) {
    let counting = async {
        while server.metric(metric).as_deref() != Some(count) {
            tokio::task::yield_now().await;
        }
    };
    timeout(HANG, counting).await.expect("the server counts");
}

/// How often the log says that a pair is refused.
fn refusals() -> usize {
    crate::log::heard().matches("the new certificate is refused").count()
}

#[tokio::test]
async fn both_versions_of_tls_and_of_http() {
    let (edge, first) = Edge::new();
    let server = edge.serve(&edge.open(), ConnectionLimits::default());
    for version in [&TLS12, &TLS13] {
        let client = edge.authority.client(&[version], &["http/1.1"]);
        let mut stream = connect(&client, server.address, HOST).await.unwrap();
        assert_eq!(stream.get_ref().1.protocol_version(), Some(version.version));
        assert_eq!(shown(&stream), first.der);
        for _ in 0..2 {
            assert!(ask(&mut stream).await.starts_with("HTTP/1.1 200 "));
        }
    }
    // Both are offered: HTTP/2 is taken.
    let client = edge.authority.client(&[&TLS13], &["http/1.1", "h2"]);
    let stream = connect(&client, server.address, HOST).await.unwrap();
    assert_eq!(stream.get_ref().1.alpn_protocol(), Some(&b"h2"[..]));
    let (mut sender, connection) =
        hyper::client::conn::http2::handshake(TokioExecutor::new(), TokioIo::new(stream)).await.unwrap();
    tokio::spawn(connection);
    let request = hyper::Request::get(format!("https://{HOST}/")).body(Empty::<Bytes>::new()).unwrap();
    let answer = sender.send_request(request).await.unwrap();
    assert_eq!(answer.status(), 200);
    assert_eq!(answer.into_body().collect().await.unwrap().to_bytes(), "hello");
    assert_eq!(handshakes(&server, "Done"), 3);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_renewal_fails_nobody() {
    let (edge, first) = Edge::new();
    let certificates = edge.open();
    let server = edge.serve(&certificates, ConnectionLimits::default());
    let client = edge.authority.client(&[&TLS12, &TLS13], &["http/1.1"]);
    let mut kept = connect(&client, server.address, HOST).await.unwrap();
    ask(&mut kept).await;
    let (over, address) = (tokio_util::sync::CancellationToken::new(), server.address);
    let crowd: Vec<_> = (0..4)
        .map(|_| {
            let (client, over) = (client.clone(), over.clone());
            tokio::spawn(async move {
                let mut answered = 0;
                while !over.is_cancelled() {
                    let mut stream = connect(&client, address, HOST).await.expect("a handshake");
                    ask(&mut stream).await;
                    answered += 1;
                }
                answered
            })
        })
        .collect();
    let mut last = first;
    for round in 0..10 {
        let new = edge.authority.issue(&[HOST], 2020, 2041 + round);
        // One file after the other, and looked at in between: the old pair goes on.
        replace(&edge.files().certificate, &new.certificate, 0o644);
        assert!(matches!(certificates.look(NOW), Look::Kept(PairError::Together(_))));
        assert_eq!(shown(&connect(&client, address, HOST).await.unwrap()), last.der);
        replace(&edge.files().key, &new.key, 0o600);
        assert!(matches!(certificates.look(NOW), Look::Renewed));
        assert!(matches!(certificates.look(NOW), Look::Same));
        assert_eq!(shown(&connect(&client, address, HOST).await.unwrap()), new.der);
        last = new;
    }
    over.cancel();
    for client in crowd {
        assert!(client.await.unwrap() > 0);
    }
    assert!(ask(&mut kept).await.starts_with("HTTP/1.1 200 "));
    assert_eq!(handshakes(&server, "Failed") + handshakes(&server, "Slow"), 0);
    assert_eq!(edge.gauge("test_tls_certificate_refused"), 0);
}

#[tokio::test]
async fn what_cannot_be_served_is_not_and_said_once() {
    let (edge, first) = Edge::new();
    let certificates = edge.open();
    let server = edge.serve(&certificates, ConnectionLimits::default());
    let client = edge.authority.client(&[&TLS13], &["http/1.1"]);
    let (expired, early) =
        (edge.authority.issue(&[HOST], 2020, 2021), edge.authority.issue(&[HOST], 2039, 2040));
    let Files { certificate, key } = edge.files();
    let noise = "no PEM at all";
    let cases: [(&str, &dyn Fn()); 8] = [
        ("private key", &|| replace(&key, noise, 0o600)),
        ("no certificate", &|| replace(&certificate, noise, 0o644)),
        ("no certificate", &|| replace(&certificate, &first.key, 0o644)),
        ("cannot read", &|| fs::remove_file(&key).unwrap()),
        ("chmod 600", &|| replace(&key, &first.key, 0o644)),
        ("longer than", &|| replace(&certificate, &"x".repeat(300 * 1024), 0o644)),
        ("ended at 2021-01-01", &|| edge.put(&expired)),
        ("holds from 2039-01-01", &|| edge.put(&early)),
    ];
    for (words, spoil) in cases {
        spoil();
        // First it may be half of a replacement; then it is wrong.
        assert!(matches!(certificates.look(NOW), Look::Kept(_)), "{words}");
        assert_eq!(edge.gauge("test_tls_certificate_refused"), 0, "{words}");
        let before = refusals();
        for _ in 0..3 {
            let Look::Kept(error) = certificates.look(NOW) else { panic!("{words}") };
            assert!(error.to_string().contains(words), "{error}");
        }
        assert_eq!(refusals(), before + 1, "{words}");
        assert_eq!(edge.gauge("test_tls_certificate_refused"), 1, "{words}");
        assert_eq!(shown(&connect(&client, server.address, HOST).await.unwrap()), first.der, "{words}");
        edge.put(&first);
        assert!(matches!(certificates.look(NOW), Look::Renewed), "{words}");
        assert_eq!(edge.gauge("test_tls_certificate_refused"), 0, "{words}");
    }
    // What is not yet true becomes so without another replacement.
    edge.put(&early);
    assert!(matches!(certificates.look(NOW), Look::Kept(PairError::Early(_))));
    let then = Timestamp::parse("2039-06-01T00:00:00Z").unwrap();
    assert!(matches!(certificates.look(then), Look::Renewed));
    let left = Timestamp::parse("2040-01-01T00:00:00Z").unwrap().seconds() - then.seconds();
    assert_eq!(edge.gauge("test_tls_certificate_seconds_left"), left);
}

/// As Kubernetes replaces a secret's files: a link to the folder of both is swapped.
#[test]
fn a_swapped_link_is_a_replacement() {
    let (edge, first) = Edge::new();
    let (one, two, data) =
        (edge.dir.path().join("..1"), edge.dir.path().join("..2"), edge.dir.path().join("..data"));
    let second = edge.authority.issue(&[HOST], 2020, 2042);
    for (folder, issued) in [(&one, &first), (&two, &second)] {
        fs::create_dir(folder).unwrap();
        replace(&folder.join("tls.crt"), &issued.certificate, 0o644);
        replace(&folder.join("tls.key"), &issued.key, 0o400);
    }
    symlink("..1", &data).unwrap();
    let files = Files { certificate: data.join("tls.crt"), key: data.join("tls.key") };
    let certificates = Certificates::open(files, NOW, &edge.metrics).unwrap();
    let before = edge.gauge("test_tls_certificate_seconds_left");
    let swap = |to: &Path| {
        symlink(to, edge.dir.path().join("..tmp")).unwrap();
        fs::rename(edge.dir.path().join("..tmp"), &data).unwrap();
    };
    swap(Path::new("..2"));
    assert!(matches!(certificates.look(NOW), Look::Renewed));
    assert!(edge.gauge("test_tls_certificate_seconds_left") > before);
}

#[tokio::test]
async fn who_is_slow_with_the_handshake_is_cut() {
    let (edge, _) = Edge::new();
    let limits = ConnectionLimits {
        handshake_timeout: Duration::from_millis(200),
        handshakes: 1,
        ..ConnectionLimits::default()
    };
    let server = edge.serve(&edge.open(), limits);
    let mut silent = server.connect().await;
    let mut halts = server.connect().await;
    halts.0.write_all(&[22, 3, 1, 2]).await.unwrap();
    assert_eq!(silent.rest().await, "");
    assert_eq!(halts.rest().await, "");
    assert_eq!(handshakes(&server, "Slow"), 2);
    // And their places are free again.
    let client = edge.authority.client(&[&TLS13], &["http/1.1"]);
    ask(&mut connect(&client, server.address, HOST).await.unwrap()).await;
}

#[tokio::test]
async fn handshakes_beyond_the_bound_wait_for_a_place() {
    let (edge, _) = Edge::new();
    let limits = ConnectionLimits { handshakes: 1, ..ConnectionLimits::default() };
    let server = edge.serve(&edge.open(), limits);
    let mut halts = server.connect().await;
    halts.0.write_all(&[22, 3, 1, 2]).await.unwrap();
    until(&server, "test_tls_handshakes_under_way", "1").await;
    let mut silent = server.connect().await;
    let client = edge.authority.client(&[&TLS13], &["http/1.1"]);
    let address = server.address;
    let waits = tokio::spawn(async move { ask(&mut connect(&client, address, HOST).await.unwrap()).await });
    until(&server, "test_http_connections_accepted_total", "3").await;
    assert!(!waits.is_finished());
    drop(halts);
    assert!(timeout(HANG, waits).await.expect("a place").unwrap().ends_with("hello"));
    // Who has said nothing has no place, and is still welcome.
    silent.send("GET ").await;
    assert!(silent.rest().await.starts_with("HTTP/1.1 400 "));
}

#[tokio::test]
async fn plain_http_is_told_and_noise_closed() {
    let (edge, _) = Edge::new();
    let server = edge.serve(&edge.open(), ConnectionLimits::default());
    let mut plain = server.connect().await;
    plain.send(ASK).await;
    let answer = plain.rest().await;
    assert!(answer.starts_with("HTTP/1.1 400 ") && answer.contains("\"code\":\"plain-http\""), "{answer}");
    let mut noise = Raw(TcpStream::connect(server.address).await.unwrap());
    noise.0.write_all(&[22, 0xff, 0xff, 0xff, 0xff, 0, 0]).await.unwrap();
    assert!(!noise.rest().await.contains("hello"));
    drop(server.connect().await);
    // Nothing that is left keeps the server from ending.
    server.shutdown.cancel();
    assert_eq!(server.ended().await.cut, 0);
}

/// A pair at the start: what cannot be served ends it, what has expired does not.
#[test]
fn at_the_start_there_is_nothing_to_keep() {
    let (edge, first) = Edge::new();
    edge.put(&edge.authority.issue(&["*.example.com"], 2020, 2021));
    let pair = web::tls::Pair::read(&edge.files()).unwrap();
    assert!(pair.covers("a.example.com") && !pair.covers("example.com") && !pair.covers("a.b.example.com"));
    assert!(matches!(pair.holds(NOW), Err(PairError::Expired(_))));
    let early = Timestamp::parse("2020-06-01T00:00:00Z").unwrap();
    assert!(pair.is_overdue(Timestamp::parse("2020-12-01T00:00:00Z").unwrap()) && !pair.is_overdue(early));
    edge.open();
    assert!(edge.gauge("test_tls_certificate_seconds_left") < 0);
    replace(&edge.files().key, &first.key, 0o600);
    let refused = Certificates::open(edge.files(), NOW, &Metrics::new("other")).unwrap_err();
    assert!(matches!(refused, PairError::Together(_)), "{refused}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    /// Bytes changed anywhere: an error, or a pair; never a panic.
    #[test]
    fn damaged_files_are_errors(at in 0usize..4000, with in any::<u8>(), key in any::<bool>()) {
        let (edge, first) = Edge::new();
        let (path, text) = if key {
            (edge.files().key, &first.key)
        } else {
            (edge.files().certificate, &first.certificate)
        };
        let mut bytes = text.clone().into_bytes();
        let at = at % bytes.len();
        bytes[at] ^= with;
        fs::write(path, bytes).unwrap();
        let _ = web::tls::Pair::read(&edge.files());
    }
}
