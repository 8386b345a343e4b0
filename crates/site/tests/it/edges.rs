use std::time::Duration;

use domain::{Clock, Timestamp};

use crate::{
    house::House,
    world::{HOUR, NOON},
};

/// `leaving` closes and `coming` opens an hour after noon.
const EDGE: Timestamp = Timestamp(NOON.0 + HOUR);

#[tokio::test]
async fn a_page_is_true_to_the_second_and_made_anew_at_the_edge() {
    let house = House::new().await;
    let browser = house.browser("US");
    let page = async |before: Duration| {
        house.clock.set(EDGE.minus(before));
        browser.get("/en/").await; // renews the audience's cookie, so that the next answer is shared
        browser.get("/en/").await
    };
    let at = page(Duration::from_secs(600)).await;
    assert_eq!(at.header("cache-control"), "public, max-age=60");
    assert!(at.text().contains("The leaving") && !at.text().contains("The coming"));
    let at = page(Duration::from_micros(10_500_000)).await;
    assert_eq!(at.header("cache-control"), "public, max-age=10");
    let at = page(Duration::from_micros(999_999)).await;
    assert_eq!(at.header("cache-control"), "no-store");
    assert_eq!(house.site.pages().rendered(), 1, "one page for all of that time");
    let at = page(Duration::ZERO).await;
    assert!(!at.text().contains("The leaving") && at.text().contains("The coming"));
    assert_eq!(house.site.pages().rendered(), 2);
    assert_eq!(browser.get("/en/t/leaving").await.status.as_u16(), 410);
    assert_eq!(browser.get("/en/t/coming").await.status.as_u16(), 200);
}

#[tokio::test]
async fn a_denial_ends_at_the_edge_too() {
    let house = House::new().await;
    let browser = house.browser("US");
    house.clock.set(EDGE.minus(Duration::from_secs(5)));
    assert_eq!(browser.get("/en/t/coming").await.status.as_u16(), 404);
    let page = browser.get("/en/t/coming").await;
    assert_eq!((page.status.as_u16(), page.header("cache-control")), (404, "public, max-age=5"));
    house.clock.set(EDGE);
    assert_eq!(browser.get("/en/t/coming").await.status.as_u16(), 200);
    assert_eq!(browser.get("/api/v1/en/titles/leaving").await.problem(), (410, "ended".into()));
}

#[tokio::test]
async fn the_api_tells_until_when_it_is_true() {
    let house = House::new().await;
    let home = house.browser("US").get("/api/v1/en/home").await;
    assert_eq!(home.json()["until"], EDGE.to_string());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_at_once_render_once() {
    let house = House::new().await;
    for n in 1..=2u64 {
        let requests: Vec<_> = (0..50)
            .map(|_| {
                let browser = house.browser("US");
                let router = browser.router.clone();
                tokio::spawn(async move {
                    use tower::ServiceExt;
                    let request = http::Request::get("/en/").header("host", "harbour.localhost");
                    let request = request.header("cookie", "pt_country=US").body(axum::body::Body::empty());
                    router.oneshot(request.unwrap()).await.unwrap().status().as_u16()
                })
            })
            .collect();
        for request in requests {
            assert_eq!(request.await.unwrap(), 200);
        }
        assert_eq!(house.site.pages().rendered(), n);
        // And again when what is kept has gone stale.
        house.clock.set(EDGE);
    }
}

#[tokio::test]
async fn a_new_edition_is_another_page() {
    let mut house = House::new().await;
    let browser = house.browser("US");
    assert!(browser.get("/en/").await.text().contains("The tram"));
    house.world.titles.retain(|title| title.id.as_str() != "tram");
    house.world.publish(&house.objects, 2, &house.key);
    house.follower.poll();
    assert!(!browser.get("/en/").await.text().contains("The tram"));
    assert_eq!(browser.get("/en/t/tram").await.status.as_u16(), 404);
    assert_eq!(house.clock.now(), NOON);
}
