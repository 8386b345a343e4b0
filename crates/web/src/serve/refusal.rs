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
const CROWDED: &str = r#"{"type":"/problems/unavailable","title":"Not available for the moment","status":503,"code":"connections","detail":"Too many connections. Please try again in a moment."}"#;
const CROWDED_HEAD: &str = "503 Service Unavailable\r\nRetry-After: 1";
const PLAIN: &str = r#"{"type":"/problems/bad-request","title":"The request is not understood","status":400,"code":"plain-http","detail":"This address speaks HTTPS: begin it with https://."}"#;
const PLAIN_HEAD: &str = "400 Bad Request";

/// Tells connections that are not served why.
#[derive(Debug, Clone)]
pub(super) struct Refusals(Arc<Semaphore>);

impl Default for Refusals {
    fn default() -> Self {
        Self(Arc::new(Semaphore::new(AT_ONCE)))
    }
}

impl Refusals {
    /// One too many.
    pub fn refuse(&self, stream: TcpStream) {
        self.tell(stream, CROWDED_HEAD, CROWDED);
    }

    /// One that speaks HTTP where TLS is spoken.
    pub fn plain(&self, stream: TcpStream) {
        self.tell(stream, PLAIN_HEAD, PLAIN);
    }

    fn tell(&self, mut stream: TcpStream, head: &'static str, words: &'static str) {
        let Ok(permit) = self.0.clone().try_acquire_owned() else { return };
        tokio::spawn(async move {
            let _ = timeout(PATIENCE, speak(&mut stream, head, words)).await;
            drop(permit);
        });
    }
}

async fn speak(stream: &mut TcpStream, head: &str, words: &str) -> std::io::Result<()> {
    let head = format!(
        "HTTP/1.1 {head}\r\nContent-Type: application/problem+json\r\nContent-Length: {}\r\n\
         Cache-Control: no-store\r\nConnection: close\r\n\r\n",
        words.len()
    );
    stream.write_all(head.as_bytes()).await?;
    stream.write_all(words.as_bytes()).await?;
    stream.shutdown().await?;
    // Unread bytes would turn our close into a reset that destroys the answer.
    let mut scratch = [0; 1024];
    while stream.read(&mut scratch).await? > 0 {}
    Ok(())
}
