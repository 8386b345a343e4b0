//! Media that lie in an object store.

use origin::OriginLimits;

use crate::{
    film::PICTURE,
    server::{self, Server},
    world::{World, code, says_of_the_film},
};

const LENGTH: usize = 3 * 1024 * 1024 + 17;

fn world() -> (Server, World) {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(&folder.path().join("store"));
    let mut config = server.config("live");
    // A store that is away shall be found out at once.
    config.limits.attempts = 1;
    let objects = server::open(config, &folder.path().join("local"));
    (server, World::over(OriginLimits::default(), folder, objects, says_of_the_film))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_film_plays_from_a_store_as_from_a_folder() {
    let (folder, (_server, store)) = (World::new(), world());
    for path in [
        "master.m3u8",
        "v180.m3u8",
        "v180/init.mp4",
        "v180/0.m4s",
        "v180/1.m4s",
        "s-ko.vtt",
        "storyboard-0.jpg",
    ] {
        let (there, here) = (folder.get(path).await, store.get(path).await);
        assert_eq!(
            (there.status(), here.status()),
            (200.try_into().unwrap(), 200.try_into().unwrap()),
            "{path}"
        );
        assert_eq!(there.headers().get("etag"), here.headers().get("etag"), "{path}");
        assert!(there.bytes().await.unwrap() == here.bytes().await.unwrap(), "{path}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_block_is_fetched_once_however_many_want_it() {
    let (_server, world) = world();
    let bytes: Vec<u8> = (0..LENGTH as u32).map(|i| (i.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
    world.objects.put(&format!("images/{PICTURE}/9999.webp").parse().unwrap(), &bytes).unwrap();
    let url = format!("http://{}/i/{PICTURE}/9999.webp", world.address);
    let mut requests = tokio::task::JoinSet::new();
    for _ in 0..20 {
        let url = url.clone();
        requests.spawn(async move { reqwest::get(url).await.unwrap().bytes().await.unwrap() });
    }
    assert!(requests.join_all().await.iter().all(|got| *got == bytes));
    assert_eq!(world.count("origin_store_reads"), 4, "three blocks and a little one");
    let part =
        reqwest::Client::new().get(&url).header("range", "bytes=1048570-1048580").send().await.unwrap();
    assert_eq!(part.status(), 206);
    assert_eq!(part.bytes().await.unwrap(), bytes[1_048_570..=1_048_580]);
    assert_eq!(world.count("origin_store_reads"), 4);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_held_goes_on_while_the_store_is_away_and_the_rest_is_refused_honestly() {
    let (mut server, world) = world();
    let seen = world.get("v180/0.m4s").await.bytes().await.unwrap();
    server.stop();
    assert!(world.get("v180/0.m4s").await.bytes().await.unwrap() == seen);
    assert_eq!(world.get("master.m3u8").await.status(), 200);
    // Of a file that is open, and of one that is not.
    for path in ["v180/1.m4s", "storyboard-0.jpg", "s-ko.vtt"] {
        let answer = world.get(path).await;
        assert!(answer.headers().contains_key("retry-after"), "{path}");
        assert_eq!(code(answer).await, (503, "media-store-away".into()), "{path}");
    }
    server.again();
    for path in ["v180/1.m4s", "storyboard-0.jpg", "s-ko.vtt"] {
        assert_eq!(world.get(path).await.status(), 200, "{path}");
    }
}
