//! An instance: the accept loop of every role, in a process of its own. It is this test binary, asked to run one test.

use std::{convert::Infallible, time::Duration};

use axum::{Router, body::Body, routing::get};
use drivers::{Caps, Spec};
use futures_util::{StreamExt, stream};
use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;
use web::{ConnectionLimits, Gate, HttpMetrics, Listener, Metrics, Readiness};

/// Chunks of `/long`, and how far apart: longer than any replacement takes to begin.
const CHUNKS: usize = 40;
const APART: Duration = Duration::from_millis(20);
pub const LONG: usize = CHUNKS * 1_000;

/// Instances of `release`. Releases whose name begins with `dead` end at once, with `never` never become ready.
pub fn spec(release: &str) -> Spec {
    let arguments = ["instance::plays", "--exact", "--ignored", "--nocapture", "-q", "--skip", release];
    Spec {
        release: release.to_owned(),
        binary: std::env::current_exe().unwrap(),
        arguments: arguments.map(str::to_owned).to_vec(),
        caps: Caps { memory: Some(1 << 30), files: Some(4_096) },
    }
}

#[allow(clippy::disallowed_methods, reason = "an instance is a process of its own")]
fn admitted() -> bool {
    std::env::var("PRIMETIME_HTTP_ADMIT").is_err()
}

#[test]
#[ignore = "not a test: what instances run"]
fn plays() {
    // `--skip` passes the name of the release: no test is called so.
    let Some(release) = std::env::args().next_back() else { return };
    assert!(!release.starts_with("dead"), "a release that dies");
    let mut sockets = listenfd::ListenFd::from_env();
    let (http, ops) = (sockets.take_tcp_listener(0).unwrap(), sockets.take_tcp_listener(1).unwrap());
    let (Some(http), Some(ops)) = (http, ops) else { return };
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
        let chunk = async |_| {
            tokio::time::sleep(APART).await;
            Ok::<_, Infallible>(vec![b'x'; 1_000])
        };
        let long = get(move || async move { Body::from_stream(stream::iter(0..CHUNKS).then(chunk)) });
        let app = Router::new().route("/", get(move || async move { release })).route("/long", long);
        let clock = std::sync::Arc::new(domain::ManualClock::new(domain::Timestamp(0)));
        let guard =
            web::Guard::new("it", web::RequestLimits::default(), clock, &domain::SeededRng::new(1), &counted);
        let http = Listener::shared(http).unwrap().gated(gate);
        web::serve(http, app.layer(guard), ConnectionLimits::default(), &counted, stop).await;
        after.cancel();
        ops.await.unwrap();
    });
}
