//! Masters in, an edition out: with the real ffmpeg.

use domain::TitleId;
use media::index::MediaIndex;
use objects::Key;
use store::{AssetState, Imported};
use studio::publish::{Published, Request};

use crate::kit::{Kit, small_catalogue};

async fn from_a_folder_to_an_edition_and_nothing_twice(kit: Kit) {
    small_catalogue(&kit);
    let outcome = kit.import().await;
    assert_eq!(outcome.documents, Imported { added: 4, ..Imported::default() });
    assert_eq!((outcome.new_assets, outcome.new_pictures, outcome.playables), (2, 2, 2));
    let counts = kit.work().await;
    assert_eq!(counts.dead, 0, "{:?}", kit.dead().await);
    for asset in kit.deps.store.assets().await.unwrap() {
        assert_eq!(asset.state, AssetState::Complete, "{asset:?}");
    }

    let published = kit.publisher.publish(&Request::because("test")).await.unwrap();
    assert!(matches!(published, Published::New { number: 1, playable: 2, .. }), "{published:?}");
    let edition = kit.edition();
    let ferry = edition.title(&TitleId::new("ferry").unwrap()).unwrap();
    let asset = ferry.asset().unwrap();
    assert_eq!(asset.max_height, 360);
    assert_eq!(asset.markers.intro, Some((0, 1_500)));
    assert_eq!(asset.audio.iter().map(|l| l.as_str()).collect::<Vec<_>>(), ["ko"]);
    assert_eq!(asset.subtitles.iter().map(|l| l.as_str()).collect::<Vec<_>>(), ["en", "ko"]);
    assert!(asset.still.is_none(), "it has a hero of its own");
    let index = kit.deps.objects.get(&asset.index_key(), 1 << 20).unwrap();
    let index = MediaIndex::from_json(&index).unwrap();
    assert_eq!(index.video.iter().map(|track| track.id.as_str()).collect::<Vec<_>>(), ["v240", "v360"]);
    assert_eq!(index.audio.len(), 1);
    assert_eq!(index.text.len(), 2);
    assert!(index.storyboard.is_some());
    assert!(kit.deps.objects.length(&Key::storyboard(&asset.id, 0)).unwrap().is_some());

    let episode = edition.title(&TitleId::new("tides-s1e1").unwrap()).unwrap().asset().unwrap();
    assert!(episode.audio.is_empty(), "a silent master");
    let still = episode.still.expect("an episode has no art of its own");
    assert!(kit.deps.objects.length(&still.key(still.widths[0])).unwrap().is_some());
    assert!(edition.title(&TitleId::new("tides-s1e2").unwrap()).unwrap().asset().is_none());

    // Again: nothing is written, nothing is encoded, nothing is published.
    let before = kit.deps.objects.list("media/").unwrap();
    let again = kit.import().await;
    assert!(again.unchanged(), "{again:?}");
    assert_eq!(kit.deps.store.job_counts().await.unwrap().queued, 0);
    assert_eq!(kit.deps.objects.list("media/").unwrap(), before);
    let published = kit.publisher.publish(&Request::because("test")).await.unwrap();
    assert_eq!(published, Published::Unchanged { number: 1 });
    assert_eq!(std::fs::read_dir(kit.deps.objects.scratch()).unwrap().count(), 0, "scratch is empty");
}

contract! {
    from_a_folder_to_an_edition_and_nothing_twice,
}
