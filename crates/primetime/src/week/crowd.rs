//! Viewers: each opens a connection, asks for a page, and gives up after a while. They come at the week's rate, whatever the
//! answers are.

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use domain::Clock;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::{MissedTickBehavior, interval, timeout},
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

/// A viewer who has waited so long is gone.
const PATIENCE: Duration = Duration::from_secs(2);
/// Viewers come in groups this often.
const EVERY: Duration = Duration::from_millis(10);

/// What viewers met since somebody looked last.
#[derive(Debug, Clone, Default)]
pub struct Met {
    /// Who came.
    pub came: u32,
    /// Got the page.
    pub answered: u32,
    /// Microseconds to the whole page; of each that failed, the patience that it took.
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
    visits: TaskTracker,
}

impl Crowd {
    pub fn new(address: SocketAddr, host: &str, clock: Arc<dyn Clock>) -> Self {
        Self { address, host: host.into(), clock, met: Arc::default(), visits: TaskTracker::new() }
    }

    /// Comes until stopped, at `rate()` a second; over when the last has an answer, or has gone.
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
                self.met().came += 1;
                self.visits.spawn(self.clone().visit());
            }
        }
        self.visits.close();
        self.visits.wait().await;
    }

    /// What they met since the last call.
    pub fn take(&self) -> Met {
        std::mem::take(&mut *self.met())
    }

    fn met(&self) -> MutexGuard<'_, Met> {
        self.met.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn visit(self) {
        let began = self.clock.now();
        let status = match timeout(PATIENCE, self.ask()).await {
            Ok(Ok(status)) => Ok(status),
            Ok(Err(error)) => Err(error.to_string()),
            Err(_) => Err("no answer in two seconds".to_owned()),
        };
        let took = self.clock.now().since(began);
        let mut met = self.met();
        let (words, took) = match status {
            Ok(200) => {
                met.answered += 1;
                (None, took)
            }
            // It was quick, and no answer.
            Ok(503) => {
                met.away += 1;
                return;
            }
            Ok(status) => (Some(format!("status {status}")), PATIENCE),
            Err(words) => (Some(words), PATIENCE),
        };
        met.micros.push(u32::try_from(took.as_micros()).unwrap_or(u32::MAX));
        if let Some(words) = words {
            met.failed += 1;
            met.words.get_or_insert(words);
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

#[cfg(test)]
mod tests {
    use tokio::net::TcpListener;

    use super::*;
    use crate::ambient::SystemClock;

    /// The first gets a page, the next is turned away, then a wrong answer, none, and silence; and again.
    async fn answer(mut stream: TcpStream, visit: usize) {
        let mut request = [0; 1024];
        let _ = stream.read(&mut request).await;
        let text = match visit % 5 {
            0 => "HTTP/1.1 200 OK\r\n\r\npage",
            1 => "HTTP/1.1 503 Service Unavailable\r\n\r\n",
            2 => "HTTP/1.1 404 Not Found\r\n\r\n",
            3 => "",
            _ => return std::future::pending().await,
        };
        let _ = stream.write_all(text.as_bytes()).await;
    }

    #[tokio::test]
    async fn whoever_comes_is_counted_once() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let crowd = Crowd::new(listener.local_addr().unwrap(), "harbour.localhost", Arc::new(SystemClock));
        tokio::spawn(async move {
            for visit in 0.. {
                let (stream, _) = listener.accept().await.unwrap();
                tokio::spawn(answer(stream, visit));
            }
        });
        let stop = CancellationToken::new();
        let coming = tokio::spawn(crowd.clone().come(|| 200.0, stop.clone()));
        while crowd.met().came < 25 {
            tokio::time::sleep(EVERY).await;
        }
        stop.cancel();
        coming.await.unwrap();
        let met = crowd.take();
        assert_eq!(met.came, met.answered + met.away + met.failed, "{met:?}");
        assert!(met.answered >= 5 && met.away >= 5 && met.failed >= 15, "{met:?}");
        assert_eq!(met.micros.len() as u32, met.answered + met.failed);
        let patience = met.micros.iter().filter(|micros| u128::from(**micros) == PATIENCE.as_micros());
        assert!(patience.count() as u32 >= met.failed, "who fails quickly was not served quickly: {met:?}");
        assert!(met.words.is_some());
        assert_eq!(crowd.take().came, 0, "and only once");
    }
}
