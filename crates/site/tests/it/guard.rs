use axum::body::Body;
use http::Method;
use serde_json::json;

use crate::house::House;

#[tokio::test]
async fn every_answer_carries_the_policy() {
    let house = House::new().await;
    let browser = house.browser("US");
    for path in ["/en/", "/", "/en/t/nowhere", "/api/v1/en/home", "/favicon.svg", "/api/v1/nothing"] {
        let answer = browser.get(path).await;
        let policy = answer.header("content-security-policy");
        for directive in [
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            "img-src 'self' data:",
            "media-src 'self' blob:",
            "connect-src 'self'",
            "font-src 'self'",
            "manifest-src 'self'",
            "worker-src 'self' blob:",
            "base-uri 'none'",
            "form-action 'self'",
            "frame-ancestors 'none'",
        ] {
            assert!(policy.split("; ").any(|part| part == directive), "{path}: {policy} lacks {directive}");
        }
        assert_eq!(answer.header("x-content-type-options"), "nosniff");
    }
}

#[tokio::test]
async fn what_another_site_asks_for_is_refused() {
    let house = House::new().await;
    let browser = house.browser("US");
    let body = json!({ "title": "tram" }).to_string();
    for headers in [
        vec![("sec-fetch-site", "cross-site")],
        vec![("sec-fetch-site", "same-site"), ("origin", "http://fathom.localhost:8080")],
        vec![("origin", "https://evil.example")],
        vec![("origin", "null")],
    ] {
        let mut all = vec![("content-type", "application/json")];
        all.extend(&headers);
        for (method, path) in [
            (Method::POST, "/api/v1/playback"),
            (Method::POST, "/api/v1/playback/heartbeat"),
            (Method::PUT, "/api/v1/positions/tram"),
            (Method::POST, "/demo/country"),
        ] {
            let answer = browser.send(method, path, &all, Body::from(body.clone())).await;
            assert_eq!(answer.problem(), (403, "cross-site".into()), "{path} {headers:?}");
        }
    }
    let own = [("content-type", "application/json"), ("origin", "http://harbour.localhost:8080")];
    let answer = browser.send(Method::POST, "/api/v1/playback", &own, Body::from(body)).await;
    assert_eq!(answer.status.as_u16(), 200);
}

#[tokio::test]
async fn methods_and_media_types_and_sizes() {
    let house = House::new().await;
    let browser = house.browser("US");
    browser.json(Method::POST, "/api/v1/playback", &json!({ "title": "tram" })).await;
    let put = async |kind: &'static str, body: Vec<u8>| {
        let headers = [("content-type", kind)];
        browser.send(Method::PUT, "/api/v1/positions/tram", &headers, Body::from(body)).await.problem()
    };
    assert_eq!(put("application/json", vec![b' '; 10 * 1024 * 1024]).await, (413, "body-too-large".into()));
    assert_eq!(put("text/plain", b"{}".to_vec()).await, (415, "media-type".into()));
    assert_eq!(put("application/json", b"{".to_vec()).await, (400, "invalid-json".into()));
    let extra = json!({ "seconds": 1, "duration": 2, "device": "a", "seq": 1, "profile": "another" });
    assert_eq!(put("application/json", extra.to_string().into_bytes()).await.0, 422, "nobody else's profile");
    let deleted = browser.send(Method::DELETE, "/api/v1/positions/tram", &[], Body::empty()).await;
    assert_eq!(deleted.problem(), (405, "method".into()));
    assert_eq!(deleted.header("allow"), "PUT");
    let posted = browser.send(Method::POST, "/en/", &[], Body::empty()).await;
    assert_eq!(posted.status.as_u16(), 405);
}
