//! A way to a store that takes its time.

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    time::Duration,
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt, copy},
    net::{TcpListener, TcpStream},
    time::sleep,
};

/// Passes connections on; answers come at a rate that can be changed.
pub struct Slow {
    pub address: SocketAddr,
    /// Bytes a second of each connection.
    rate: Arc<AtomicU64>,
}

const EVERY: Duration = Duration::from_millis(20);

impl Slow {
    pub async fn before(port: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let (address, rate) = (listener.local_addr().unwrap(), Arc::new(AtomicU64::new(u64::MAX)));
        let allowed = rate.clone();
        tokio::spawn(async move {
            while let Ok((asker, _)) = listener.accept().await {
                // A store that is away is a connection that ends.
                if let Ok(store) = TcpStream::connect(("127.0.0.1", port)).await {
                    tokio::spawn(pass(asker, store, allowed.clone()));
                }
            }
        });
        Self { address, rate }
    }

    pub fn at(&self, rate: u64) {
        self.rate.store(rate, Relaxed);
    }
}

async fn pass(asker: TcpStream, store: TcpStream, rate: Arc<AtomicU64>) {
    let (mut asks, mut hears) = asker.into_split();
    let (mut answers, mut is_asked) = store.into_split();
    tokio::spawn(async move { copy(&mut asks, &mut is_asked).await });
    let mut piece = vec![0; 256 << 10];
    loop {
        let share = rate.load(Relaxed) / 50;
        let most = usize::try_from(share).unwrap_or(usize::MAX).clamp(1, piece.len());
        match answers.read(&mut piece[..most]).await {
            Ok(n) if n > 0 && hears.write_all(&piece[..n]).await.is_ok() => {}
            _ => return,
        }
        if share < piece.len() as u64 {
            sleep(EVERY).await;
        }
    }
}
