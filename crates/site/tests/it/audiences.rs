use axum::body::Body;
use http::Method;
use site::SiteConfig;

use crate::house::{House, demo};

const PAGES: [&str; 6] =
    ["/en/", "/ko/", "/api/v1/en/home", "/en/t/tides", "/api/v1/en/titles/tides", "/sitemap.xml"];

#[tokio::test]
async fn nothing_for_korea_alone_is_in_a_page_for_others() {
    let house = House::new().await;
    // Korea first, so that what is kept of its pages could leak.
    for (country, seen) in [("KR", true), ("US", false), ("JP", false), ("KR", true), ("US", false)] {
        let browser = house.browser(country);
        for path in PAGES {
            let page = browser.get(path).await;
            assert_eq!(page.status.as_u16(), 200, "{path}");
            for secret in ["nights", "tides-s2e1", "t/korea"] {
                let found = page.text().contains(secret);
                assert!(seen || !found, "{path} in {country} holds {secret}");
            }
        }
        let home = browser.get("/en/").await;
        assert_eq!(home.text().contains("The nights"), seen, "{country}");
    }
}

#[tokio::test]
async fn whom_no_window_tells_apart_share_a_page_and_nobody_else_does() {
    let header = Some("x-country".parse().unwrap());
    let house = House::with(SiteConfig { country_switch: None, territory_header: header, ..demo() }).await;
    let browser = house.browser("KR");
    for (country, seen, rendered) in [("KR", true, 1), ("US", false, 2), ("JP", false, 2), ("KR", true, 2)] {
        let home = browser.get_with("/en/", &[("x-country", country)]).await;
        assert_eq!(home.text().contains("The nights"), seen, "{country}");
        assert_eq!(house.site.pages().rendered(), rendered, "{country}");
    }
}

#[tokio::test]
async fn the_switch_shows_the_country_that_is_chosen() {
    let house = House::new().await;
    // No window tells these two apart, but the page names them.
    for country in ["US", "JP"] {
        let home = house.browser(country).get("/en/").await;
        assert!(home.text().contains(&format!("<option value=\"{country}\" selected>")), "{country}");
    }
}

#[tokio::test]
async fn only_what_carries_its_audiences_own_cookie_is_shared() {
    let house = House::new().await;
    let (one, two) = (house.browser("US"), house.browser("US"));
    let first = one.get("/en/").await;
    assert_eq!(first.header("cache-control"), "private, max-age=60");
    assert!(first.header("set-cookie").contains("Max-Age=300"), "{}", first.header("set-cookie"));
    let second = one.get("/en/").await;
    assert_eq!((second.header("cache-control"), second.header("set-cookie")), ("public, max-age=60", ""));
    two.get("/en/").await;
    let stamp = |browser: &crate::house::Browser| browser.cookies.borrow()["pt_aud"].clone();
    assert_eq!(stamp(&one), stamp(&two), "a cache can key on it");
    // Somebody else's audience is not believed, and the answer is not shared under it.
    let korean = house.browser("KR");
    korean.get("/en/").await;
    one.cookies.borrow_mut().insert("pt_aud".into(), stamp(&korean));
    let page = one.get("/en/").await;
    assert!(page.header("cache-control").starts_with("private"));
    assert!(!page.text().contains("The nights"));
    assert_eq!(stamp(&one), stamp(&two));
}

#[tokio::test]
async fn the_country_switch_goes_there_and_back_to_the_page() {
    let house = House::new().await;
    let browser = house.browser("US");
    let switch = async |form: &'static str| {
        let headers =
            [("content-type", "application/x-www-form-urlencoded"), ("sec-fetch-site", "same-origin")];
        browser.send(Method::POST, "/demo/country", &headers, Body::from(form)).await
    };
    assert_eq!(browser.get("/en/t/nights").await.status.as_u16(), 451);
    let there = switch("territory=KR&back=%2Fen%2Ft%2Fnights").await;
    assert_eq!((there.status.as_u16(), there.header("location")), (303, "/en/t/nights"));
    assert_eq!(browser.get("/en/t/nights").await.status.as_u16(), 200);
    assert_eq!(switch("territory=US&back=//evil.example/").await.header("location"), "/");
    assert_eq!(switch("territory=Atlantis").await.problem().0, 400);
    assert_eq!(switch("back=%2F").await.problem().0, 400);
}

#[tokio::test]
async fn without_demo_mode_there_is_no_country_switch() {
    let house = House::with(SiteConfig { country_switch: None, ..demo() }).await;
    let browser = house.browser("KR");
    let headers = [("sec-fetch-site", "same-origin")];
    let refused = browser.send(Method::POST, "/demo/country", &headers, Body::from("territory=KR")).await;
    assert_eq!(refused.problem(), (404, "not-found".into()));
    // And the cookie is not believed.
    assert_eq!(browser.get("/en/t/nights").await.status.as_u16(), 451);
    assert!(!browser.get("/en/").await.text().contains("/demo/country"));
}
