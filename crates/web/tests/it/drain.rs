use std::{convert::Infallible, sync::Arc, time::Duration};

use axum::{Router, body::Body, routing::get};
use futures_util::{StreamExt, stream};
use tokio::{net::TcpStream, sync::Notify};
use web::{ConnectionLimits, Drained, Limits};

use crate::harness::Server;

/// `/slow` answers when told to, `/long` sends its second half when told to.
fn app(go: &Arc<Notify>) -> Router {
    let (slow, long) = (go.clone(), go.clone());
    let slow = async move || {
        slow.notified().await;
        "slow"
    };
    let long = async move || {
        let second = async move {
            long.notified().await;
            Ok::<_, Infallible>("second")
        };
        Body::from_stream(stream::iter([Ok("first")]).chain(stream::once(second)))
    };
    Router::new().route("/", get(|| async { "quick" })).route("/slow", get(slow)).route("/long", get(long))
}

/// No test may end by these.
fn patient() -> Limits {
    let connection = ConnectionLimits {
        drain_grace: Duration::from_secs(30),
        drain_deadline: Duration::from_secs(30),
        ..ConnectionLimits::default()
    };
    Limits { connection, ..Limits::default() }
}

#[tokio::test]
async fn requests_and_downloads_in_flight_are_finished() {
    let go = Arc::new(Notify::new());
    let server = Server::start(app(&go), patient());
    let (mut slow, mut long) = (server.connect().await, server.connect().await);
    long.send("GET /long HTTP/1.1\r\nHost: a\r\n\r\n").await;
    long.until("first\r\n").await;
    slow.send("GET /slow HTTP/1.1\r\nHost: a\r\n\r\n").await;
    while server.metric("test_http_requests_in_flight{role=\"it\"}").as_deref() != Some("1") {
        tokio::task::yield_now().await;
    }
    server.shutdown.cancel();
    let address = server.address;
    let refused = async {
        while TcpStream::connect(address).await.is_ok() {
            tokio::task::yield_now().await;
        }
    };
    refused.await;
    go.notify_waiters();
    let answer = slow.rest().await;
    assert!(answer.contains("connection: close") && answer.ends_with("slow"), "{answer}");
    assert_eq!(long.rest().await, "6\r\nsecond\r\n0\r\n\r\n");
    assert_eq!(server.ended().await, Drained { cut: 0 });
}

#[tokio::test]
async fn an_idle_connection_may_bring_one_more_request_and_is_told_to_close() {
    let server = Server::start(app(&Arc::default()), patient());
    let (mut used, mut fresh) = (server.connect().await, server.connect().await);
    used.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n").await;
    used.until("quick").await;
    server.shutdown.cancel();
    for client in [&mut used, &mut fresh] {
        client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n").await;
        let answer = client.rest().await;
        assert!(answer.contains("connection: close") && answer.ends_with("quick"), "{answer}");
    }
    assert_eq!(server.ended().await, Drained { cut: 0 });
}

#[tokio::test]
async fn idle_connections_are_closed_after_their_grace() {
    let mut limits = patient();
    limits.connection.drain_grace = Duration::from_millis(20);
    let server = Server::start(app(&Arc::default()), limits);
    let (mut used, mut fresh) = (server.connect().await, server.connect().await);
    used.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n").await;
    used.until("quick").await;
    server.shutdown.cancel();
    assert_eq!((used.rest().await, fresh.rest().await), (String::new(), String::new()));
    assert_eq!(server.ended().await, Drained { cut: 0 });
}

#[tokio::test]
async fn what_outlasts_the_deadline_is_cut() {
    let mut limits = patient();
    limits.connection.drain_deadline = Duration::from_millis(50);
    let server = Server::start(app(&Arc::default()), limits);
    let mut long = server.connect().await;
    long.send("GET /long HTTP/1.1\r\nHost: a\r\n\r\n").await;
    long.until("first\r\n").await;
    server.shutdown.cancel();
    assert_eq!(long.rest().await, "");
    assert_eq!(server.ended().await, Drained { cut: 1 });
}

#[tokio::test]
async fn connections_in_the_queue_are_served() {
    let server = Server::start(app(&Arc::default()), patient());
    // One thread: the accept loop runs only when this test waits, so these are in the kernel's queue still.
    let waiting: Vec<_> = (0..20).map(|_| std::net::TcpStream::connect(server.address).unwrap()).collect();
    server.shutdown.cancel();
    for stream in waiting {
        stream.set_nonblocking(true).unwrap();
        let mut client = crate::harness::Raw(TcpStream::from_std(stream).unwrap());
        client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n").await;
        assert!(client.rest().await.ends_with("quick"));
    }
    assert_eq!(server.ended().await, Drained { cut: 0 });
}
