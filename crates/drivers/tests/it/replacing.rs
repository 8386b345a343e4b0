//! Many replacements under load: new connections, keep-alives, long downloads; nobody notices. And engines that misbehave.

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed},
    },
    time::Duration,
};

use domain::{ManualClock, Timestamp};
use drivers::{
    Clocks, Engine, EngineError, Goal, Instance, Keeper, Kept, Local, MOST_PAUSE, Name, Patience, Spec,
    State, Traffic,
};
use rustix::process::{Signal, kill_process};
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    net::TcpStream,
    task::JoinSet,
    time::sleep,
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
        // A proxy may say its own version.
        Some((head, body)) if head.starts_with("HTTP/1.0 200") || head.starts_with("HTTP/1.1 200") => {
            Ok(body.to_owned())
        }
        _ => Err(std::io::Error::other(format!("no answer: {answer:?}"))),
    }
}

/// One connection, as many requests as it is let.
pub async fn keep_alive(address: SocketAddr) -> std::io::Result<usize> {
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

fn keeper<E: Engine>(engine: E) -> (Keeper<E>, Arc<ManualClock>) {
    let clock = Arc::new(ManualClock::new(Timestamp::from_seconds(1_800_000_000)));
    (Keeper::new(Arc::new(engine), &Clocks::same(clock.clone()), Patience::default()), clock)
}

/// Keeps until it is as wanted; what an engine does not do is asked for again.
async fn reach<E: Engine>(keeper: &mut Keeper<E>, release: &str) {
    let goal = Goal { instances: 2, spec: spec(release) };
    while keeper.keep(&goal).await != Ok(Kept::Whole) {
        sleep(Duration::from_millis(20)).await;
    }
}

fn all_run(all: &[Instance], count: usize, release: &str) -> bool {
    all.len() == count && all.iter().all(|i| i.release == release && i.state == State::Ready)
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_notices_many_replacements() {
    let host = Host::new().await;
    let (mut keeper, _) = keeper(host.local.clone());
    reach(&mut keeper, "r0").await;
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
        reach(&mut keeper, &format!("r{round}")).await;
    }
    done.store(true, Relaxed);
    while let Some(client) = clients.join_next().await {
        client.unwrap();
    }
    let counts = counts.map(|count| count.load(Relaxed));
    println!("{REPLACEMENTS} replacements of 2; new connections, kept, downloads: {counts:?}; failed: 0");
    assert!(counts.iter().all(|count| *count > 0), "{counts:?}");
    assert!(all_run(&host.local.list().await.unwrap(), 2, &format!("r{REPLACEMENTS}")));
    host.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_does_not_come_up_leaves_the_others_alone_and_is_tried_less_and_less_often() {
    let host = Host::new().await;
    let (mut keeper, clock) = keeper(host.local.clone());
    reach(&mut keeper, "good").await;
    let before = host.local.list().await.unwrap();
    let dies = Goal { instances: 2, spec: spec("dead") };
    for _ in 0..2 {
        assert_eq!(keeper.keep(&dies).await, Ok(Kept::Under));
        // It dies and is forgotten. The clock stands still: nothing is started again before the pause is over.
        while host.local.list().await.unwrap() != before {
            sleep(Duration::from_millis(20)).await;
            assert_eq!(keeper.keep(&dies).await, Ok(Kept::Under));
        }
        clock.advance(MOST_PAUSE);
    }
    let sleeps = Goal { instances: 2, spec: spec("never") };
    assert_eq!(keeper.keep(&sleeps).await, Ok(Kept::Under));
    let saying = |i: &Instance| matches!(&i.state, State::NotReady(why) if why.contains("sleep"));
    until(&host.local, "asleep", |all| all.iter().any(saying)).await;
    clock.advance(Patience::default().ready + Duration::from_secs(1));
    assert_eq!(keeper.keep(&sleeps).await, Ok(Kept::Under));
    assert_eq!(until(&host.local, "as before", |all| all_run(all, 2, "good")).await, before);
    host.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_that_does_not_answer_once_is_not_ended() {
    let host = Host::new().await;
    let (mut keeper, clock) = keeper(host.local.clone());
    reach(&mut keeper, "good").await;
    let before = host.local.list().await.unwrap();
    clock.advance(Patience::default().ready * 2);
    let pid = rustix::process::Pid::from_raw(before[0].pid.unwrap() as i32).unwrap();
    // Stopped, it does not answer the probe; then it goes on.
    kill_process(pid, Signal::STOP).unwrap();
    let silent = |all: &[Instance]| all.iter().any(|i| matches!(i.state, State::NotReady(_)));
    until(&host.local, "silent", silent).await;
    let goal = Goal { instances: 2, spec: spec("good") };
    assert_eq!(keeper.keep(&goal).await, Ok(Kept::Under));
    kill_process(pid, Signal::CONT).unwrap();
    reach(&mut keeper, "good").await;
    assert_eq!(host.local.list().await.unwrap(), before);
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
    async fn start(&self, name: &Name, spec: &Spec, traffic: Traffic) -> Result<(), EngineError> {
        self.vaguely(self.local.start(name, spec, traffic)).await
    }

    async fn admit(&self, name: &Name) -> Result<(), EngineError> {
        self.vaguely(self.local.admit(name)).await
    }

    async fn park(&self, name: &Name) -> Result<(), EngineError> {
        self.vaguely(self.local.park(name)).await
    }

    async fn list(&self) -> Result<Vec<Instance>, EngineError> {
        match self.lies() {
            Some(error) => Err(error),
            None => self.local.list().await,
        }
    }

    async fn drain(&self, name: &Name, within: Duration) -> Result<(), EngineError> {
        self.vaguely(self.local.drain(name, within)).await
    }

    async fn stop(&self, name: &Name) -> Result<(), EngineError> {
        self.vaguely(self.local.stop(name)).await
    }

    async fn complete(&self, spec: &Spec, limit: Duration, stop: CancellationToken) -> Result<(), String> {
        self.local.complete(spec, limit, stop).await
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_engine_that_half_succeeds_gets_there() {
    let host = Host::new().await;
    let vague = Vague { local: host.local.clone(), asked: AtomicUsize::new(0) };
    let (mut keeper, _) = keeper(vague);
    reach(&mut keeper, "r1").await;
    reach(&mut keeper, "r2").await;
    assert!(all_run(&host.local.list().await.unwrap(), 2, "r2"), "neither lost nor doubled");
    host.end().await;
}
