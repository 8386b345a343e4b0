use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use serde_json::Value;
use web::{Gate, Limits, Metrics, Readiness, health};

use crate::harness::Server;

#[tokio::test]
async fn readiness_names_what_is_missing() {
    let readiness = Readiness::default();
    let shelf = readiness.condition("shelf", "not read yet");
    let fresh = Arc::new(AtomicBool::new(false));
    let look = fresh.clone();
    readiness.check("fresh", move || match look.load(Ordering::Relaxed) {
        true => Ok(()),
        false => Err("12 s old".to_owned()),
    });
    let server =
        Server::start(health::router(readiness, Metrics::new("app"), Gate::default()), Limits::default());
    let ready = async || {
        let answer = reqwest::get(server.url("/readyz")).await.unwrap();
        (answer.status().as_u16(), answer.json::<Value>().await.unwrap())
    };
    let (status, problem) = ready().await;
    assert_eq!(status, 503);
    assert_eq!(problem["missing"], serde_json::json!({ "shelf": "not read yet", "fresh": "12 s old" }));
    shelf.met();
    assert_eq!(ready().await.1["detail"], "Missing: fresh.");
    fresh.store(true, Ordering::Relaxed);
    assert_eq!(ready().await, (200, serde_json::json!({ "ready": true, "admitting": true })));
    shelf.missing("gone again");
    assert_eq!(ready().await.0, 503);
    assert_eq!(reqwest::get(server.url("/healthz")).await.unwrap().status(), 200, "it lives all the same");
}

#[tokio::test]
async fn metrics_are_openmetrics() {
    let metrics = Metrics::new("app");
    let counter = metrics.register(
        "things",
        "Things done",
        prometheus_client::metrics::counter::Counter::<u64>::default(),
    );
    counter.inc_by(3);
    let server =
        Server::start(health::router(Readiness::default(), metrics, Gate::default()), Limits::default());
    let answer = reqwest::get(server.url("/metrics")).await.unwrap();
    assert!(answer.headers()["content-type"].to_str().unwrap().starts_with("application/openmetrics-text"));
    let text = answer.text().await.unwrap();
    assert!(text.contains("app_things_total 3\n") && text.ends_with("# EOF\n"), "{text}");
    assert_eq!(reqwest::get(server.url("/other")).await.unwrap().status(), 404);
}
