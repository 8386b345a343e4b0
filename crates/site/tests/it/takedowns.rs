//! A takedown reaches every page, rail and answer at once, also those that were rendered before.

use http::Method;
use objects::announce::{self, Takedowns};
use serde_json::json;

use crate::{house::*, world::id};

/// Announces that these titles are taken down, and has the site look.
pub fn take_down(house: &House, number: u64, titles: &[&str]) {
    let takedowns = Takedowns { number, titles: titles.iter().map(|title| id(title)).collect() };
    announce::publish(&house.objects, &takedowns, &house.key, &house.key.public().into()).unwrap();
    house.follower.poll_takedowns();
}

const NAMING: [&str; 4] = ["/en/", "/ko/", "/api/v1/en/home", "/sitemap.xml"];

#[tokio::test]
async fn what_is_taken_down_is_on_no_page_not_even_a_cached_one() {
    let house = House::new().await;
    let browser = house.browser("US");
    let named = async |what: &str| {
        let mut named = Vec::new();
        for page in NAMING {
            named.push(browser.get(page).await.text().contains(what));
        }
        named
    };
    // Twice: from the cache.
    for _ in 0..2 {
        assert_eq!(named("t/tram").await, [true; 4]);
        assert_eq!(browser.get("/en/t/tram").await.status, 200);
        assert_eq!(browser.get("/en/watch/tides-s1e2").await.status, 200);
    }
    let before = browser.get("/en/").await;
    let play = json!({ "title": "tram" });
    let session = browser.json(Method::POST, "/api/v1/playback", &play).await.json()["session"].clone();

    take_down(&house, 1, &["tram", "tides"]);
    for (what, there) in [("t/tram", false), ("t/tides", false), ("t/leaving", true)] {
        // Of the site map, what is for a while in one country only is no part.
        assert_eq!(named(what).await, [there; 4], "{what}");
    }
    let after = browser.get_with("/en/", &[("if-none-match", before.header("etag"))]).await;
    assert_eq!(after.status, 200, "what a browser kept is not what is there now");
    let link = "<http://harbour.localhost:8080/>; rel=\"blocked-by\"";
    for page in ["/en/t/tram", "/en/watch/tram", "/en/t/tides", "/en/watch/tides", "/en/watch/tides-s1e2"] {
        let page = browser.get(page).await;
        assert_eq!((page.status.as_u16(), page.header("link")), (451, link));
        assert!(page.text().contains("This was withdrawn"), "in plain words");
    }
    for title in ["tram", "tides"] {
        let api = browser.get(&format!("/api/v1/en/titles/{title}")).await;
        assert_eq!(api.problem(), (451, "taken-down".into()));
        assert_eq!(api.header("link"), link);
    }
    for title in ["tram", "tides-s1e1"] {
        let refused = browser.json(Method::POST, "/api/v1/playback", &json!({ "title": title })).await;
        assert_eq!(refused.problem(), (451, "taken-down".into()));
    }
    let renew = json!({ "session": session });
    let refused = browser.json(Method::POST, "/api/v1/playback/heartbeat", &renew).await;
    assert_eq!(refused.problem(), (451, "taken-down".into()));

    // Old content under a new number.
    house.world.publish(&house.objects, 2, &house.key);
    house.follower.poll();
    assert_eq!(named("t/tram").await, [false; 4]);
    assert_eq!(browser.get("/en/t/tram").await.status, 451);

    take_down(&house, 2, &[]);
    assert_eq!(named("t/tram").await, [true; 4]);
    assert_eq!(browser.get("/en/watch/tides-s1e2").await.status, 200);
    let answer = browser.json(Method::POST, "/api/v1/playback", &play).await;
    assert_eq!(answer.status, 200);
}

#[tokio::test]
async fn an_episode_alone_leaves_its_series_and_what_was_being_watched() {
    let house = House::new().await;
    let browser = house.browser("US");
    let body = json!({ "title": "tides-s1e2" });
    assert_eq!(browser.json(Method::POST, "/api/v1/playback", &body).await.status, 200);
    let at = json!({ "seconds": 30.0, "duration": 100.0, "device": "desk", "seq": 1 });
    let kept = browser.json(Method::PUT, "/api/v1/positions/tides-s1e2", &at).await;
    assert_eq!(kept.status, 204);
    let goes_on = async || browser.get("/api/v1/me/continue?lang=en").await.text().contains("tides-s1e2");
    assert!(goes_on().await);
    take_down(&house, 1, &["tides-s1e2"]);
    assert!(!goes_on().await);
    let series = browser.get("/en/t/tides").await;
    assert_eq!(series.status, 200);
    assert!(series.text().contains("tides-s1e1") && !series.text().contains("tides-s1e2"));
    let json = browser.get("/api/v1/en/titles/tides").await;
    assert!(json.text().contains("tides-s1e1") && !json.text().contains("tides-s1e2"));
    assert_eq!(browser.get("/en/watch/tides-s1e2").await.status, 451);
}
