use std::{fs, path::PathBuf};

use crate::{
    film::{ASSET, Film},
    log,
    world::{World, code, named},
};

fn object(world: &World, name: &str) -> PathBuf {
    world.folder.path().join("objects/media").join(ASSET).join(name)
}

/// One thread, so that the test hears the server.
#[tokio::test(flavor = "current_thread")]
async fn what_is_missing_is_our_fault_and_only_the_log_says_why() {
    let world = World::new();
    for (name, path) in
        [("v180.mp4", "v180/0.m4s"), ("s-ko.vtt", "s-ko.vtt"), ("storyboard-0.jpg", "storyboard-0.jpg")]
    {
        fs::remove_file(object(&world, name)).unwrap();
        let answer = world.get(path).await;
        assert_eq!(answer.status(), 502);
        let text = answer.text().await.unwrap();
        assert!(text.contains("\"code\":\"media-unavailable\""), "{text}");
        assert!(!text.contains("object") && !text.contains(name), "{text}");
        let log = log::heard();
        let line = format!("there is no object `media/{ASSET}/{name}`");
        assert_eq!(log.matches(&line).count(), 1, "{log}");
    }
    assert_eq!(world.get("v360/0.m4s").await.status(), 200, "the rest plays on");
}

#[tokio::test]
async fn a_missing_object_is_looked_for_again() {
    let world = World::new();
    let (file, aside) = (object(&world, "v180.mp4"), world.folder.path().join("aside"));
    fs::rename(&file, &aside).unwrap();
    assert_eq!(world.get("v180/0.m4s").await.status(), 502);
    fs::rename(&aside, &file).unwrap();
    assert_eq!(world.get("v180/0.m4s").await.status(), 200);
}

#[tokio::test]
async fn a_truncated_track_is_found_before_a_byte_is_sent() {
    let world = World::new();
    let segment = Film::get().indexed("v180").segments[1];
    let file = fs::OpenOptions::new().write(true).open(object(&world, "v180.mp4")).unwrap();
    file.set_len(segment.offset + 10).unwrap();
    assert_eq!(world.get("v180/0.m4s").await.status(), 200);
    assert_eq!(code(world.get("v180/1.m4s").await).await, (502, "media-unavailable".into()));
}

#[tokio::test]
async fn a_file_that_shrinks_under_a_download_breaks_it_off() {
    let world = World::new();
    assert_eq!(world.get("v360/init.mp4").await.status(), 200, "it is open now");
    fs::OpenOptions::new().write(true).open(object(&world, "v360.mp4")).unwrap().set_len(10).unwrap();
    let request = world.ask("v360/2.m4s").header("cta-common-access-token", world.token());
    let whole = async { request.send().await?.error_for_status()?.bytes().await };
    assert!(whole.await.is_err(), "half an answer does not look like a whole one");
    assert!(log::heard().contains("cannot read an object that is being sent"), "{}", log::heard());
}

#[tokio::test]
async fn damaged_indexes_are_refused() {
    let world = World::new();
    let good = fs::read(object(&world, world.index.as_str().rsplit('/').next().unwrap())).unwrap();
    let other = String::from_utf8(good.clone()).unwrap().replace(ASSET, "another-film-00000000");
    for (n, bytes) in
        [&good[..good.len() / 2], b"", b"{}", other.as_bytes(), &[0xff; 100]].into_iter().enumerate()
    {
        let key = format!("media/{ASSET}/index-{n:016x}.json").parse().unwrap();
        world.objects.put(&key, bytes).unwrap();
        *world.named.lock().unwrap() = named(key);
        assert_eq!(code(world.get("master.m3u8").await).await, (502, "media-unavailable".into()), "{n}");
    }
}

#[tokio::test]
async fn a_damaged_newer_index_leaves_the_older_one_in_place() {
    let world = World::new();
    assert_eq!(world.get("master.m3u8").await.status(), 200);
    let key: objects::Key = format!("media/{ASSET}/index-00000000deadbeef.json").parse().unwrap();
    *world.named.lock().unwrap() = named(key);
    assert_eq!(world.get("master.m3u8").await.status(), 200);
}
