//! The studio's API: who may call what, and what it answers.

use std::sync::Arc;

use axum::{
    Router,
    body::Body,
    http::{Request, StatusCode, header},
};
use http_body_util::BodyExt;
use serde_json::{Value, json};
use studio::{
    Permission, Staff, StaffToken,
    http::{ENDPOINTS, StudioState, router},
};
use tower::ServiceExt;

use crate::kit::{Kit, tiny_catalogue};

fn api(kit: &Kit) -> Router {
    let staff = Staff::new([
        StaffToken::new("reads", Permission::Read),
        StaffToken::new("publishes", Permission::Publish),
    ]);
    router(StudioState {
        store: kit.deps.store.clone(),
        publisher: kit.publisher.clone(),
        staff: Arc::new(staff),
    })
}

async fn ask(api: &Router, method: &str, path: &str, token: Option<&str>, body: &str) -> (StatusCode, Value) {
    let mut request = Request::builder().method(method).uri(path);
    if let Some(token) = token {
        request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
    }
    let request =
        request.header(header::CONTENT_TYPE, "application/json").body(Body::from(body.to_owned())).unwrap();
    let response = api.clone().oneshot(request).await.unwrap();
    let status = response.status();
    assert_eq!(response.headers()[header::CACHE_CONTROL], "no-store", "{path}");
    let bytes = response.into_body().collect().await.unwrap().to_bytes();
    (status, serde_json::from_slice(&bytes).unwrap_or(Value::Null))
}

/// Reviewed like code: a new endpoint, or another answer to somebody, shows here.
async fn every_endpoint_says_who_may_call_it(kit: Kit) {
    let api = api(&kit);
    let mut table = String::new();
    for endpoint in ENDPOINTS {
        let mut answers = Vec::new();
        for token in [None, Some("somebody"), Some(""), Some("reads"), Some("publishes")] {
            let (status, body) = ask(&api, endpoint.method.as_str(), endpoint.path, token, "{}").await;
            if status.is_client_error() {
                assert_eq!(body["status"], status.as_u16(), "{body}");
            }
            answers.push(status.as_u16().to_string());
        }
        table += &format!("{} {}: {}\n", endpoint.method, endpoint.path, answers.join(" "));
    }
    insta::assert_snapshot!("who_may_call", table);
}

async fn from_jobs_to_an_edition(kit: Kit) {
    tiny_catalogue(&kit);
    kit.import().await;
    let api = api(&kit);
    let (_, jobs) = ask(&api, "GET", "/studio/api/v1/jobs", Some("reads"), "").await;
    assert_eq!((&jobs["queued"], &jobs["playable"]), (&json!(6), &json!(0)), "{jobs}");
    kit.work().await;
    let (_, jobs) = ask(&api, "GET", "/studio/api/v1/jobs", Some("reads"), "").await;
    assert_eq!((&jobs["queued"], &jobs["playable"], &jobs["given_up"]), (&json!(0), &json!(2), &json!([])));

    let (_, first) = ask(&api, "GET", "/studio/api/v1/assets?limit=1", Some("reads"), "").await;
    let next = first["next"].as_str().unwrap();
    let path = format!("/studio/api/v1/assets?limit=1&after={next}");
    let (_, second) = ask(&api, "GET", &path, Some("reads"), "").await;
    assert!(second.get("next").is_none() && second["assets"][0]["state"] == "complete", "{second}");
    assert_ne!(first["assets"][0]["id"], second["assets"][0]["id"]);

    let (status, answer) =
        ask(&api, "POST", "/studio/api/v1/publish", Some("publishes"), r#"{"reason":"ready"}"#).await;
    assert_eq!((status, answer), (StatusCode::OK, json!({"number": 1, "new": true})));
    let (_, answer) = ask(&api, "POST", "/studio/api/v1/publish", Some("publishes"), "{}").await;
    assert_eq!(answer, json!({"number": 1, "new": false}));
    let (_, editions) = ask(&api, "GET", "/studio/api/v1/editions", Some("reads"), "").await;
    assert_eq!(editions["editions"][0]["reason"], "ready");
}

async fn what_is_asked_wrongly_is_answered_helpfully(kit: Kit) {
    let api = api(&kit);
    let publisher = Some("publishes");
    let mut answers = String::new();
    for (method, path, body) in [
        ("GET", "/studio/api/v1/nothing", ""),
        ("GET", "/studio/api/v1/publish", ""),
        ("POST", "/studio/api/v1/publish", "publish!"),
        ("POST", "/studio/api/v1/publish", r#"{"reason": 5}"#),
        ("POST", "/studio/api/v1/publish", r#"{"raison": "oui"}"#),
        ("POST", "/studio/api/v1/publish", r#"{"confirm": true}"#),
        ("GET", "/studio/api/v1/assets?limit=0", ""),
        ("GET", "/studio/api/v1/assets?limit=many", ""),
        ("GET", "/studio/api/v1/assets?after=nobody", ""),
        ("GET", "/studio/api/v1/assets?page=2", ""),
    ] {
        let (status, problem) = ask(&api, method, path, publisher, body).await;
        let text = |key: &str| problem[key].as_str().unwrap_or("-").to_owned();
        answers += &format!(
            "{method} {path} {body}\n  {} {} | {} | {}\n",
            status.as_u16(),
            text("type"),
            text("title"),
            text("detail")
        );
    }
    insta::assert_snapshot!("problems", answers);
}

contract! {
    every_endpoint_says_who_may_call_it,
    from_jobs_to_an_edition,
    what_is_asked_wrongly_is_answered_helpfully,
}
