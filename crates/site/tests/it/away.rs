//! The database is gone.

use http::Method;
use serde_json::json;

use crate::house::House;

#[tokio::test]
async fn browsing_goes_on_and_what_is_personal_is_honestly_away() {
    let house = House::new().await;
    let browser = house.browser("US");
    let played = browser.json(Method::POST, "/api/v1/playback", &json!({ "title": "tram" })).await.json();
    house.store.close().await;
    for path in
        ["/en/", "/ko/", "/en/t/tram", "/en/t/tides", "/en/watch/tram", "/api/v1/en/home", "/sitemap.xml"]
    {
        assert_eq!(browser.get(path).await.status.as_u16(), 200, "{path}");
    }
    assert_eq!(browser.get("/en/t/nights").await.status.as_u16(), 451);
    for path in ["/api/v1/me/continue", "/api/v1/me/progress?ids=tram"] {
        let answer = browser.get(path).await;
        assert_eq!(answer.problem(), (503, "records-away".into()), "{path}");
        assert_eq!(answer.header("retry-after"), "5");
    }
    let body = json!({ "seconds": 1.0, "duration": 100.0, "device": "desk", "seq": 1 });
    let answer = browser.json(Method::PUT, "/api/v1/positions/tram", &body).await;
    assert_eq!(answer.problem(), (503, "records-away".into()));
    let answer = browser.json(Method::POST, "/api/v1/playback", &json!({ "title": "tram" })).await;
    assert_eq!(answer.problem(), (503, "records-away".into()));
    // What plays goes on.
    let beat = json!({ "session": played["session"] });
    let answer = browser.json(Method::POST, "/api/v1/playback/heartbeat", &beat).await;
    assert_eq!(answer.status.as_u16(), 200);
}
