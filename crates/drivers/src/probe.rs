//! Short questions to an instance's operations port.

use std::{net::SocketAddr, time::Duration};

use bytes::Bytes;
use http::{Request, StatusCode, header};
use http_body_util::{BodyExt, Empty, Limited};
use hyper_util::rt::TokioIo;
use tokio::{net::TcpStream, time::timeout};

/// An instance that takes longer to say whether it is ready is not.
const PATIENCE: Duration = Duration::from_secs(2);
/// Bytes of an answer; the metrics of a role with a hundred routes have a tenth.
pub(crate) const MAX_ANSWER: usize = 4 << 20;

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
}

/// Asks whether the instance at `ops` is ready; if it is not, what it says is missing.
pub async fn ready(ops: SocketAddr) -> Result<(), String> {
    match get(ops, "/readyz").await {
        Ok((StatusCode::OK, _)) => Ok(()),
        Ok((_, body)) => {
            let problem: serde_json::Value = serde_json::from_slice(&body).unwrap_or_default();
            Err(problem["detail"].as_str().unwrap_or("it is not ready and does not say why").to_owned())
        }
        Err(error) => Err(error.to_string()),
    }
}

pub(crate) async fn get(ops: SocketAddr, path: &str) -> Result<(StatusCode, Bytes), ProbeError> {
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
        Ok((status, Limited::new(response.into_body(), MAX_ANSWER).collect().await?.to_bytes()))
    };
    let mut answer = std::pin::pin!(answer);
    let mut connection = std::pin::pin!(connection);
    tokio::select! {
        answer = answer.as_mut() => answer,
        _ = connection.as_mut() => answer.await,
    }
}
