use std::time::Duration;

use axum::{Router, routing::get};
use web::{ConnectionLimits, Limits};

use crate::harness::Server;

fn hello() -> Router {
    Router::new().route("/", get(|| async { "hello" }))
}

fn limits(connection: ConnectionLimits) -> Limits {
    Limits { connection, ..Limits::default() }
}

/// Only the timeout under test is short.
fn short_head() -> Limits {
    limits(ConnectionLimits { head_timeout: Duration::from_millis(200), ..ConnectionLimits::default() })
}

#[tokio::test]
async fn one_connection_serves_many_requests() {
    let server = Server::start(hello(), Limits::default());
    let mut client = server.connect().await;
    for _ in 0..3 {
        client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n").await;
        let answer = client.until("hello").await;
        assert!(answer.starts_with("HTTP/1.1 200 ") && !answer.contains("connection: close"), "{answer}");
    }
    assert_eq!(server.metric("test_http_connections_accepted_total").as_deref(), Some("1"));
}

#[tokio::test]
async fn http2_with_prior_knowledge() {
    let server = Server::start(hello(), Limits::default());
    let client = reqwest::Client::builder().http2_prior_knowledge().build().unwrap();
    let answer = client.get(server.url("/")).send().await.unwrap();
    assert_eq!(answer.version(), http::Version::HTTP_2);
    assert_eq!(answer.text().await.unwrap(), "hello");
}

#[tokio::test]
async fn a_head_fed_byte_by_byte_is_cut() {
    let server = Server::start(hello(), short_head());
    let mut client = server.connect().await;
    client.send("GET / HTTP/1.1\r\nX: ").await;
    let (mut reader, mut writer) = client.0.split();
    let feed = async {
        use tokio::io::AsyncWriteExt;
        while writer.write_all(b"x").await.is_ok() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    let end = async {
        use tokio::io::AsyncReadExt;
        let mut all = Vec::new();
        let _ = reader.read_to_end(&mut all).await;
        all
    };
    let (_, answer) = tokio::join!(feed, end);
    assert!(answer.is_empty());
    assert_eq!(server.metric("test_http_connections_cut_total").as_deref(), Some("1"));
}

#[tokio::test]
async fn a_half_head_after_a_whole_request_is_cut_too() {
    let server = Server::start(hello(), short_head());
    let mut client = server.connect().await;
    client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n").await;
    client.until("hello").await;
    client.send("GET / HTTP/1.1\r\nHo").await;
    assert_eq!(client.rest().await, "");
    assert_eq!(server.metric("test_http_connections_cut_total").as_deref(), Some("1"));
}

#[tokio::test]
async fn a_connection_between_requests_is_not_slow() {
    let limits = ConnectionLimits { head_timeout: Duration::from_millis(20), ..ConnectionLimits::default() };
    let server = Server::start(hello(), self::limits(limits));
    let mut client = server.connect().await;
    for _ in 0..3 {
        client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n").await;
        client.until("hello").await;
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

#[tokio::test]
async fn a_silent_connection_is_cut_after_its_idle_time() {
    let idle = ConnectionLimits { idle_timeout: Duration::from_millis(100), ..ConnectionLimits::default() };
    let server = Server::start(hello(), limits(idle));
    let mut never_spoke = server.connect().await;
    let mut spoke = server.connect().await;
    spoke.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n").await;
    spoke.until("hello").await;
    assert_eq!(never_spoke.rest().await, "");
    assert_eq!(spoke.rest().await, "");
    assert_eq!(server.metric("test_http_connections_cut_total").as_deref(), Some("2"));
}

#[tokio::test]
async fn connections_over_the_cap_are_told_so_and_places_come_free() {
    let server =
        Server::start(hello(), limits(ConnectionLimits { connections: 1, ..ConnectionLimits::default() }));
    let mut first = server.connect().await;
    first.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n").await;
    first.until("hello").await;
    let mut second = server.connect().await;
    second.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n").await;
    let answer = second.rest().await;
    assert!(answer.starts_with("HTTP/1.1 503 "), "{answer}");
    assert!(answer.contains("Retry-After: 1") && answer.contains("\"code\":\"connections\""), "{answer}");
    drop(first);
    // Freed when the server has seen the close, which nothing outside tells.
    loop {
        let mut next = server.connect().await;
        next.send("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n").await;
        if next.rest().await.ends_with("hello") {
            break;
        }
    }
}

#[tokio::test]
async fn heads_have_bounds() {
    let server = Server::start(hello(), Limits::default());
    let many: String = (0..100).map(|i| format!("X-{i}: y\r\n")).collect();
    let long = format!("X: {}\r\n", "y".repeat(64 * 1024));
    for fields in [many, long] {
        let mut client = server.connect().await;
        client.send(&format!("GET / HTTP/1.1\r\nHost: a\r\n{fields}\r\n")).await;
        let answer = client.rest().await;
        assert!(answer.starts_with("HTTP/1.1 431 "), "{answer:?}");
    }
    let mut client = server.connect().await;
    client
        .send(&format!("GET /{} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", "u".repeat(3_000)))
        .await;
    let answer = client.rest().await;
    assert!(answer.starts_with("HTTP/1.1 414 ") && answer.contains("\"limit\":2048"), "{answer}");
}

#[tokio::test]
async fn what_is_no_http_is_answered_or_closed() {
    let server = Server::start(hello(), Limits::default());
    for noise in [
        "\0\0\0\0\r\n\r\n",
        "GET / HTTP/1.1\r\nbad header\r\n\r\n",
        "PRI * HTTP/2.0\r\n\r\nnonsense-----------",
    ] {
        let mut client = server.connect().await;
        client.send(noise).await;
        let answer = client.rest().await;
        assert!(!answer.contains("hello"), "{answer}");
    }
    let mut gone = server.connect().await;
    gone.send("GET / HTTP/1.1\r\nHost: a\r\n").await;
    drop(gone);
    assert_eq!(reqwest::get(server.url("/")).await.unwrap().status(), 200);
}
