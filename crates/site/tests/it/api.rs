use std::time::Duration;

use domain::Clock;
use http::Method;
use serde_json::{Value, json};

use crate::house::{Browser, House};

async fn play(browser: &Browser, title: &str) -> Value {
    let answer =
        browser.json(Method::POST, "/api/v1/playback", &json!({ "title": title, "lang": "en" })).await;
    assert_eq!(answer.status.as_u16(), 200, "{}", answer.text());
    assert_eq!(answer.header("cache-control"), "private, no-store");
    answer.json()
}

async fn report(browser: &Browser, title: &str, seconds: f64, seq: u64) {
    let body = json!({ "seconds": seconds, "duration": 100.0, "device": "desk", "seq": seq });
    let answer = browser.json(Method::PUT, &format!("/api/v1/positions/{title}"), &body).await;
    assert_eq!(answer.status.as_u16(), 204, "{}", answer.text());
}

async fn go_on(browser: &Browser) -> Vec<(String, f64)> {
    let json = browser.get("/api/v1/me/continue?lang=en").await.json();
    let titles = json["titles"].as_array().unwrap().iter();
    titles
        .map(|entry| (entry["id"].as_str().unwrap().to_owned(), entry["resume_at"].as_f64().unwrap()))
        .collect()
}

#[tokio::test]
async fn a_play_from_the_decision_to_the_next_episode() {
    let house = House::new().await;
    let browser = house.browser("US");
    let mut played = play(&browser, "tides-s1e1").await;
    let cookies = browser.cookies.borrow().clone();
    assert!(cookies.contains_key("pt_play") && cookies.contains_key("pt_profile"));
    let session = played["session"].as_str().unwrap().to_owned();
    played["session"] = "…".into();
    insta::assert_json_snapshot!(played);
    report(&browser, "tides-s1e1", 42.0, 1).await;
    assert_eq!(go_on(&browser).await, [("tides-s1e1".to_owned(), 42.0)]);
    assert_eq!(play(&browser, "tides-s1e1").await["resume_at"], 42.0);
    house.clock.advance(Duration::from_secs(300));
    let beat = json!({ "session": session });
    let renewed = browser.json(Method::POST, "/api/v1/playback/heartbeat", &beat).await;
    assert_eq!(
        renewed.json()["token_expires_at"],
        house.clock.now().plus(Duration::from_secs(600)).to_string()
    );
    assert_eq!(
        renewed.header("set-cookie").split_once("; ").unwrap().1,
        "HttpOnly; SameSite=Lax; Path=/v/tides-s1e1-0011aabb/; Max-Age=600"
    );
    report(&browser, "tides-s1e1", 97.0, 2).await;
    assert_eq!(go_on(&browser).await, [("tides-s1e2".to_owned(), 0.0)]);
    let progress = browser.get("/api/v1/me/progress?ids=tides-s1e1,tides-s1e2").await;
    insta::assert_json_snapshot!(progress.json());
    insta::assert_json_snapshot!(browser.get("/api/v1/me/continue?lang=ko").await.json());
}

#[tokio::test]
async fn a_player_without_cookies_gets_the_token_in_the_answer() {
    let house = House::new().await;
    let browser = house.browser("US");
    let body = json!({ "title": "tram", "delivery": "header" });
    let answer = browser.json(Method::POST, "/api/v1/playback", &body).await;
    assert!(answer.json()["token"].as_str().unwrap().len() > 100);
    assert!(!browser.cookies.borrow().contains_key("pt_play"));
}

#[tokio::test]
async fn the_catalogue_as_json() {
    let house = House::new().await;
    let browser = house.browser("US");
    insta::assert_json_snapshot!(browser.get("/api/v1/en/home").await.json());
    insta::assert_json_snapshot!(browser.get("/api/v1/ko/titles/tides").await.json());
}

#[tokio::test]
async fn refusals_are_typed() {
    let house = House::new().await;
    let browser = house.browser("US");
    for (title, status, code) in [
        ("nights", 451, "territory"),
        ("gone", 410, "ended"),
        ("coming", 404, "not-yet"),
        ("premium", 403, "plan"),
        ("deep", 404, "not-found"),
        ("nowhere", 404, "not-found"),
        ("../etc", 404, "not-found"),
        ("tides", 422, "not-playable"),
        ("unready", 404, "not-ready"),
    ] {
        let answer = browser.json(Method::POST, "/api/v1/playback", &json!({ "title": title })).await;
        assert_eq!(answer.problem(), (status, code.into()), "{title}");
        assert!(!browser.cookies.borrow().contains_key("pt_play"));
        if status == 451 {
            assert!(answer.header("link").contains("blocked-by"));
        }
    }
}

#[tokio::test]
async fn nobody_reads_or_writes_anothers_positions() {
    let house = House::new().await;
    let (mine, theirs) = (house.browser("US"), house.browser("US"));
    let session = play(&mine, "tram").await["session"].clone();
    report(&mine, "tram", 42.0, 1).await;
    // Without a profile: nothing to read, nowhere to write.
    assert!(go_on(&theirs).await.is_empty());
    let body = json!({ "seconds": 1.0, "duration": 100.0, "device": "desk", "seq": 9 });
    let refused = theirs.json(Method::PUT, "/api/v1/positions/tram", &body).await;
    assert_eq!(refused.problem(), (403, "no-profile".into()));
    let beat = json!({ "session": session });
    let refused = theirs.json(Method::POST, "/api/v1/playback/heartbeat", &beat).await;
    assert_eq!(refused.problem(), (403, "no-profile".into()));
    // With another profile: the same.
    play(&theirs, "small").await;
    assert!(go_on(&theirs).await.is_empty());
    let progress = theirs.get("/api/v1/me/progress?ids=tram").await.json();
    assert_eq!(progress["titles"], json!([]));
    report(&theirs, "tram", 7.0, 9).await;
    let refused = theirs.json(Method::POST, "/api/v1/playback/heartbeat", &beat).await;
    assert_eq!(refused.problem(), (403, "not-yours".into()));
    // With a forged cookie: no profile at all.
    let my_id = mine.cookies.borrow()["pt_profile"].split('.').next().unwrap().to_owned();
    let cookie = theirs.cookies.borrow()["pt_profile"].clone();
    let (_, rest) = cookie.split_once('.').unwrap();
    theirs.cookies.borrow_mut().insert("pt_profile".into(), format!("{my_id}.{rest}"));
    assert!(go_on(&theirs).await.is_empty());
    let refused = theirs.json(Method::PUT, "/api/v1/positions/tram", &body).await;
    assert_eq!(refused.problem(), (403, "no-profile".into()));
    assert_eq!(go_on(&mine).await, [("tram".to_owned(), 42.0)]);
}

#[tokio::test]
async fn lists_of_ids_have_a_limit() {
    let house = House::new().await;
    let browser = house.browser("US");
    let many = vec!["a"; 201].join(",");
    let refused = browser.get(&format!("/api/v1/me/progress?ids={many}")).await;
    assert_eq!(refused.problem(), (400, "too-many-ids".into()));
    assert_eq!(browser.get("/api/v1/me/progress?ids=A!").await.problem(), (400, "bad-id".into()));
    assert_eq!(browser.get("/api/v1/me/progress").await.status.as_u16(), 200);
}
