//! A bucket that answers slowly, or stops in the middle.

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use objects::{S3Config, S3Limits};
use registry::RegistryLimits;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt, copy},
    net::{TcpListener, TcpStream},
    time::sleep,
};

use crate::{
    server::{self, Server},
    world::{World, limits},
};

/// Bytes that pass at a time.
const STEP: usize = 32 << 10;
/// The pace of a store that says nothing more.
const STUCK: u64 = u64::MAX;

/// A bucket behind a line whose pace is changed while it runs.
struct SlowStore {
    world: World,
    /// Milliseconds for each [`STEP`].
    pace: Arc<AtomicU64>,
    _server: Server,
}

impl SlowStore {
    async fn with(lengths: &[usize]) -> Self {
        let mut world = World::with(lengths);
        let server = Server::start(&world.dir.path().join("s3"));
        let line = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let (address, port) = (line.local_addr().unwrap(), server.port);
        let pace = Arc::new(AtomicU64::new(0));
        let paced = pace.clone();
        tokio::spawn(async move {
            loop {
                let (client, _) = line.accept().await.unwrap();
                tokio::spawn(pass(client, ([127, 0, 0, 1], port).into(), paced.clone()));
            }
        });
        let patient = server::config(format!("http://{address}"), "s3://films/images");
        // Of one try: what the registry does with an answer that does not come is to be seen, not what the client does.
        let limits = S3Limits { attempts: 1, idle: Duration::from_millis(400), ..S3Limits::default() };
        let hasty = S3Config { limits, ..patient.clone() };
        let local = world.dir.path().join("local");
        let world = tokio::task::spawn_blocking(move || {
            // The push is not what is looked at, however busy the machine is.
            world.objects = Arc::new(server::open(patient, &local));
            world.push("layout", "1.0").unwrap();
            world.objects = Arc::new(server::open(hasty, &local));
            world
        });
        Self { world: world.await.unwrap(), pace, _server: server }
    }

    fn pace(&self, milliseconds: u64) {
        self.pace.store(milliseconds, Ordering::Relaxed);
    }
}

async fn pass(client: TcpStream, to: SocketAddr, pace: Arc<AtomicU64>) {
    let Ok(server) = TcpStream::connect(to).await else { return };
    let ((mut asks, mut hears), (mut answers, mut is_asked)) = (client.into_split(), server.into_split());
    tokio::spawn(async move { copy(&mut asks, &mut is_asked).await });
    let mut step = vec![0; STEP];
    while let Ok(count @ 1..) = answers.read(&mut step).await {
        while pace.load(Ordering::Relaxed) == STUCK {
            sleep(Duration::from_millis(5)).await;
        }
        sleep(Duration::from_millis(pace.load(Ordering::Relaxed))).await;
        if hears.write_all(&step[..count]).await.is_err() {
            return;
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_slow_store_is_waited_for() {
    let store = SlowStore::with(&[1_500_000, 20_000]).await;
    let host = store.world.host("a");
    store.pace(5);
    host.pull(&store.world.image).await;
    assert_eq!(host.metric("registry_wrong_bytes_total"), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_store_that_stops_in_the_middle_holds_up_nobody_who_needs_it_not() {
    let store = SlowStore::with(&[3_000_000, 20_000]).await;
    let limits = || RegistryLimits { store_timeout: Duration::from_millis(600), store_reads: 4, ..limits() };
    let host = store.world.host_with("a", |parts| parts.limits = limits());
    let [(large, bytes), (small, _)] = &store.world.image.layers[..] else { panic!("two layers") };
    host.blob(small).await.unwrap();
    store.pace(STUCK);
    // More askers than reads that are allowed at a time: all are told, none waits for ever.
    let asking = (0..8).map(|_| host.blob(large));
    let told = futures_util::future::join_all(asking).await;
    assert!(told.iter().all(Result::is_err), "{told:?}");
    host.blob(small).await.expect("what is here is served meanwhile");
    assert_eq!(std::fs::read_dir(host.folder.join("partial")).unwrap().count(), 0, "nothing half is left");
    store.pace(0);
    // Reads that hang give their places back when the client has lost patience with them.
    let mut again = host.blob(large).await;
    while again.is_err() {
        again = host.blob(large).await;
    }
    assert!(again.unwrap() == *bytes);
    host.pull(&store.world.image).await;
}
