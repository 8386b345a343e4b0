//! Instances as they are scraped: the listener, the guard and the metrics of every role, in this process.

use std::{net::SocketAddr, num::NonZeroU32, sync::Arc, time::Duration};

use axum::{Router, routing::get};
use domain::{ManualClock, SeededRng, Timestamp};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    task::JoinHandle,
};
use tokio_util::sync::CancellationToken;
use web::{ConnectionLimits, Gate, Guard, HttpMetrics, Metrics, Readiness, RequestLimits};

use super::server::host;

pub struct Instance {
    /// Where it is scraped; its viewers come to the port above.
    pub ops: SocketAddr,
    pub gate: Gate,
    stop: CancellationToken,
    served: Vec<JoinHandle<web::Drained>>,
}

impl Instance {
    pub fn start(release: &str) -> Self {
        Self::at((host(), 9100).into(), release, 1_000_000)
    }

    /// One that takes `most` requests, and turns all others away: its clock stands.
    pub fn at(ops: SocketAddr, release: &str, most: u32) -> Self {
        let metrics = Metrics::new("primetime");
        let (counted, gate, stop) = (HttpMetrics::new(&metrics), Gate::default(), CancellationToken::new());
        let about = [("release", release.to_owned()), ("version", "0.1.0".into()), ("roles", "site".into())];
        let admits = gate.clone();
        web::instance::register(&metrics, &about, move || admits.is_admitting());
        let health = web::health::router(Readiness::default(), metrics, gate.clone());
        let clock = Arc::new(ManualClock::new(Timestamp(0)));
        let time = clock.clone();
        let slow = get(|| async move {
            time.advance(Duration::from_secs(1));
            "late"
        });
        let limits = RequestLimits { rate: NonZeroU32::new(most), ..RequestLimits::default() };
        let guard = Guard::new("site", limits, clock, &SeededRng::new(1), &counted);
        let app = Router::new().route("/", get(|| async { "on air" })).route("/slow", slow).layer(guard);
        let viewers = SocketAddr::new(ops.ip(), ops.port() + 1);
        let served = [(ops, health), (viewers, app)].map(|(address, router)| {
            let (counted, stop) = (counted.clone(), stop.clone());
            let listener = web::bind(address, None).unwrap();
            let limits = ConnectionLimits::default();
            tokio::spawn(async move { web::serve(listener, router, limits, &counted, stop).await })
        });
        Self { ops, gate, stop, served: served.into() }
    }

    pub async fn end(self) {
        self.stop.cancel();
        for served in self.served {
            served.await.unwrap();
        }
    }

    /// So many requests, all answered.
    pub async fn requests(&self, count: usize, path: &str) {
        for _ in 0..count {
            let mut stream = TcpStream::connect((self.ops.ip(), self.ops.port() + 1)).await.unwrap();
            let head = format!("GET {path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
            stream.write_all(head.as_bytes()).await.unwrap();
            let mut answer = String::new();
            stream.read_to_string(&mut answer).await.unwrap();
            assert!(answer.starts_with("HTTP/1.1 "), "{answer}");
        }
    }
}
