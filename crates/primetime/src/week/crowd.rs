//! Viewers: each opens a connection, asks for a page, and gives up after a while. They come at the week's rate, whatever the
//! answers are.

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use domain::Clock;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::{MissedTickBehavior, interval, timeout},
};
use tokio_util::sync::CancellationToken;

/// A viewer who has waited so long is gone.
const PATIENCE: Duration = Duration::from_secs(2);
/// Viewers come in groups this often.
const EVERY: Duration = Duration::from_millis(10);

/// What viewers met since somebody looked last.
#[derive(Debug, Clone, Default)]
pub struct Met {
    /// Microseconds to the whole answer, of each that came.
    pub micros: Vec<u32>,
    /// Turned away (503).
    pub away: u32,
    /// Without an answer, or with a wrong one.
    pub failed: u32,
    /// In the words of the first that failed.
    pub words: Option<String>,
}

/// Viewers of one address.
#[derive(Clone)]
pub struct Crowd {
    address: SocketAddr,
    host: Arc<str>,
    clock: Arc<dyn Clock>,
    met: Arc<Mutex<Met>>,
}

impl Crowd {
    pub fn new(address: SocketAddr, host: &str, clock: Arc<dyn Clock>) -> Self {
        Self { address, host: host.into(), clock, met: Arc::default() }
    }

    /// Comes until stopped, at `rate()` a second.
    pub async fn come(self, rate: impl Fn() -> f64 + Send, stop: CancellationToken) {
        let mut ticks = interval(EVERY);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let (mut owed, mut last) = (0.0, self.clock.now());
        while stop.run_until_cancelled(ticks.tick()).await.is_some() {
            let now = self.clock.now();
            owed += rate() * now.since(last).as_secs_f64();
            last = now;
            while owed >= 1.0 {
                owed -= 1.0;
                tokio::spawn(self.clone().visit());
            }
        }
    }

    /// What they met since the last call.
    pub fn met(&self) -> Met {
        std::mem::take(&mut *self.met.lock().unwrap_or_else(PoisonError::into_inner))
    }

    async fn visit(self) {
        let began = self.clock.now();
        let status = match timeout(PATIENCE, self.ask()).await {
            Ok(Ok(status)) => Ok(status),
            Ok(Err(error)) => Err(error.to_string()),
            Err(_) => Err("no answer in two seconds".to_owned()),
        };
        let micros = u32::try_from(self.clock.now().since(began).as_micros()).unwrap_or(u32::MAX);
        let mut met = self.met.lock().unwrap_or_else(PoisonError::into_inner);
        match status {
            Ok(200) => met.micros.push(micros),
            Ok(503) => met.away += 1,
            Ok(status) => {
                met.failed += 1;
                met.words.get_or_insert(format!("status {status}"));
            }
            Err(words) => {
                met.failed += 1;
                met.words.get_or_insert(words);
            }
        }
    }

    async fn ask(&self) -> std::io::Result<u16> {
        let mut stream = TcpStream::connect(self.address).await?;
        let request = format!("GET /en/ HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n", self.host);
        stream.write_all(request.as_bytes()).await?;
        let mut answer = Vec::with_capacity(32 * 1024);
        stream.read_to_end(&mut answer).await?;
        let status = answer.get(9..12).and_then(|digits| std::str::from_utf8(digits).ok()?.parse().ok());
        status.ok_or_else(|| std::io::Error::other("closed without an answer"))
    }
}
