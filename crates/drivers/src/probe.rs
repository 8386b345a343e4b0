//! Short questions to an instance's operations port.

use std::{net::SocketAddr, time::Duration};

use bytes::Bytes;
use domain::Timestamp;
use fleet::metrics::{self, Counted, MOST_BYTES, Unreadable};
use http::{Request, StatusCode, header};
use http_body_util::{BodyExt, Empty, Limited};
use hyper_util::rt::TokioIo;
use tokio::{net::TcpStream, time::timeout};

/// An instance that takes longer to say whether it is ready is not.
pub(crate) const PATIENCE: Duration = Duration::from_secs(2);

/// Why an instance did not answer.
#[derive(Debug, thiserror::Error)]
pub enum ProbeError {
    /// Nobody listens, or the connection broke.
    #[error("no answer from {0}: {1}")]
    Unreachable(SocketAddr, String),
    /// It takes too long.
    #[error("no answer from {0} within {PATIENCE:?}")]
    Slow(SocketAddr),
    /// It answered, but not with what was asked for.
    #[error("{0} answered {1}")]
    Status(SocketAddr, StatusCode),
    /// Its metrics are not what we write.
    #[error("{0}: {1}")]
    Unreadable(SocketAddr, #[source] Unreadable),
}

/// An instance that is ready.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ready {
    /// Whether it accepts connections; one that does not is warm.
    pub admitting: bool,
}

/// Asks whether the instance at `ops` is ready; if it is not, what it says is missing.
pub async fn ready(ops: SocketAddr) -> Result<Ready, String> {
    let (status, body) = get(ops, "/readyz").await.map_err(|error| error.to_string())?;
    let said: serde_json::Value = serde_json::from_slice(&body).unwrap_or_default();
    match status {
        StatusCode::OK => Ok(Ready { admitting: said["admitting"].as_bool().unwrap_or(true) }),
        _ => Err(missing(&said)),
    }
}

/// The conditions that are not met, each with its reason: for whoever looks at many instances and asks none.
fn missing(said: &serde_json::Value) -> String {
    let each = |(name, why): (&String, &serde_json::Value)| Some(format!("{name}: {}", why.as_str()?));
    let conditions = said["missing"].as_object().into_iter().flatten();
    let words: Vec<String> = conditions.filter_map(each).collect();
    if !words.is_empty() {
        return words.join("; ");
    }
    said["detail"].as_str().unwrap_or("it is not ready and does not say why").to_owned()
}

/// What the instance at `ops` shows at `/metrics`, as it shows it.
pub async fn figures(ops: SocketAddr) -> Result<Bytes, ProbeError> {
    match get(ops, "/metrics").await? {
        (StatusCode::OK, body) => Ok(body),
        (status, _) => Err(ProbeError::Status(ops, status)),
    }
}

/// What the instance at `ops` has counted since it started; `at` is now.
pub async fn counted(ops: SocketAddr, at: Timestamp) -> Result<Counted, ProbeError> {
    let body = figures(ops).await?;
    // What is no UTF-8 is no line that we know.
    let text = String::from_utf8_lossy(&body);
    let counted = metrics::read(&text).map_err(|error| ProbeError::Unreadable(ops, error))?;
    Ok(Counted { at, ..counted })
}

async fn get(ops: SocketAddr, path: &str) -> Result<(StatusCode, Bytes), ProbeError> {
    match timeout(PATIENCE, ask(ops, path)).await {
        Ok(answer) => answer.map_err(|error| ProbeError::Unreachable(ops, error.to_string())),
        Err(_) => Err(ProbeError::Slow(ops)),
    }
}

async fn ask(
    ops: SocketAddr,
    path: &str,
) -> Result<(StatusCode, Bytes), Box<dyn std::error::Error + Send + Sync>> {
    let stream = TcpStream::connect(ops).await?;
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await?;
    let request = Request::get(path)
        .header(header::HOST, ops.to_string())
        .header(header::CONNECTION, "close")
        .body(Empty::<Bytes>::new())?;
    let answer = async {
        let response = sender.send_request(request).await?;
        let status = response.status();
        Ok((status, Limited::new(response.into_body(), MOST_BYTES).collect().await?.to_bytes()))
    };
    let mut answer = std::pin::pin!(answer);
    let mut connection = std::pin::pin!(connection);
    tokio::select! {
        answer = answer.as_mut() => answer,
        _ = connection.as_mut() => answer.await,
    }
}
