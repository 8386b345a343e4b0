use std::{
    collections::BTreeMap,
    fs,
    sync::{Arc, Mutex},
};

use domain::{Markers, SeededRng, Timestamp, TitleId};
use edition::{AssetInput, BuildInput, Follower, Outcome, build};
use media::index::MediaIndex;
use objects::{
    Hash, Objects,
    announce::{self, Takedowns},
    keys::SigningKey,
};
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

/// Announces that these titles are taken down.
fn take_down(objects: &Objects, number: u64, titles: &[&str]) {
    let titles = titles.iter().map(|id| TitleId::new(id).unwrap()).collect();
    let takedowns = Takedowns { number, titles };
    announce::publish(objects, &takedowns, &key(), &key().public().into()).unwrap();
}

#[tokio::test]
async fn what_is_taken_down_is_refused_in_the_middle_of_a_play() {
    let follower = Arc::new(Mutex::new(None));
    let out = follower.clone();
    let world = World::from_source(OriginLimits::default(), move |objects, _| {
        let follower = Arc::new(Follower::new(objects.clone(), key().public().into()));
        *out.lock().unwrap() = Some(follower.clone());
        AssetSource::from(follower)
    });
    let follower = follower.lock().unwrap().clone().unwrap();
    let index = Film::get().index(2);
    publish(&world.objects, 1, Some(&index));
    follower.poll();
    let token = world.token();
    let all = ["master.m3u8", "v360.m3u8", "v360/init.mp4", "v360/0.m4s", "storyboard.vtt"];
    let statuses = async || {
        let mut statuses = Vec::new();
        for path in all {
            statuses.push(world.get_with(path, &token).await.status().as_u16());
        }
        statuses
    };
    assert_eq!(statuses().await, [200; 5]);

    take_down(&world.objects, 1, &["somebody-elses"]);
    follower.poll_takedowns();
    assert_eq!(statuses().await, [200; 5]);
    take_down(&world.objects, 2, &["harbour-lights-s1e1"]);
    follower.poll_takedowns();
    for path in all {
        let refused = code(world.get_with(path, &token).await).await;
        assert_eq!(refused, (451, "taken-down".into()), "{path}");
    }
    // A rollback is old content under a new number: it names the film as before.
    publish(&world.objects, 2, Some(&index));
    follower.poll();
    assert_eq!(statuses().await, [451; 5]);
    // Nor does the play go on as one whose title the edition has dropped.
    publish(&world.objects, 3, None);
    follower.poll();
    assert_eq!(statuses().await, [451; 5]);

    take_down(&world.objects, 3, &[]);
    follower.poll_takedowns();
    publish(&world.objects, 4, Some(&index));
    follower.poll();
    assert_eq!(statuses().await, [200; 5]);
}
