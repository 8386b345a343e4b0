use axum::{Router, routing::put};
use http::StatusCode;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use web::{Json, Limits, body};

use crate::harness::Server;

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Position {
    seconds: u32,
    marks: Vec<Mark>,
}

#[derive(Serialize, Deserialize)]
struct Mark {
    at: u32,
}

fn app() -> Router {
    let echo = || put(|Json(position): Json<Position>| async { Json(position) });
    Router::new().route("/small", echo().layer(body::limit(256))).route("/usual", echo())
}

async fn send(
    server: &Server,
    path: &str,
    kind: &str,
    body: impl Into<reqwest::Body>,
) -> (StatusCode, Value) {
    let request = reqwest::Client::new().put(server.url(path)).header("content-type", kind).body(body);
    let answer = request.send().await.unwrap();
    let (status, kind) = (answer.status(), answer.headers()["content-type"].to_str().unwrap().to_owned());
    assert_eq!(kind, if status.is_success() { "application/json" } else { "application/problem+json" });
    (status, serde_json::from_slice(&answer.bytes().await.unwrap()).unwrap())
}

#[tokio::test]
async fn json_gets_in_and_out() {
    let server = Server::start(app(), Limits::default());
    for kind in ["application/json", "Application/JSON; charset=utf-8", "application/merge-patch+json"] {
        let (status, body) = send(&server, "/usual", kind, r#"{"seconds":1,"marks":[{"at":2}]}"#).await;
        assert_eq!((status, &body["marks"][0]["at"]), (StatusCode::OK, &Value::from(2)));
    }
}

#[tokio::test]
async fn wrong_json_is_told_what_is_wrong() {
    let server = Server::start(app(), Limits::default());
    let json = "application/json";
    for (kind, body, status, code, field) in [
        ("text/plain", "{}", 415, "media-type", None),
        (json, "{", 400, "invalid-json", None),
        (json, "", 400, "invalid-json", None),
        (json, "{} {}", 422, "invalid-field", Some(".")),
        (json, r#"{"seconds":1,"marks":[]} x"#, 400, "invalid-json", None),
        (json, r#"{"seconds":-1,"marks":[]}"#, 422, "invalid-field", Some("seconds")),
        (json, r#"{"seconds":1,"marks":[{"at":1},{"at":"x"}]}"#, 422, "invalid-field", Some("marks[1].at")),
        (json, r#"{"seconds":1,"marks":[],"new":1}"#, 422, "invalid-field", Some("new")),
    ] {
        let (got, problem) = send(&server, "/usual", kind, body).await;
        assert_eq!((got.as_u16(), problem["code"].as_str()), (status, Some(code)), "{body}: {problem}");
        assert_eq!(problem.get("field").and_then(Value::as_str), field, "{problem}");
        assert_eq!(problem["status"], status);
        assert!(problem["type"].as_str().unwrap().starts_with("/problems/"));
    }
    let (status, _) = send(&server, "/usual", json, "[".repeat(60_000)).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "deep nesting");
}

#[tokio::test]
async fn ten_megabytes_are_refused_before_they_are_read() {
    let server = Server::start(app(), Limits::default());
    let mut client = server.connect().await;
    // Nothing of the body is sent: only a server that looks at the length can answer.
    let head = "PUT /small HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 10000000\r\n\r\n";
    client.send(head).await;
    let answer = client.until("}").await;
    assert!(answer.starts_with("HTTP/1.1 413 ") && answer.contains("\"limit\":256"), "{answer}");
}

#[tokio::test]
async fn a_client_that_sends_ten_megabytes_all_the_same_gets_the_answer() {
    let server = Server::start(app(), Limits::default());
    let body = vec![b' '; 10_000_000];
    for path in ["/small", "/usual"] {
        let (status, problem) = send(&server, path, "application/json", body.clone()).await;
        assert_eq!(status, StatusCode::PAYLOAD_TOO_LARGE);
        assert!(problem["detail"].as_str().unwrap().contains("at most"), "{problem}");
    }
}

/// The plainest of clients: writes all it has, then reads. A close with its bytes unread would reset the answer away.
#[tokio::test]
async fn a_client_that_only_then_reads_gets_the_answer_too() {
    use tokio::io::AsyncWriteExt;
    let server = Server::start(app(), Limits::default());
    let mut client = server.connect().await;
    let head = "PUT /small HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 10000000\r\n\r\n";
    client.send(head).await;
    for _ in 0..100 {
        client.0.write_all(&[b' '; 100_000]).await.unwrap();
    }
    let answer = client.rest().await;
    assert!(answer.starts_with("HTTP/1.1 413 "), "{answer}");
}

#[tokio::test]
async fn a_body_of_unknown_length_is_refused_when_it_is_too_long() {
    let server = Server::start(app(), Limits::default());
    let mut client = server.connect().await;
    let head = "PUT /small HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n";
    client.send(head).await;
    client.send(&format!("200\r\n{}\r\n", " ".repeat(0x200))).await;
    assert!(client.until("}").await.starts_with("HTTP/1.1 413 "));
}

#[tokio::test]
async fn half_a_body_is_no_body() {
    let server = Server::start(app(), Limits::default());
    let mut client = server.connect().await;
    let head = "PUT /small HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{\"seconds\"";
    client.send(head).await;
    tokio::io::AsyncWriteExt::shutdown(&mut client.0).await.unwrap();
    let answer = client.rest().await;
    assert!(answer.is_empty() || answer.contains("body-incomplete"), "{answer}");
    assert!(!answer.contains("200 OK"));
}
