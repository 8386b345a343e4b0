use std::time::Duration;

use origin::{Named, OriginLimits};

use crate::{
    film::Film,
    world::{World, code, named},
};

#[tokio::test]
async fn a_grown_asset_is_served_as_the_edition_names_it() {
    let world = World::new();
    let first = Film::get().put_index(&world.objects, &Film::get().index(1));
    *world.named.lock().unwrap() = named(first);
    let rungs = async || world.get("master.m3u8").await.text().await.unwrap().matches("STREAM-INF").count();
    assert_eq!(rungs().await, 1);
    assert_eq!(world.get("v360/0.m4s").await.status(), 404);
    *world.named.lock().unwrap() = named(world.index.clone());
    assert_eq!(rungs().await, 2);
    assert_eq!(world.get("v360/0.m4s").await.status(), 200);
}

#[tokio::test]
async fn a_running_play_goes_on_when_the_edition_drops_its_asset() {
    let world = World::new();
    assert_eq!(world.get("v180/0.m4s").await.status(), 200);
    *world.named.lock().unwrap() = Named::Not;
    for _ in 0..4 {
        world.clock.advance(Duration::from_secs(9 * 60));
        assert_eq!(
            world.get("v180/1.m4s").await.status(),
            200,
            "as long as tokens are renewed and it is used"
        );
    }
    assert_eq!(world.count("origin_kept"), 4);
    world.clock.advance(OriginLimits::default().keep_dropped);
    assert_eq!(code(world.get("v180/1.m4s").await).await, (404, "not-found".into()));
}

#[tokio::test]
async fn what_was_never_served_is_not_kept() {
    let world = World::new();
    *world.named.lock().unwrap() = Named::Not;
    assert_eq!(code(world.get("master.m3u8").await).await, (404, "not-found".into()));
}

#[tokio::test]
async fn kept_assets_are_bounded() {
    let world = World::with(OriginLimits { remembered: 0, ..OriginLimits::default() });
    assert_eq!(world.get("master.m3u8").await.status(), 200);
    assert_eq!(world.get("master.m3u8").await.status(), 200);
}

#[tokio::test]
async fn without_an_edition_it_says_so() {
    let world = World::new();
    *world.named.lock().unwrap() = Named::NoEdition;
    let answer = world.get("master.m3u8").await;
    assert_eq!(answer.headers()["retry-after"], "2");
    assert_eq!(code(answer).await, (503, "no-edition".into()));
}

#[tokio::test]
async fn an_index_that_was_evicted_is_read_again() {
    let world = World::with(OriginLimits { index_bytes: 1, ..OriginLimits::default() });
    for _ in 0..3 {
        assert_eq!(world.get("master.m3u8").await.status(), 200);
    }
    assert!(world.count("origin_index_loads") >= 1);
}
