use crate::house::House;

#[tokio::test]
async fn the_root_goes_to_the_readers_language() {
    let house = House::new().await;
    let browser = house.browser("US");
    for (accept, to) in [("ko-KR,en;q=0.5", "/ko/"), ("fr", "/en/"), ("ar", "/ar/"), ("", "/en/")] {
        let answer = browser.get_with("/", &[("accept-language", accept)]).await;
        assert_eq!((answer.status.as_u16(), answer.header("location")), (302, to), "{accept}");
        assert_eq!(answer.header("cache-control"), "no-store");
    }
    // What was chosen comes before what the browser says.
    browser.cookies.borrow_mut().insert("pt_lang".into(), "ar".into());
    assert_eq!(browser.get_with("/", &[("accept-language", "ko")]).await.header("location"), "/ar/");
    browser.cookies.borrow_mut().insert("pt_lang".into(), "xx".into());
    assert_eq!(browser.get_with("/", &[("accept-language", "ko")]).await.header("location"), "/ko/");
}

#[tokio::test]
async fn going_from_one_language_to_another_is_a_choice() {
    let house = House::new().await;
    let browser = house.browser("US");
    browser.get_with("/ko/", &[("accept-language", "en"), ("sec-fetch-site", "none")]).await;
    assert!(!browser.cookies.borrow().contains_key("pt_lang"), "a link from elsewhere chooses nothing");
    let page =
        browser.get_with("/ko/", &[("accept-language", "en"), ("sec-fetch-site", "same-origin")]).await;
    assert!(page.header("cache-control").starts_with("private"));
    assert_eq!(browser.cookies.borrow()["pt_lang"], "ko");
    assert_eq!(browser.get_with("/", &[("accept-language", "en")]).await.header("location"), "/ko/");
}

#[tokio::test]
async fn one_address_for_each_language() {
    let house = House::new().await;
    let browser = house.browser("US");
    for (path, to) in [
        ("/EN/", "/en/"),
        ("/en", "/en/"),
        ("/en-US/t/tram", "/en/t/tram"),
        ("/KO/watch/tram", "/ko/watch/tram"),
    ] {
        let answer = browser.get(path).await;
        assert_eq!((answer.status.as_u16(), answer.header("location")), (308, to), "{path}");
    }
    for path in ["/fr/", "/fr", "/fr/t/tram", "/x-y-z/", "/en//", "/api/v1/fr/home"] {
        assert_eq!(browser.get(path).await.status.as_u16(), 404, "{path}");
    }
}
