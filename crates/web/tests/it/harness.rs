use std::{net::SocketAddr, sync::Arc, time::Duration};

use axum::Router;
use domain::{ManualClock, SeededRng, Timestamp};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    task::JoinHandle,
    time::timeout,
};
use tokio_util::sync::CancellationToken;
use web::{Drained, Express, Guard, HttpMetrics, Limits, Listener, Metrics};

/// Longer than anything here takes; reaching it is a hang.
const HANG: Duration = Duration::from_secs(20);

/// A server on a port of its own, and its end.
pub struct Server {
    pub address: SocketAddr,
    pub metrics: Metrics,
    pub shutdown: CancellationToken,
    ended: JoinHandle<Drained>,
}

impl Server {
    pub fn start(router: Router, limits: Limits) -> Self {
        Self::on(web::bind("127.0.0.1:0".parse().unwrap(), None).unwrap(), router, limits)
    }

    /// On a socket that is there already.
    pub fn on(listener: impl Into<Listener>, router: Router, limits: Limits) -> Self {
        Self::with(listener, router, (), limits)
    }

    /// With somebody who answers before the router.
    pub fn express(router: Router, express: impl Express, limits: Limits) -> Self {
        Self::with(web::bind("127.0.0.1:0".parse().unwrap(), None).unwrap(), router, express, limits)
    }

    fn with(listener: impl Into<Listener>, router: Router, express: impl Express, limits: Limits) -> Self {
        crate::log::listen();
        let metrics = Metrics::new("test");
        let http = HttpMetrics::new(&metrics);
        let clock = Arc::new(ManualClock::new(Timestamp::from_seconds(1_800_000_000)));
        let guard = Guard::new("it", limits.request, clock, &SeededRng::new(7), &http);
        let listener = listener.into();
        let address = listener.address().unwrap();
        let shutdown = CancellationToken::new();
        let stop = shutdown.clone();
        let ended = tokio::spawn(async move {
            web::serve_with(listener, router.layer(guard), express, limits.connection, &http, stop).await
        });
        Self { address, metrics, shutdown, ended }
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    pub async fn connect(&self) -> Raw {
        Raw(TcpStream::connect(self.address).await.unwrap())
    }

    pub async fn ended(self) -> Drained {
        timeout(HANG, self.ended).await.expect("the server ends").unwrap()
    }

    pub fn metric(&self, line: &str) -> Option<String> {
        let text = self.metrics.encode().unwrap();
        text.lines().find_map(|l| Some(l.strip_prefix(line)?.trim().to_owned()))
    }
}

/// A client that says what it likes.
pub struct Raw(pub TcpStream);

impl Raw {
    pub async fn send(&mut self, text: &str) {
        self.0.write_all(text.as_bytes()).await.unwrap();
    }

    /// All until the other side closes; what came before a reset is kept.
    pub async fn rest(&mut self) -> String {
        let mut all = Vec::new();
        let mut buffer = [0; 4096];
        timeout(HANG, async {
            while let Ok(count) = self.0.read(&mut buffer).await {
                if count == 0 {
                    break;
                }
                all.extend_from_slice(&buffer[..count]);
            }
        })
        .await
        .expect("the server closes");
        String::from_utf8_lossy(&all).into_owned()
    }

    /// Reads until `end` has come.
    pub async fn until(&mut self, end: &str) -> String {
        let mut all = String::new();
        timeout(HANG, async {
            while !all.ends_with(end) {
                let mut byte = [0];
                assert_eq!(self.0.read(&mut byte).await.unwrap(), 1, "closed after {all:?}");
                all.push(byte[0] as char);
            }
        })
        .await
        .expect("an answer");
        all
    }
}
