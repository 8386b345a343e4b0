use std::{
    collections::BTreeMap,
    fs,
    sync::{Arc, Mutex},
};

use domain::{Markers, SeededRng, Timestamp, TitleId};
use edition::{AssetInput, BuildInput, Follower, Outcome, build};
use media::index::MediaIndex;
use objects::{Hash, Objects, announce, keys::SigningKey};
use origin::{AssetSource, OriginLimits};

use crate::{
    film::Film,
    world::{World, asset, code},
};

/// Builds and announces an edition whose one asset has this index; without one, an empty edition.
fn publish(objects: &Objects, number: u64, index: Option<&MediaIndex>) {
    let input = index.map(|index| AssetInput {
        id: asset(),
        index: Hash::of(&index.to_json().unwrap()),
        duration_us: index.duration_us,
        max_height: 360,
        audio: vec![],
        subtitles: vec![],
        markers: Markers::default(),
        still: None,
    });
    let assets: BTreeMap<_, _> =
        input.map(|input| (TitleId::new("harbour-lights-s1e1").unwrap(), input)).into_iter().collect();
    let built = build(
        objects,
        &BuildInput {
            number,
            created_at: Timestamp(0),
            brands: &[],
            genres: &[],
            titles: &[],
            assets: &assets,
            pictures: &BTreeMap::new(),
        },
    );
    announce::publish(objects, &built.unwrap().announcement(Timestamp(1)), &key(), &key().public().into())
        .unwrap();
}

fn key() -> SigningKey {
    SigningKey::generate(&SeededRng::new(77))
}

#[tokio::test]
async fn it_follows_editions_and_a_damaged_one_changes_nothing() {
    let follower = Arc::new(Mutex::new(None));
    let out = follower.clone();
    let world = World::from_source(OriginLimits::default(), move |objects, _| {
        let follower = Arc::new(Follower::new(objects.clone(), key().public().into()));
        *out.lock().unwrap() = Some(follower.clone());
        AssetSource::from(follower)
    });
    let follower = follower.lock().unwrap().clone().unwrap();
    let rungs = async || world.get("master.m3u8").await.text().await.unwrap().matches("STREAM-INF").count();
    assert_eq!(code(world.get("master.m3u8").await).await, (503, "no-edition".into()));

    publish(&world.objects, 1, None);
    assert!(matches!(follower.poll(), Outcome::Switched { to: 1, .. }));
    assert_eq!(code(world.get("master.m3u8").await).await, (404, "not-found".into()));

    let (one, two) = (Film::get().index(1), Film::get().index(2));
    Film::get().put_index(&world.objects, &one);
    publish(&world.objects, 2, Some(&one));
    follower.poll();
    assert_eq!(rungs().await, 1);

    publish(&world.objects, 3, Some(&two));
    assert_eq!(rungs().await, 1, "not polled yet");
    follower.poll();
    assert_eq!(rungs().await, 2);

    let current = world.folder.path().join("objects/editions/current");
    let mut bytes = fs::read(&current).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(&current, bytes).unwrap();
    assert!(matches!(follower.poll(), Outcome::Kept { .. }));
    assert_eq!(rungs().await, 2);

    publish(&world.objects, 4, None);
    follower.poll();
    assert_eq!(world.get("v360/0.m4s").await.status(), 200, "a running play goes on");
}
