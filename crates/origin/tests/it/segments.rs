use origin::OriginLimits;
use reqwest::Method;

use crate::{
    film::{ASSET, Film, PICTURE},
    world::{World, code},
};

#[tokio::test]
async fn segments_are_the_bytes_of_the_track() {
    let world = World::new();
    for id in ["v180", "v360", "a-en"] {
        let (track, indexed) = (Film::get().track(id), Film::get().indexed(id));
        let bytes = |offset: u64, len: u32| &track[offset as usize..][..len as usize];
        let init = world.get(&format!("{id}/init.mp4")).await;
        assert_eq!(init.headers()["content-type"], if id == "a-en" { "audio/mp4" } else { "video/mp4" });
        assert_eq!(init.headers()["cache-control"], "private, max-age=31536000, immutable");
        assert_eq!(init.bytes().await.unwrap(), bytes(indexed.init.offset, indexed.init.len));
        assert!(indexed.segments.len() >= 3);
        for (n, segment) in indexed.segments.iter().enumerate() {
            let answer = world.get(&format!("{id}/{n}.m4s")).await;
            assert_eq!(answer.status(), 200);
            assert_eq!(answer.content_length(), Some(segment.len.into()));
            assert_eq!(answer.headers()["x-content-type-options"], "nosniff");
            assert_eq!(answer.headers()["accept-ranges"], "bytes");
            assert_eq!(answer.bytes().await.unwrap(), bytes(segment.offset, segment.len));
        }
    }
}

async fn range(world: &World, range: &str) -> reqwest::Response {
    let request = world.ask("v360/1.m4s").header("cta-common-access-token", world.token());
    request.header("range", range).send().await.unwrap()
}

#[tokio::test]
async fn ranges_of_a_segment() {
    let world = World::new();
    let segment = Film::get().indexed("v360").segments[1];
    let whole = &Film::get().track("v360")[segment.offset as usize..][..segment.len as usize];
    let last = segment.len - 1;
    for (asked, part) in [
        ("bytes=0-0", 0..1),
        ("bytes=10-999", 10..1000),
        ("bytes=-7", whole.len() - 7..whole.len()),
        ("bytes=5-", 5..whole.len()),
        ("bytes=0-99999999999", 0..whole.len()),
    ] {
        let answer = range(&world, asked).await;
        assert_eq!(answer.status(), 206, "{asked}");
        let named = format!("bytes {}-{}/{}", part.start, part.end - 1, whole.len());
        assert_eq!(answer.headers()["content-range"], named.as_str());
        assert_eq!(answer.content_length(), Some(part.len() as u64));
        assert_eq!(answer.bytes().await.unwrap(), whole[part]);
    }
    for several in ["bytes=0-1,5-6", "bytes=9-2", "pages=1-2"] {
        assert_eq!(range(&world, several).await.status(), 200, "{several}");
    }
    for beyond in [format!("bytes={}-", last + 1), "bytes=-0".into(), "bytes=99999999999999999999999-".into()]
    {
        let answer = range(&world, &beyond).await;
        assert_eq!(answer.headers()["content-range"], format!("bytes */{}", whole.len()).as_str());
        assert_eq!(code(answer).await, (416, "range".into()), "{beyond}");
    }
}

#[tokio::test]
async fn head_says_what_get_would() {
    let world = World::new();
    for path in ["v180/0.m4s", "v180/init.mp4", "storyboard-0.jpg", "master.m3u8"] {
        let get = world.get(path).await;
        let request = reqwest::Client::new().head(world.url(path));
        let head = request.header("cta-common-access-token", world.token()).send().await.unwrap();
        assert_eq!(head.status(), 200);
        for name in ["content-length", "content-type", "etag", "cache-control"] {
            assert_eq!(head.headers().get(name), get.headers().get(name), "{path} {name}");
        }
        assert!(head.bytes().await.unwrap().is_empty());
    }
    let post = reqwest::Client::new().request(Method::POST, world.url("master.m3u8")).send().await.unwrap();
    assert_eq!(post.headers()["allow"], "GET, HEAD");
    assert_eq!(code(post).await, (405, "method-not-allowed".into()));
}

#[tokio::test]
async fn pictures_are_for_everybody() {
    let world = World::new();
    let url = |file: &str| format!("http://{}/i/{PICTURE}/{file}", world.address);
    let answer = reqwest::get(url("320.webp")).await.unwrap();
    assert_eq!(answer.headers()["cache-control"], "public, max-age=31536000, immutable");
    assert_eq!(answer.headers()["content-type"], "image/webp");
    assert_eq!(answer.bytes().await.unwrap(), Film::get().sheet());
    for missing in ["640.webp", "320.jpg", "0320.webp"] {
        assert_eq!(code(reqwest::get(url(missing)).await.unwrap()).await, (404, "not-found".into()));
    }
}

/// Segments of many chunks, through a cache that holds few of them, by many at once.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn long_segments_arrive_whole_from_memory_and_from_the_file() {
    const LENGTH: usize = 3 * 1024 * 1024 + 17;
    let world = World::with(OriginLimits { chunk_bytes: 2 << 20, ..OriginLimits::default() });
    // A picture is sent like a segment, and may be of any length.
    let bytes: Vec<u8> = (0..LENGTH as u32).map(|i| (i.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
    let key = format!("images/{PICTURE}/9999.webp").parse().unwrap();
    world.objects.put(&key, &bytes).unwrap();
    let mut requests = tokio::task::JoinSet::new();
    for i in 0..40usize {
        let url = format!("http://{}/i/{PICTURE}/9999.webp", world.address);
        let (from, to) = (i * 70_001, (LENGTH - 1).min(i * 140_003 + 700_000));
        let expected = bytes[from..=to].to_vec();
        requests.spawn(async move {
            let request = reqwest::Client::new().get(url).header("range", format!("bytes={from}-{to}"));
            let got = request.send().await.unwrap().bytes().await.unwrap();
            assert!(got == expected, "range {from}-{to}");
        });
    }
    requests.join_all().await;
    let whole = reqwest::get(format!("http://{}/i/{PICTURE}/9999.webp", world.address)).await.unwrap();
    assert!(whole.bytes().await.unwrap() == bytes);
    assert!(world.count("origin_bytes") > LENGTH as u64);
    assert!(world.count("origin_chunk_misses") > 0);
}

#[tokio::test]
async fn bodies_over_the_bound_are_refused_and_places_come_free() {
    let world = World::with(OriginLimits { streams: 1, ..OriginLimits::default() });
    let bytes = vec![7; 64 << 20];
    world.objects.put(&format!("images/{PICTURE}/9999.webp").parse().unwrap(), &bytes).unwrap();
    let url = format!("http://{}/i/{PICTURE}/9999.webp", world.address);
    // More than the sockets hold, so that the first body is still on its way.
    let first = reqwest::get(&url).await.unwrap();
    let refused = reqwest::get(&url).await.unwrap();
    assert_eq!(refused.headers()["retry-after"], "1");
    assert_eq!(code(refused).await, (503, "overloaded".into()));
    assert_eq!(first.bytes().await.unwrap().len(), bytes.len(), "accepted work is kept");
    while reqwest::get(&url).await.unwrap().status() != 200 {}
    assert!(world.url("").contains(ASSET));
}
