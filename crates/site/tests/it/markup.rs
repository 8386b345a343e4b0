//! What every page must keep to: the content security policy, the languages, one name for the page.

use std::collections::BTreeSet;

use crate::house::House;

const PATHS: [&str; 6] = ["/", "/t/tram", "/t/tides", "/watch/tram", "/t/nights", "/t/nowhere"];

/// Opening tags, less the `<` and `>`. Enough of HTML for what askama writes: no `>` stands in an attribute here unescaped.
fn tags(html: &str) -> Vec<&str> {
    html.split('<')
        .skip(1)
        .filter_map(|rest| rest.split('>').next())
        .filter(|tag| !tag.starts_with(['/', '!']))
        .collect()
}

fn attribute<'t>(tag: &'t str, name: &str) -> Option<&'t str> {
    tag.split(&format!(" {name}=\"")).nth(1)?.split('"').next()
}

#[tokio::test]
async fn nothing_inline_that_the_policy_would_refuse() {
    let house = House::new().await;
    for path in PATHS {
        let page = house.browser("US").get(&format!("/en{path}")).await;
        let policy = page.header("content-security-policy").to_owned();
        assert!(policy.contains("script-src 'self'") && !policy.contains("unsafe"), "{policy}");
        for tag in tags(page.text()) {
            assert!(attribute(tag, "style").is_none() && !tag.starts_with("style"), "{path}: {tag}");
            assert!(!tag.starts_with("script") || attribute(tag, "src").is_some(), "{path}: {tag}");
            // What stands outside quotes: names of attributes.
            let mut names = tag.split('"').step_by(2).flat_map(str::split_whitespace).skip(1);
            assert_eq!(names.find(|name| name.starts_with("on")), None, "{path}: {tag}");
            for name in ["src", "href", "action"] {
                let address = attribute(tag, name).unwrap_or("/");
                let ours = address.starts_with(['/', '#'])
                    || address.is_empty()
                    || address.contains(".localhost:8080");
                assert!(ours && !address.starts_with("//"), "{path}: {address}");
            }
        }
    }
}

#[tokio::test]
async fn every_page_says_its_language_and_offers_the_others() {
    let house = House::new().await;
    for path in PATHS {
        for (lang, dir) in [("en", "ltr"), ("ko", "ltr"), ("ar", "rtl")] {
            let page = house.browser("US").get(&format!("/{lang}{path}")).await;
            let tags = tags(page.text());
            let html = tags.iter().find(|tag| tag.starts_with("html")).unwrap();
            assert_eq!((attribute(html, "lang"), attribute(html, "dir")), (Some(lang), Some(dir)), "{path}");
            let others: BTreeSet<_> = tags
                .iter()
                .filter(|tag| tag.starts_with("link") && attribute(tag, "rel") == Some("alternate"))
                .filter_map(|tag| attribute(tag, "hreflang"))
                .collect();
            assert!(others.is_superset(&BTreeSet::from(["en", "ko", "ar"])), "{path}: {others:?}");
        }
    }
}

#[tokio::test]
async fn one_heading_of_the_first_rank_and_no_id_twice() {
    let house = House::new().await;
    for path in PATHS {
        let page = house.browser("US").get(&format!("/en{path}")).await;
        let tags = tags(page.text());
        assert_eq!(tags.iter().filter(|tag| tag.starts_with("h1")).count(), 1, "{path}");
        assert_eq!(tags.iter().filter(|tag| tag.starts_with("main")).count(), 1, "{path}");
        let mut ids = BTreeSet::new();
        for id in tags.iter().filter_map(|tag| attribute(tag, "id")) {
            assert!(ids.insert(id), "{path}: id {id} twice");
        }
        for image in tags.iter().filter(|tag| tag.starts_with("img")) {
            assert!(
                attribute(image, "alt").is_some() && attribute(image, "width").is_some(),
                "{path}: {image}"
            );
        }
    }
}

#[tokio::test]
async fn what_editors_wrote_is_escaped() {
    let mut house = House::new().await;
    let evil = "<script>alert(1)</script>\" onload=\"x";
    for title in &mut house.world.titles {
        title.name.0.values_mut().for_each(|name| *name = evil.into());
    }
    house.world.publish(&house.objects, 2, &house.key);
    house.follower.poll();
    for path in ["/", "/t/tram", "/watch/tram", "/t/tides", "/watch/tides-s1e1"] {
        let page = house.browser("US").get(&format!("/en{path}")).await;
        assert!(page.status.is_success(), "{path}");
        assert!(!page.text().contains("<script>alert") && !page.text().contains("\" onload"), "{path}");
    }
}
