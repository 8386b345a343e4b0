use std::{sync::Arc, time::Duration};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    sync::Semaphore,
    time::timeout,
};

/// Refusals spoken at once; beyond it connections are closed without a word.
const AT_ONCE: usize = 64;
/// For speaking and for the client to hang up.
const PATIENCE: Duration = Duration::from_secs(1);
const WORDS: &str = r#"{"type":"/problems/unavailable","title":"Not available for the moment","status":503,"code":"connections","detail":"Too many connections. Please try again in a moment."}"#;

/// Tells connections over the cap that they are.
#[derive(Debug, Clone)]
pub(super) struct Refusals(Arc<Semaphore>);

impl Default for Refusals {
    fn default() -> Self {
        Self(Arc::new(Semaphore::new(AT_ONCE)))
    }
}

impl Refusals {
    pub fn refuse(&self, mut stream: TcpStream) {
        let Ok(permit) = self.0.clone().try_acquire_owned() else { return };
        tokio::spawn(async move {
            let _ = timeout(PATIENCE, speak(&mut stream)).await;
            drop(permit);
        });
    }
}

async fn speak(stream: &mut TcpStream) -> std::io::Result<()> {
    let head = format!(
        "HTTP/1.1 503 Service Unavailable\r\nContent-Type: application/problem+json\r\nContent-Length: {}\r\n\
         Retry-After: 1\r\nCache-Control: no-store\r\nConnection: close\r\n\r\n",
        WORDS.len()
    );
    stream.write_all(head.as_bytes()).await?;
    stream.write_all(WORDS.as_bytes()).await?;
    stream.shutdown().await?;
    // Unread bytes would turn our close into a reset that destroys the answer.
    let mut scratch = [0; 1024];
    while stream.read(&mut scratch).await? > 0 {}
    Ok(())
}
