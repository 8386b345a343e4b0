use crate::house::{FATHOM, House};

#[tokio::test]
async fn the_front_end_is_sent_ready_compressed_and_for_ever() {
    let house = House::new().await;
    let browser = house.browser("US");
    let home = browser.get("/en/").await;
    let mut names: Vec<&str> =
        home.text().split("\"/assets/").skip(1).filter_map(|rest| rest.split('"').next()).collect();
    names.sort_unstable();
    names.dedup();
    assert!(names.iter().any(|name| name.starts_with("theme-")) && names.len() >= 2, "{names:?}");
    for name in &names {
        let file = browser.get_with(&format!("/assets/{name}"), &[("accept-encoding", "br")]).await;
        assert_eq!(file.status.as_u16(), 200, "{name}");
        assert_eq!(file.header("cache-control"), "public, max-age=31536000, immutable");
        if name.ends_with(".js") {
            assert_eq!(file.header("content-type"), "text/javascript; charset=utf-8");
        }
    }
    for none in ["manifest.json", "nothing.js", "..%2fmanifest.json"] {
        assert_eq!(browser.get(&format!("/assets/{none}")).await.status.as_u16(), 404, "{none}");
    }
}

#[tokio::test]
async fn what_browsers_and_search_engines_ask_for() {
    let house = House::new().await;
    let browser = house.browser("KR");
    insta::assert_snapshot!(browser.get("/manifest.webmanifest").await.text());
    insta::assert_snapshot!(browser.get("/robots.txt").await.text());
    insta::assert_snapshot!(browser.get("/favicon.svg").await.text());
    let map = browser.get("/sitemap.xml").await;
    assert_eq!(map.header("content-type"), "application/xml; charset=utf-8");
    // The same for everybody: what the whole world may see, and only that.
    assert!(map.text().contains("<loc>http://harbour.localhost:8080/ko/t/tides</loc>"));
    assert!(!map.text().contains("nights") && !map.text().contains("gone") && !map.text().contains("deep"));
    assert!(house.browser("KR").at(FATHOM).get("/sitemap.xml").await.text().contains("deep"));
}
