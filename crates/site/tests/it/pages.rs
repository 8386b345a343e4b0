use http::StatusCode;

use crate::house::{FATHOM, House, demo};

#[tokio::test]
async fn pages_of_a_brand() {
    let house = House::new().await;
    let browser = house.browser("US");
    for (path, holds) in [
        ("/en/", "The tram"),
        ("/ko/", "The tram (한)"),
        ("/ar/", "dir=\"rtl\""),
        ("/en/t/tram", "The tram"),
        ("/en/t/tides", "Part s1e2"),
        ("/en/watch/tram", "The tram"),
        ("/en/watch/tides-s1e1", "Part s1e1"),
    ] {
        let page = browser.get(path).await;
        assert_eq!(page.status, StatusCode::OK, "{path}");
        assert_eq!(page.header("content-type"), "text/html; charset=utf-8");
        assert!(page.text().contains(holds), "{path} holds no {holds}");
    }
    let other = house.browser("US").at(FATHOM);
    assert!(other.get("/en/t/deep").await.status.is_success());
    assert_eq!(browser.get("/en/t/deep").await.status, StatusCode::NOT_FOUND, "another brand's");
}

#[tokio::test]
async fn a_page_has_validators_and_is_compressed_once() {
    let house = House::new().await;
    let browser = house.browser("US");
    let plain = browser.get("/en/").await;
    let tag = plain.header("etag").to_owned();
    let again = browser.get_with("/en/", &[("if-none-match", &tag)]).await;
    assert_eq!((again.status, again.body.len()), (StatusCode::NOT_MODIFIED, 0));
    assert_eq!(again.header("cache-control"), "public, max-age=60");
    let br = browser.get_with("/en/", &[("accept-encoding", "gzip, br")]).await;
    assert_eq!((br.header("content-encoding"), br.header("vary")), ("br", "accept-encoding, cookie"));
    assert!(br.body.len() < plain.body.len() / 2);
    assert_eq!(house.site.pages().rendered(), 1);
}

#[tokio::test]
async fn what_is_not_there_is_a_friendly_page_in_the_readers_language() {
    let house = House::new().await;
    let browser = house.browser("US");
    for path in ["/ko/t/nowhere", "/ko/watch/nowhere", "/ko/t/No..Id", "/ko/what/ever", "/ko/t/deep"] {
        let page = browser.get(path).await;
        assert_eq!(page.status, StatusCode::NOT_FOUND, "{path}");
        assert_eq!(page.header("content-type"), "text/html; charset=utf-8", "{path}");
        assert!(page.text().contains("<html lang=\"ko\""), "{path}");
    }
    // Guessing renders nothing twice.
    let before = house.site.pages().rendered();
    for n in 0..20 {
        browser.get(&format!("/ko/t/guess-{n}")).await;
    }
    assert_eq!(house.site.pages().rendered(), before);
    let api = browser.get("/api/v1/en/titles/nowhere").await;
    assert_eq!(api.problem(), (404, "not-found".into()));
}

#[tokio::test]
async fn every_denial_has_its_status_and_its_reason() {
    let house = House::new().await;
    let browser = house.browser("US");
    for (title, status, code) in [
        ("nights", 451, "territory"),
        ("gone", 410, "ended"),
        ("coming", 404, "not-yet"),
        ("nowhere", 404, "not-found"),
    ] {
        for path in [format!("/en/t/{title}"), format!("/en/watch/{title}")] {
            let page = browser.get(&path).await;
            assert_eq!(page.status.as_u16(), status, "{path}");
            assert_eq!(page.header("content-type"), "text/html; charset=utf-8");
            let link =
                if status == 451 { "<http://harbour.localhost:8080/>; rel=\"blocked-by\"" } else { "" };
            assert_eq!(page.header("link"), link, "{path}");
        }
        let api = browser.get(&format!("/api/v1/en/titles/{title}")).await;
        assert_eq!(api.problem(), (status, code.into()));
    }
    let not_yet = browser.get("/api/v1/en/titles/coming").await.json();
    assert_eq!(not_yet["opens_at"], "2026-03-01T13:00:00Z");
    // A denial is no success, so its conditions are not looked at.
    let page = browser.get("/en/t/nights").await;
    let again = browser.get_with("/en/t/nights", &[("if-none-match", page.header("etag"))]).await;
    assert_eq!(again.status.as_u16(), 451);
}

#[tokio::test]
async fn a_host_that_is_no_brand_is_told_which_are() {
    let house = House::new().await;
    for host in ["nowhere.localhost", "localhost:8080", "harbour.evil.example", "127.0.0.1"] {
        let browser = house.browser("US").at(host);
        let page = browser.get("/en/").await;
        assert_eq!(page.status, StatusCode::MISDIRECTED_REQUEST, "{host}");
        assert!(page.text().contains("http://fathom.localhost:8080"), "{host}");
        let api = browser.get("/api/v1/en/home").await;
        assert_eq!(api.problem(), (421, "unknown-host".into()));
        assert_eq!(api.json()["hosts"][1], "http://harbour.localhost:8080");
    }
}

#[tokio::test]
async fn before_anything_is_published_it_says_so() {
    let house = House::unpublished(demo()).await;
    let browser = house.browser("US");
    let page = browser.get("/en/").await;
    assert_eq!((page.status, page.header("retry-after")), (StatusCode::SERVICE_UNAVAILABLE, "5"));
    assert!(page.text().contains("<html"));
    assert_eq!(browser.get("/api/v1/en/home").await.problem(), (503, "nothing-published".into()));
    house.world.publish(&house.objects, 1, &house.key);
    house.follower.poll();
    assert_eq!(browser.get("/en/").await.status, StatusCode::OK);
}
