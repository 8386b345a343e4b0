//! An instance: the accept loop of every role, in a process or a container of its own. It is this test binary, asked to run one test.

use std::{convert::Infallible, net::TcpListener, time::Duration};

use axum::{Router, body::Body, routing::get};
use drivers::{Caps, Image, Program, Spec};
use futures_util::{StreamExt, stream};
use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;
use web::{ConnectionLimits, Gate, HttpMetrics, Listener, Metrics, Readiness};

/// Chunks of `/long`, and how far apart: longer than any replacement takes to begin.
const CHUNKS: usize = 40;
const APART: Duration = Duration::from_millis(20);
pub const LONG: usize = CHUNKS * 1_000;

/// Chunks of `/longer`: longer than a replacement takes from its beginning to its end.
const MORE_CHUNKS: usize = 250;
pub const LONGER: usize = MORE_CHUNKS * 1_000;

/// Instances of `release`. Releases whose name begins with `dead` end at once, with `never` never become ready. Those that begin with
/// `ends` and `endless` are no instances: they do nothing, and come to an end or not.
pub fn spec(release: &str) -> Spec {
    spec_of(release, Program::Binary(std::env::current_exe().unwrap()))
}

pub fn spec_of(release: &str, program: Program) -> Spec {
    let arguments = ["instance::plays", "--exact", "--ignored", "--nocapture", "-q", "--skip", release];
    Spec {
        release: release.to_owned(),
        program,
        arguments: arguments.map(str::to_owned).to_vec(),
        caps: Caps { memory: Some(1 << 30), files: Some(4_096) },
    }
}

/// An image that nobody signed.
pub fn image(name: &str) -> Program {
    Program::Image(Image { name: name.to_owned(), ids: Vec::new(), from: None })
}

#[allow(clippy::disallowed_methods, reason = "an instance is a process of its own")]
fn admitted() -> bool {
    std::env::var("PRIMETIME_HTTP_ADMIT").is_err()
}

/// Inherited; in a container, where it is the first process, its own.
fn sockets() -> Option<(TcpListener, TcpListener)> {
    if std::process::id() == 1 {
        let bind = |port| {
            let socket = TcpListener::bind(("0.0.0.0", port)).unwrap();
            socket.set_nonblocking(true).unwrap();
            socket
        };
        return Some((bind(8080), bind(9090)));
    }
    let mut sockets = listenfd::ListenFd::from_env();
    Some((sockets.take_tcp_listener(0).unwrap()?, sockets.take_tcp_listener(1).unwrap()?))
}

/// A body that comes slowly.
fn slow(chunks: usize) -> Body {
    let chunk = async |_| {
        tokio::time::sleep(APART).await;
        Ok::<_, Infallible>(vec![b'x'; 1_000])
    };
    Body::from_stream(stream::iter(0..chunks).then(chunk))
}

#[test]
#[ignore = "not a test: what instances run"]
fn plays() {
    // `--skip` passes the name of the release: no test is called so.
    let Some(release) = std::env::args().next_back() else { return };
    assert!(!release.starts_with("dead"), "a release that dies");
    if release.starts_with("endless") {
        std::thread::sleep(Duration::from_secs(60));
    }
    if release.starts_with("ends") {
        return;
    }
    let Some((http, ops)) = sockets() else { return };
    tokio::runtime::Runtime::new().unwrap().block_on(async move {
        let metrics = Metrics::new("primetime");
        let counted = HttpMetrics::new(&metrics);
        web::process::register(&metrics);
        let (readiness, gate) = (Readiness::default(), Gate::new(admitted()));
        let ready = readiness.condition("sleep", "it sleeps");
        let health = web::health::router(readiness, metrics, gate.clone());
        let (after, stop) = (CancellationToken::new(), CancellationToken::new());
        let ops = Listener::shared(ops).unwrap();
        let (limits, other, end) = (ConnectionLimits::default(), counted.clone(), after.clone());
        let ops = tokio::spawn(async move { web::serve(ops, health, limits, &other, end).await });
        for (kind, admitting) in [(SignalKind::user_defined1(), true), (SignalKind::user_defined2(), false)] {
            let (mut signal, gate) = (signal(kind).unwrap(), gate.clone());
            tokio::spawn(async move {
                while signal.recv().await.is_some() {
                    if admitting { gate.admit() } else { gate.park() }
                }
            });
        }
        let mut term = signal(SignalKind::terminate()).unwrap();
        let told = stop.clone();
        tokio::spawn(async move {
            term.recv().await;
            told.cancel();
        });
        if release.starts_with("never") {
            return stop.cancelled().await;
        }
        ready.met();
        let (long, longer) = (get(async || slow(CHUNKS)), get(async || slow(MORE_CHUNKS)));
        let app = Router::new().route("/", get(move || async move { release }));
        let app = app.route("/long", long).route("/longer", longer);
        let clock = std::sync::Arc::new(domain::ManualClock::new(domain::Timestamp(0)));
        let guard =
            web::Guard::new("it", web::RequestLimits::default(), clock, &domain::SeededRng::new(1), &counted);
        let http = Listener::shared(http).unwrap().gated(gate);
        web::serve(http, app.layer(guard), ConnectionLimits::default(), &counted, stop).await;
        after.cancel();
        ops.await.unwrap();
    });
}
