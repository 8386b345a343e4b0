use std::{sync::Arc, time::Duration};

use axum::{Router, extract::Path, routing::get};
use http::StatusCode;
use tokio::sync::Notify;
use web::{Failure, Limits, Problem, RequestLimits};

use crate::{harness::Server, log};

#[derive(Debug, thiserror::Error)]
#[error("cannot read the shelf")]
struct Shelf(#[source] std::io::Error);

async fn failing() -> Result<&'static str, Failure> {
    Err(Shelf(std::io::Error::other("disk 7 is on fire")))?
}

async fn missing() -> Result<&'static str, Failure> {
    Err(Problem::not_found().code("no-such-thing").with("name", "x"))?
}

fn app(go: &Arc<Notify>) -> Router {
    let go = go.clone();
    let wait = async move || {
        go.notified().await;
        "done"
    };
    Router::new()
        .route("/", get(|| async { "hello" }))
        .route("/items/{id}", get(async |Path(id): Path<String>| id))
        .route("/wait", get(wait))
        .route("/forever", get(std::future::pending::<&'static str>))
        .route("/panic", get(async || -> &'static str { panic!("the secret plan") }))
        .route("/failing", get(failing))
        .route("/missing", get(missing))
        .fallback(async || Problem::not_found())
}

fn limits(request: RequestLimits) -> Limits {
    Limits { request, ..Limits::default() }
}

#[tokio::test]
async fn panics_and_errors_show_nothing_of_the_inside() {
    let server = Server::start(app(&Arc::default()), Limits::default());
    for path in ["/panic", "/failing"] {
        let answer = reqwest::get(server.url(path)).await.unwrap();
        assert_eq!(answer.status(), StatusCode::INTERNAL_SERVER_ERROR);
        assert!(answer.headers().contains_key("x-request-id"));
        let text = answer.text().await.unwrap();
        assert!(text.contains("\"code\":\"internal\""), "{text}");
        assert!(!text.contains("secret") && !text.contains("fire"), "{text}");
    }
    let answer = reqwest::get(server.url("/missing")).await.unwrap();
    assert_eq!(answer.status(), StatusCode::NOT_FOUND);
    assert!(answer.text().await.unwrap().contains("\"name\":\"x\""));
    assert_eq!(reqwest::get(server.url("/")).await.unwrap().status(), StatusCode::OK, "and it goes on");
}

#[tokio::test]
async fn more_than_the_declared_rate_is_shed() {
    // Twenty that take less than twenty seconds are too many.
    let rate = std::num::NonZeroU32::new(1);
    let server =
        Server::start(app(&Arc::default()), limits(RequestLimits { rate, ..RequestLimits::default() }));
    let mut answers = Vec::new();
    for _ in 0..20 {
        answers.push(reqwest::get(server.url("/")).await.unwrap());
    }
    let shed = answers.iter().filter(|answer| answer.status() == StatusCode::SERVICE_UNAVAILABLE).count();
    assert!(shed > 0 && answers[0].status() == StatusCode::OK, "{shed}");
    let counted = |name: &str| server.metric(&format!("test_http_{name}_total{{role=\"it\"}}"));
    assert_eq!(counted("offered").as_deref(), Some("20"));
    assert_eq!(counted("shed"), Some(shed.to_string()));
}

#[tokio::test]
async fn load_over_the_limit_is_shed_and_accepted_work_kept() {
    let go = Arc::new(Notify::new());
    let server =
        Server::start(app(&go), limits(RequestLimits { concurrency: 1, ..RequestLimits::default() }));
    let mut first = server.connect().await;
    first.send("GET /wait HTTP/1.1\r\nHost: a\r\n\r\n").await;
    while server.metric("test_http_offered_total{role=\"it\"}").as_deref() != Some("1") {
        tokio::task::yield_now().await;
    }
    let second = reqwest::get(server.url("/")).await.unwrap();
    assert_eq!(second.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(second.headers()["retry-after"], "1");
    assert!(second.text().await.unwrap().contains("overloaded"));
    go.notify_one();
    assert!(first.until("done").await.starts_with("HTTP/1.1 200 "));
    assert_eq!(reqwest::get(server.url("/")).await.unwrap().status(), StatusCode::OK);
    assert_eq!(server.metric("test_http_shed_total{role=\"it\"}").as_deref(), Some("1"));
    assert_eq!(server.metric("test_http_offered_total{role=\"it\"}").as_deref(), Some("3"));
}

#[tokio::test]
async fn a_handler_that_hangs_is_given_up() {
    let request = RequestLimits { timeout: Duration::from_millis(20), ..RequestLimits::default() };
    let server = Server::start(app(&Arc::default()), limits(request));
    let answer = reqwest::get(server.url("/forever")).await.unwrap();
    assert_eq!(answer.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert!(answer.text().await.unwrap().contains("\"code\":\"timeout\""));
}

#[tokio::test]
async fn requests_are_counted_by_route_and_class() {
    let server = Server::start(app(&Arc::default()), Limits::default());
    for path in ["/items/1", "/items/2", "/items/3", "/nowhere", "/else/where", "/panic"] {
        reqwest::get(server.url(path)).await.unwrap();
    }
    let count = |route: &str, class: &str| {
        server.metric(&format!("test_http_requests_total{{role=\"it\",route=\"{route}\",class=\"{class}\"}}"))
    };
    assert_eq!(count("/items/{id}", "2xx").as_deref(), Some("3"));
    assert_eq!(count("none", "4xx").as_deref(), Some("2"));
    assert_eq!(count("/panic", "5xx").as_deref(), Some("1"));
    assert_eq!(
        server.metric("test_http_request_seconds_count{role=\"it\",route=\"/items/{id}\"}").as_deref(),
        Some("3")
    );
    assert_eq!(server.metric("test_http_requests_in_flight{role=\"it\"}").as_deref(), Some("0"));
    assert!(server.metric("test_http_requests_total{role=\"it\",route=\"/nowhere\"").is_none());
}

#[tokio::test]
async fn a_client_that_leaves_is_counted_as_gone() {
    let server = Server::start(app(&Arc::default()), Limits::default());
    let mut client = server.connect().await;
    client.send("GET /forever HTTP/1.1\r\nHost: a\r\n\r\n").await;
    while server.metric("test_http_offered_total{role=\"it\"}").as_deref() != Some("1") {
        tokio::task::yield_now().await;
    }
    drop(client);
    let gone = "test_http_requests_total{role=\"it\",route=\"/forever\",class=\"gone\"}";
    while server.metric(gone).as_deref() != Some("1") {
        tokio::task::yield_now().await;
    }
    assert_eq!(server.metric("test_http_requests_in_flight{role=\"it\"}").as_deref(), Some("0"));
}

#[tokio::test]
async fn the_log_has_the_chain_once_and_no_secrets() {
    use tower::{Layer, ServiceExt};
    log::listen();
    let metrics = web::HttpMetrics::new(&web::Metrics::new("t"));
    let clock = Arc::new(domain::ManualClock::default());
    let guard = web::Guard::new("it", RequestLimits::default(), clock, &domain::SeededRng::new(1), &metrics);
    let request = http::Request::get("/failing?token=sesame1")
        .header("cookie", "pt=sesame2")
        .header("authorization", "Bearer sesame3")
        .body(axum::body::Body::empty())
        .unwrap();
    guard.layer(app(&Arc::default())).oneshot(request).await.unwrap();
    let text = log::heard();
    assert_eq!(text.matches("cannot read the shelf: disk 7 is on fire").count(), 1, "{text}");
    assert!(text.contains("path=\"/failing\"") && text.contains("status=500"), "{text}");
    assert!(!text.contains("sesame"), "{text}");
}
