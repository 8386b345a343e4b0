//! Many replacements under load: new connections, keep-alives, long downloads; nobody notices. And engines that misbehave.

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed},
    },
    time::Duration,
};

use domain::{Clock, ManualClock, Timestamp};
use drivers::{Engine, EngineError, Goal, Instance, Local, Name, Patience, Replace, Spec, State, Supervisor};
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    net::TcpStream,
    sync::{mpsc, oneshot},
    task::JoinSet,
};
use tokio_util::sync::CancellationToken;

use crate::{
    engine::{Host, until},
    instance::{LONG, spec},
};

const REPLACEMENTS: usize = 6;

/// One connection, one request; the body.
pub async fn ask(address: SocketAddr, path: &str) -> std::io::Result<String> {
    let mut stream = TcpStream::connect(address).await?;
    stream.write_all(format!("GET {path} HTTP/1.0\r\nHost: a\r\n\r\n").as_bytes()).await?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await?;
    match answer.split_once("\r\n\r\n") {
        Some((head, body)) if head.starts_with("HTTP/1.0 200") => Ok(body.to_owned()),
        _ => Err(std::io::Error::other(format!("no answer: {answer:?}"))),
    }
}

/// One connection, as many requests as it is let.
async fn keep_alive(address: SocketAddr) -> std::io::Result<usize> {
    let mut stream = BufReader::new(TcpStream::connect(address).await?);
    for count in 1.. {
        stream.write_all(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n").await?;
        let (mut line, mut close, mut length) = (String::new(), false, 0);
        while line != "\r\n" {
            line.clear();
            if stream.read_line(&mut line).await? == 0 {
                return Err(std::io::Error::other("closed without an answer"));
            }
            let lower = line.to_ascii_lowercase();
            close |= lower.starts_with("connection: close");
            if let Some(text) = lower.strip_prefix("content-length:") {
                length = text.trim().parse().map_err(std::io::Error::other)?;
            }
        }
        stream.read_exact(&mut vec![0; length]).await?;
        if close || count == 500 {
            return Ok(count);
        }
    }
    unreachable!()
}

struct Kept<D> {
    wishes: mpsc::Sender<Replace>,
    stop: CancellationToken,
    ended: tokio::task::JoinHandle<()>,
    clock: Arc<ManualClock>,
    _driver: Arc<D>,
}

fn keep<D: Engine + 'static>(driver: D, goal: Goal) -> Kept<D> {
    let clock = Arc::new(ManualClock::new(Timestamp::from_seconds(1_800_000_000)));
    let driver = Arc::new(driver);
    let patience = Patience { look: Duration::from_millis(20), ..Patience::default() };
    let (wishes, heard) = mpsc::channel(1);
    let stop = CancellationToken::new();
    let supervisor = Supervisor::new(driver.clone(), clock.clone() as Arc<dyn Clock>, patience, goal);
    let ended = tokio::spawn(supervisor.run(heard, stop.clone()));
    Kept { wishes, stop, ended, clock, _driver: driver }
}

impl<D> Kept<D> {
    async fn replace(&self, spec: Spec) -> Result<(), String> {
        let (answer, heard) = oneshot::channel();
        self.wishes.send(Replace { spec, answer }).await.unwrap();
        heard.await.unwrap()
    }

    async fn end(self) {
        self.stop.cancel();
        self.ended.await.unwrap();
    }
}

fn all_run(all: &[Instance], count: usize, release: &str) -> bool {
    all.len() == count && all.iter().all(|i| i.release == release && i.state == State::Ready)
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_notices_many_replacements() {
    let host = Host::new().await;
    let kept = keep(host.local.clone(), Goal { instances: 2, spec: spec("r0") });
    until(&host.local, "two of r0", |all| all_run(all, 2, "r0")).await;
    let address = host.local.address().unwrap();
    let done = Arc::new(AtomicBool::new(false));
    let counts: [Arc<AtomicUsize>; 3] = Default::default();
    let mut clients = JoinSet::new();
    for client in 0..6 {
        let (done, count) = (done.clone(), counts[client % 3].clone());
        clients.spawn(async move {
            while !done.load(Relaxed) {
                let asked = match client % 3 {
                    0 => ask(address, "/")
                        .await
                        .unwrap_or_else(|e| panic!("a new connection: {e}"))
                        .len()
                        .min(1),
                    1 => keep_alive(address).await.unwrap_or_else(|e| panic!("a kept connection: {e}")),
                    _ => {
                        let body = ask(address, "/long").await.unwrap_or_else(|e| panic!("a download: {e}"));
                        usize::from(body.len() == LONG)
                    }
                };
                assert!(asked > 0);
                count.fetch_add(asked, Relaxed);
            }
        });
    }
    for round in 1..=REPLACEMENTS {
        kept.replace(spec(&format!("r{round}"))).await.unwrap();
    }
    done.store(true, Relaxed);
    while let Some(client) = clients.join_next().await {
        client.unwrap();
    }
    let counts = counts.map(|count| count.load(Relaxed));
    println!("{REPLACEMENTS} replacements of 2; new connections, kept, downloads: {counts:?}; failed: 0");
    assert!(counts.iter().all(|count| *count > 0), "{counts:?}");
    assert!(all_run(&host.local.list().await.unwrap(), 2, &format!("r{REPLACEMENTS}")));
    kept.end().await;
    host.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_release_that_does_not_come_up_is_undone() {
    let host = Host::new().await;
    let kept = keep(host.local.clone(), Goal { instances: 2, spec: spec("good") });
    let before = until(&host.local, "two of it", |all| all_run(all, 2, "good")).await;
    let died = kept.replace(spec("dead")).await.unwrap_err();
    assert!(died.contains("died") && died.contains("2 instances of good stay"), "{died}");
    let (answer, heard) = oneshot::channel();
    kept.wishes.send(Replace { spec: spec("never"), answer }).await.unwrap();
    let saying = |i: &Instance| matches!(&i.state, State::NotReady(why) if why.contains("sleep"));
    until(&host.local, "asleep", |all| all.iter().any(saying)).await;
    kept.clock.advance(Patience::default().ready + Duration::from_secs(1));
    let late = heard.await.unwrap().unwrap_err();
    assert!(late.contains("not ready within") && late.contains("sleep"), "{late}");
    assert_eq!(until(&host.local, "as before", |all| all_run(all, 2, "good")).await, before);
    kept.end().await;
    host.end().await;
}

/// An engine that does half of what it is asked, and says every time that it does not know.
struct Vague {
    local: Local,
    asked: AtomicUsize,
}

impl Vague {
    fn lies(&self) -> Option<EngineError> {
        match self.asked.fetch_add(1, Relaxed) % 3 {
            0 => Some(EngineError::Uncertain("it took too long".into())),
            1 => Some(EngineError::Busy(Duration::from_millis(1))),
            _ => None,
        }
    }

    async fn vaguely(&self, done: impl Future<Output = Result<(), EngineError>>) -> Result<(), EngineError> {
        match self.lies() {
            Some(busy @ EngineError::Busy(_)) => Err(busy),
            // It did it, and nobody is told.
            Some(error) => done.await.and(Err(error)),
            None => done.await,
        }
    }
}

impl Engine for Vague {
    async fn start(&self, name: &Name, spec: &Spec) -> Result<(), EngineError> {
        self.vaguely(self.local.start(name, spec)).await
    }

    async fn list(&self) -> Result<Vec<Instance>, EngineError> {
        match self.lies() {
            Some(error) => Err(error),
            None => self.local.list().await,
        }
    }

    async fn drain(&self, name: &Name) -> Result<(), EngineError> {
        self.vaguely(self.local.drain(name)).await
    }

    async fn stop(&self, name: &Name) -> Result<(), EngineError> {
        self.vaguely(self.local.stop(name)).await
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_engine_that_half_succeeds_gets_there() {
    let host = Host::new().await;
    let vague = Vague { local: host.local.clone(), asked: AtomicUsize::new(0) };
    let kept = keep(vague, Goal { instances: 2, spec: spec("r1") });
    until(&host.local, "two of r1", |all| all_run(all, 2, "r1")).await;
    kept.replace(spec("r2")).await.unwrap();
    assert!(all_run(&host.local.list().await.unwrap(), 2, "r2"), "neither lost nor doubled");
    kept.end().await;
    host.end().await;
}
