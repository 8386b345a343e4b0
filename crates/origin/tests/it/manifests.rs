use std::time::Duration;

use media::index::MediaIndex;
use objects::token::Terms;

use crate::{
    film::{Film, SUBTITLES},
    world::{World, asset, code, named},
};

/// Bit rates are the encoder's affair, and another version of it has others.
fn without_rates(text: &str) -> String {
    let mut parts = text.split("BANDWIDTH=");
    let first = parts.next().unwrap().to_owned();
    parts.fold(first, |all, part| {
        all + "BANDWIDTH=(rate)" + part.trim_start_matches(|c: char| c.is_ascii_digit())
    })
}

#[tokio::test]
async fn golden_manifests() {
    let world = World::new();
    for path in ["master.m3u8", "v180.m3u8", "a-en.m3u8", "s-ko.m3u8", "storyboard.vtt"] {
        let answer = world.get(path).await;
        assert_eq!(answer.status(), 200, "{path}");
        let kind = answer.headers()["content-type"].to_str().unwrap().to_owned();
        let cache = answer.headers()["cache-control"].to_str().unwrap().to_owned();
        let text = answer.text().await.unwrap();
        let text = without_rates(&text);
        insta::assert_snapshot!(path.replace('.', "_"), format!("{kind}\n{cache}\n\n{text}"));
    }
    let subtitles = world.get("s-ko.vtt").await;
    assert_eq!(subtitles.headers()["content-type"], "text/vtt; charset=utf-8");
    assert_eq!(subtitles.text().await.unwrap(), SUBTITLES);
}

#[tokio::test]
async fn a_film_without_previews_yet_has_none_and_says_so_in_a_whole_file() {
    let world = World::new();
    let bare = MediaIndex { storyboard: None, ..Film::get().index(2) };
    *world.named.lock().unwrap() = named(Film::get().put_index(&world.objects, &bare));
    let answer = world.get("storyboard.vtt").await;
    assert_eq!(answer.status(), 200);
    assert_eq!(answer.text().await.unwrap(), "WEBVTT\n");
    assert_eq!(world.get("storyboard-0.jpg").await.status(), 404);
}

#[tokio::test]
async fn the_height_of_the_token_leaves_out_taller_rungs() {
    let world = World::new();
    let lifetime = Duration::from_secs(600);
    for (max_height, rungs) in [(None, 2), (Some(360), 2), (Some(359), 1), (Some(180), 1), (Some(90), 1)] {
        let token = world.sign(&asset(), Terms { audience: 1, max_height }, lifetime);
        let master = world.get_with("master.m3u8", &token).await.text().await.unwrap();
        assert_eq!(master.matches("#EXT-X-STREAM-INF").count(), rungs, "{max_height:?}");
        for (id, named) in [("v180", true), ("v360", rungs == 2)] {
            assert_eq!(master.contains(&format!("{id}.m3u8")), named);
            for file in [".m3u8", "/init.mp4", "/0.m4s", "/2.m4s"] {
                let answer = world.get_with(&format!("{id}{file}"), &token).await;
                match named {
                    true => assert_eq!(answer.status(), 200),
                    false => assert_eq!(code(answer).await, (403, "quality".into()), "{id}{file}"),
                }
            }
        }
        assert_eq!(world.get_with("a-en/0.m4s", &token).await.status(), 200, "sound has no height");
    }
}

#[tokio::test]
async fn what_the_client_has_is_not_sent_again() {
    let world = World::new();
    for path in ["master.m3u8", "v180.m3u8", "s-ko.vtt", "storyboard.vtt", "v180/0.m4s", "storyboard-0.jpg"] {
        let first = world.get(path).await;
        let etag = first.headers()["etag"].clone();
        assert!(etag.to_str().unwrap().starts_with('"'), "{etag:?}");
        let again = world
            .ask(path)
            .header("cta-common-access-token", world.token())
            .header("if-none-match", etag.clone())
            .send()
            .await
            .unwrap();
        assert_eq!((again.status().as_u16(), &again.headers()["etag"]), (304, &etag), "{path}");
        assert_eq!(again.headers()["cache-control"], first.headers()["cache-control"]);
        assert!(again.bytes().await.unwrap().is_empty());
    }
}

#[tokio::test]
async fn manifests_are_compressed_for_those_who_ask() {
    let world = World::new();
    let answer = world
        .ask("master.m3u8")
        .header("cta-common-access-token", world.token())
        .header("accept-encoding", "br, gzip")
        .send()
        .await
        .unwrap();
    assert_eq!(
        (&answer.headers()["content-encoding"], &answer.headers()["vary"]),
        (&"br".parse().unwrap(), &"accept-encoding".parse().unwrap())
    );
}

#[tokio::test]
async fn one_reading_serves_all_who_wait_for_it() {
    let world = World::new();
    let token = world.token();
    let mut requests = tokio::task::JoinSet::new();
    for _ in 0..50 {
        let request = world.ask("v360.m3u8").header("cta-common-access-token", &token);
        requests.spawn(async move { request.send().await.unwrap().status().as_u16() });
    }
    assert!(requests.join_all().await.iter().all(|status| *status == 200));
    assert_eq!(world.count("origin_index_loads"), 1);
}

#[tokio::test]
async fn unknown_things_are_not_found() {
    let world = World::new();
    for path in [
        "v720.m3u8",
        "v720/0.m4s",
        "v180/3.m4s",
        "v180/4294967295.m4s",
        "s-en.vtt",
        "s-ko/0.m4s",
        "s-ko/init.mp4",
        "a-en.vtt",
        "storyboard-1.jpg",
        "master.mpd",
    ] {
        assert_eq!(code(world.get(path).await).await, (404, "not-found".into()), "{path}");
    }
}
