//! Every bound of an HTTP role in one place, each with its reason.

use std::{num::NonZeroU32, time::Duration};

/// What a role allows its clients.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Limits {
    /// Of connections.
    pub connection: ConnectionLimits,
    /// Of single requests.
    pub request: RequestLimits,
}

/// What one listener allows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConnectionLimits {
    /// Connections held at once; the next ones are told 503 and closed.
    pub connections: usize,
    /// Connections accepted a second; the next ones wait in the listener's queue, where another process on the same socket finds
    /// them. `None`: as many as come. For instances whose capacity is declared.
    pub accepts: Option<NonZeroU32>,
    /// From the first byte of a request's head to its last; longer is a client that feeds us byte by byte.
    pub head_timeout: Duration,
    /// From a TCP connection to the end of its TLS handshake.
    pub handshake_timeout: Duration,
    /// TLS handshakes under way at once, some 30 kB each; the next ones wait, within their time.
    pub handshakes: usize,
    /// Without a byte in either direction the connection is closed. More than the usual 60 s of balancers, so that it is
    /// they who close.
    pub idle_timeout: Duration,
    /// Header fields of one request.
    pub max_headers: usize,
    /// Bytes of one request's head.
    pub max_head_bytes: usize,
    /// HTTP/2 streams of one connection.
    pub max_streams: u32,
    /// On shutdown: how long a connection without a request may still bring one, to be answered and told to close.
    pub drain_grace: Duration,
    /// On shutdown: how long requests in flight may take; then they are cut.
    pub drain_deadline: Duration,
}

impl Default for ConnectionLimits {
    fn default() -> Self {
        Self {
            connections: 10_000,
            accepts: None,
            head_timeout: Duration::from_secs(10),
            handshake_timeout: Duration::from_secs(10),
            handshakes: 2_048,
            idle_timeout: Duration::from_secs(75),
            max_headers: 64,
            max_head_bytes: 32 * 1024,
            max_streams: 128,
            drain_grace: Duration::from_millis(500),
            drain_deadline: Duration::from_secs(30),
        }
    }
}

/// What one request may be and cost.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestLimits {
    /// Requests worked on at once; the next ones are told 503 with `Retry-After`.
    pub concurrency: usize,
    /// Requests a second, with up to a second's worth at once; the next ones are told 503 with `Retry-After`. `None`: as
    /// many as it can. For instances whose capacity is declared.
    pub rate: Option<NonZeroU32>,
    /// Until the head of the answer; streaming it is bounded by the connection's idle time.
    pub timeout: Duration,
    /// Bytes of path and query.
    pub max_uri: usize,
    /// Bytes of a body. [`crate::body::limit`] sets another one for single routes.
    pub max_body: usize,
}

impl Default for RequestLimits {
    fn default() -> Self {
        Self {
            concurrency: 1_024,
            rate: None,
            timeout: Duration::from_secs(15),
            max_uri: 2_048,
            max_body: 64 * 1024,
        }
    }
}
