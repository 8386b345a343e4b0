use std::time::Duration;

use axum::{Router, routing::get};
use bytes::Bytes;
use http::{HeaderMap, header};
use tokio::io::AsyncReadExt;
use web::{ConnectionLimits, Drained, Express, Limits, express::Said};

use crate::harness::{Raw, Server};

/// More than any socket's buffers hold.
const LARGE: usize = 24 << 20;

/// Answers `/quick` with the client's name, `/large` with a great deal, and breaks at `/broken`.
struct Quick;

impl Express for Quick {
    type Visitor = String;

    fn wants(&self, target: &str) -> bool {
        target != "/one"
    }

    fn visitor(&self, fields: &HeaderMap) -> Option<String> {
        Some(fields.get(header::USER_AGENT)?.to_str().ok()?.to_owned())
    }

    fn answer(&self, target: &str, visitor: &String, head: &mut Vec<u8>) -> Said {
        let body = match target {
            "/quick" => Bytes::from(format!("quick {visitor};")),
            "/large" => Bytes::from(vec![b'x'; LARGE]),
            "/broken" => panic!("on purpose"),
            "/half" => {
                head.extend_from_slice(b"HTTP/1.1 200");
                return Said::Pass;
            }
            _ => return Said::Pass,
        };
        head.extend_from_slice(
            format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n", body.len()).as_bytes(),
        );
        Said::Answer(body)
    }
}

fn router() -> Router {
    let echo = async |body: String| format!("echo {body};");
    Router::new()
        .route("/echo", get(async || "get;").post(echo))
        .fallback(async |uri: http::Uri| format!("router {uri};"))
}

fn start(limits: Limits) -> Server {
    Server::express(router(), Quick, limits)
}

fn ask(path: &str, more: &str) -> String {
    format!("GET {path} HTTP/1.1\r\nhost: a\r\nuser-agent: ann\r\n{more}\r\n")
}

/// What is left of all answers without their heads, `;` after each.
fn bodies(all: &str) -> String {
    let mut bodies = String::new();
    for (at, part) in all.split("\r\n\r\n").enumerate().skip(1) {
        let body = part.split_inclusive(';').next().unwrap();
        assert!(at > 0 && body.ends_with(';'), "{all}");
        bodies.push_str(body);
    }
    bodies
}

#[tokio::test]
async fn both_answer_on_one_connection_in_the_order_of_the_requests() {
    let server = start(Limits::default());
    let mut client = server.connect().await;
    let all = [
        ask("/quick", ""),
        ask("/quick", "x: 1\r\n"),
        ask("/one", ""),
        ask("/quick", ""),
        ask("/half", ""),
        ask("/quick?", ""),
        ask("/quick", ""),
        ask("/quick", "connection: close\r\n"),
    ];
    client.send(&all.concat()).await;
    let answers = bodies(&client.rest().await);
    let expected =
        "quick ann;quick ann;router /one;quick ann;router /half;router /quick?;quick ann;router /quick;";
    assert_eq!(answers, expected);
}

#[tokio::test]
async fn one_after_the_other_and_byte_by_byte() {
    let server = start(Limits::default());
    let mut client = server.connect().await;
    for _ in 0..3 {
        for (path, answer) in
            [("/quick", "quick ann;"), ("/one", "router /one;"), ("/broken", "router /broken;")]
        {
            client.send(&ask(path, "")).await;
            assert_eq!(bodies(&client.until(answer).await), answer);
            for byte in ask(path, "").chars() {
                client.send(&byte.to_string()).await;
                tokio::task::yield_now().await;
            }
            assert_eq!(bodies(&client.until(answer).await), answer);
        }
    }
}

#[tokio::test]
async fn a_body_is_never_taken_for_a_request() {
    let server = start(Limits::default());
    let smuggled = ask("/quick", "");
    let post =
        |framing: &str, body: &str| format!("POST /echo HTTP/1.1\r\nhost: a\r\n{framing}\r\n\r\n{body}");
    let length = format!("content-length: {}", smuggled.len());
    let chunked = format!("{:x}\r\n{smuggled}\r\n0\r\n\r\n", smuggled.len());
    for request in [post(&length, &smuggled), post("transfer-encoding: chunked", &chunked)] {
        let mut client = server.connect().await;
        client.send(&(ask("/quick", "") + &request + &ask("/last", "connection: close\r\n"))).await;
        let all = client.rest().await;
        assert!(all.contains(&format!("echo {smuggled};")), "{all}");
        assert_eq!(all.matches("quick ann;").count(), 1, "{all}");
        assert!(all.ends_with("router /last;"), "{all}");
    }
    // A GET with a body, and one whose head hyper would end at a bare line feed.
    for first in [ask("/quick", &format!("{length}\r\n")), ask("/one", "x: y\n\n")] {
        let mut client = server.connect().await;
        client.send(&(first + &smuggled)).await;
        client.send(&ask("/last", "connection: close\r\n")).await;
        let all = client.rest().await;
        assert!(!all.contains("quick ann;"), "{all}");
    }
}

#[tokio::test]
async fn an_answer_under_way_is_finished_by_a_drain() {
    let limits = ConnectionLimits {
        drain_grace: Duration::from_secs(30),
        drain_deadline: Duration::from_secs(30),
        ..ConnectionLimits::default()
    };
    let server = start(Limits { connection: limits, ..Limits::default() });
    let (mut large, mut idle) = (server.connect().await, server.connect().await);
    large.send(&ask("/large", "")).await;
    idle.send(&ask("/quick", "")).await;
    large.until("\r\n\r\n").await;
    idle.until(";").await;
    server.shutdown.cancel();
    // While the drain waits for it, a request is answered by the router, which tells the client to close.
    idle.send(&ask("/quick", "")).await;
    let last = idle.rest().await;
    assert!(last.contains("connection: close") && last.ends_with("router /quick;"), "{last}");
    let mut body = Vec::new();
    large.0.read_to_end(&mut body).await.unwrap();
    assert_eq!(body.len(), LARGE);
    assert_eq!(server.ended().await, Drained { cut: 0 });
}

#[tokio::test]
async fn the_slow_and_the_silent_are_cut_here_too() {
    let limits = ConnectionLimits {
        head_timeout: Duration::from_millis(200),
        idle_timeout: Duration::from_secs(60),
        ..ConnectionLimits::default()
    };
    let server = start(Limits { connection: limits, ..Limits::default() });
    let mut half = server.connect().await;
    half.send(&(ask("/quick", "") + "GET /quick HTT")).await;
    assert!(half.rest().await.ends_with("quick ann;"));
    let limits = ConnectionLimits { idle_timeout: Duration::from_millis(200), ..ConnectionLimits::default() };
    let server = start(Limits { connection: limits, ..Limits::default() });
    let (mut silent, mut deaf): (Raw, Raw) = (server.connect().await, server.connect().await);
    silent.send(&ask("/quick", "")).await;
    deaf.send(&ask("/large", "")).await;
    assert!(silent.rest().await.ends_with("quick ann;"));
    while server.metric("test_http_connections ").as_deref() != Some("0") {
        tokio::task::yield_now().await;
    }
    assert_eq!(server.metric("test_http_connections_cut_total ").as_deref(), Some("2"));
    drop(deaf);
}
