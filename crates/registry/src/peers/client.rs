//! Asks one peer, within bounds of time and size.

use std::time::Duration;

use bytes::Bytes;
use http::{Method, Request, Response, StatusCode, header, uri::Authority};
use http_body_util::{BodyExt, Empty};
use hyper::body::Incoming;
use hyper_util::{
    client::legacy::{self, connect::HttpConnector},
    rt::TokioExecutor,
};
use tokio::time::timeout;

use super::PEER;
use crate::limits::RegistryLimits;

/// Why a peer did not answer. That it has not got a thing is no error.
#[derive(Debug, thiserror::Error)]
pub(super) enum ClientError {
    #[error("no request can be made of it")]
    Request(#[from] http::Error),
    #[error("no connection, or none that held")]
    Connection(#[from] legacy::Error),
    #[error("it broke off")]
    Broken(#[from] hyper::Error),
    #[error("it took too long")]
    Slow,
    #[error("it sent more than was asked for")]
    TooMuch,
}

pub(super) struct Client {
    http: legacy::Client<HttpConnector, Empty<Bytes>>,
    head: Duration,
    stall: Duration,
}

impl Client {
    pub fn new(limits: &RegistryLimits) -> Self {
        let mut connector = HttpConnector::new();
        connector.set_connect_timeout(Some(limits.peer_connect));
        connector.set_nodelay(true);
        let http = legacy::Client::builder(TokioExecutor::new())
            .pool_max_idle_per_host(limits.pieces)
            .pool_timer(hyper_util::rt::TokioTimer::new())
            .build(connector);
        Self { http, head: limits.peer_head, stall: limits.peer_stall }
    }

    async fn send(
        &self,
        method: Method,
        peer: &Authority,
        path: &str,
        range: Option<(u64, u64)>,
    ) -> Result<Response<Incoming>, ClientError> {
        let mut request =
            Request::builder().method(method).uri(format!("http://{peer}{path}")).header(PEER, "1");
        if let Some((from, to)) = range {
            request = request.header(header::RANGE, format!("bytes={from}-{}", to - 1));
        }
        let request = request.body(Empty::new())?;
        Ok(timeout(self.head, self.http.request(request)).await.map_err(|_| ClientError::Slow)??)
    }

    /// The body of an answer, of at most `limit` bytes; `None` when the peer has not got it.
    pub async fn get(
        &self,
        peer: &Authority,
        path: &str,
        range: Option<(u64, u64)>,
        limit: u64,
    ) -> Result<Option<Vec<u8>>, ClientError> {
        let mut response = self.send(Method::GET, peer, path, range).await?;
        let expected = if range.is_some() { StatusCode::PARTIAL_CONTENT } else { StatusCode::OK };
        if response.status() != expected {
            return Ok(None);
        }
        let mut bytes = Vec::with_capacity(range.map_or(0, |(from, to)| (to - from) as usize));
        while let Some(frame) =
            timeout(self.stall, response.body_mut().frame()).await.map_err(|_| ClientError::Slow)?
        {
            if let Ok(data) = frame?.into_data() {
                if (bytes.len() + data.len()) as u64 > limit {
                    return Err(ClientError::TooMuch);
                }
                bytes.extend_from_slice(&data);
            }
        }
        Ok(Some(bytes))
    }

    /// The length that an answer would have; `None` when the peer has not got it.
    pub async fn length(&self, peer: &Authority, path: &str) -> Result<Option<u64>, ClientError> {
        let response = self.send(Method::HEAD, peer, path, None).await?;
        let length =
            response.headers().get(header::CONTENT_LENGTH).and_then(|v| v.to_str().ok()?.parse().ok());
        Ok(length.filter(|_| response.status() == StatusCode::OK))
    }
}
