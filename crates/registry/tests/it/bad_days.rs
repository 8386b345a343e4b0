use std::{fs, process::Command};

use futures_util::future::join_all;
use registry::RegistryLimits;
use reqwest::StatusCode;

use crate::{
    image,
    strange_peer::{Manners, StrangePeer},
    world::{World, limits, peer},
};

#[tokio::test]
async fn twenty_clients_cause_one_read_of_the_store() {
    let world = World::with(&[5_000_000]);
    let host = world.host("a");
    join_all((0..20).map(|_| host.pull(&world.image))).await;
    let all = world.image.size() + world.image.manifest.1.len() as u64;
    assert_eq!(host.metric("registry_store_bytes_total"), all);
}

#[tokio::test]
async fn with_the_store_down_what_is_here_is_served_after_a_restart_too() {
    let world = World::with(&[2_000_000]);
    let host = world.host("a");
    host.pull(&world.image).await;
    world.store_up(false);
    host.pull(&world.image).await;
    host.end().await;
    let again = world.host("a");
    again.pull(&world.image).await;
    assert!(again.metric("registry_stale_tags_total") > 0);
    // Another host has nothing, and says so in words that let the engine try again.
    let cold = world.host("b");
    for path in ["manifests/1.0".to_owned(), format!("blobs/{}", world.image.layers[0].0)] {
        let refused = cold.get(&format!("/v2/primetime/{path}")).await;
        assert_eq!(refused.status(), StatusCode::SERVICE_UNAVAILABLE);
        assert!(refused.headers().contains_key("retry-after"));
        assert!(refused.text().await.unwrap().contains("UNAVAILABLE"));
    }
    world.store_up(true);
    cold.pull(&world.image).await;
}

#[tokio::test]
async fn wrong_bytes_never_arrive_whole() {
    let world = World::with(&[3_000_000, 100]);
    let host = world.host("a");
    let small = world.host_with("b", |parts| parts.limits = RegistryLimits { disk: 0, ..limits() });
    for (digest, bytes) in &world.image.layers {
        for wrong in [&bytes[..0], &bytes[..bytes.len() / 2], &[&bytes[..], b"more"].concat()] {
            fs::write(world.stored(digest), wrong).unwrap();
            assert!(host.blob(digest).await.is_err());
            assert!(small.blob(digest).await.is_err());
        }
        let mut wrong = bytes.clone();
        *wrong.last_mut().unwrap() ^= 1;
        fs::write(world.stored(digest), &wrong).unwrap();
        assert!(host.blob(digest).await.is_err());
        assert!(small.blob(digest).await.is_err(), "passed through without being kept");
        let part = host.request("GET", &format!("/v2/primetime/blobs/{digest}")).header("range", "bytes=0-9");
        assert!(match part.send().await {
            Ok(part) if part.status() == StatusCode::PARTIAL_CONTENT => part.bytes().await.is_err(),
            _ => true,
        });
        assert!(host.metric("registry_wrong_bytes_total") > 0);
        fs::write(world.stored(digest), bytes).unwrap();
        assert!(host.blob(digest).await.unwrap() == *bytes, "put right");
        assert!(small.blob(digest).await.unwrap() == *bytes);
    }
    assert_eq!(fs::read_dir(host.folder.join("partial")).unwrap().count(), 0);
}

#[tokio::test]
async fn a_damaged_file_of_the_cache_is_fetched_again() {
    let world = World::with(&[1_500_000]);
    let host = world.host("a");
    host.pull(&world.image).await;
    host.end().await;
    let (digest, bytes) = &world.image.layers[0];
    fs::write(world.dir.path().join("a/blobs").join(digest.hex()), vec![0; bytes.len()]).unwrap();
    let again = world.host("a");
    again.pull(&world.image).await;
    assert_eq!(again.metric("registry_store_bytes_total"), bytes.len() as u64);
}

#[tokio::test]
async fn a_client_that_goes_leaves_the_fetch_to_the_others() {
    let world = World::with(&[4_000_000]);
    let stalling = StrangePeer::start(Manners::Stalls).await;
    let host = world.host_with("a", |parts| parts.peers = vec![peer(stalling.address)]);
    let (digest, bytes) = &world.image.layers[0];
    let path = format!("/v2/primetime/blobs/{digest}");
    let gone = tokio::spawn(host.request("GET", &path).send());
    stalling.was_asked().await; // the fetch has begun, and cannot have ended
    gone.abort();
    assert!(gone.await.unwrap_err().is_cancelled());
    assert!(host.blob(digest).await.unwrap() == *bytes);
    assert_eq!(host.metric("registry_store_bytes_total"), bytes.len() as u64);
}

#[tokio::test]
async fn without_room_blobs_pass_through_verified() {
    let world = World::with(&[3_000_000]);
    let host = world.host_with("a", |parts| parts.limits = RegistryLimits { disk: 1_000_000, ..limits() });
    host.pull(&world.image).await;
    let (digest, bytes) = &world.image.layers[0];
    assert_eq!(host.metric("registry_uncached_total"), 1);
    let part =
        host.request("GET", &format!("/v2/primetime/blobs/{digest}")).header("range", "bytes=5-1999999");
    assert_eq!(part.send().await.unwrap().bytes().await.unwrap(), bytes[5..2_000_000]);
}

/// Unmounted at the end of a test, however it ends.
struct Mounted(std::path::PathBuf);

impl Drop for Mounted {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(&self.0).status();
    }
}

/// A real file system without room: needs the right to mount one.
#[tokio::test]
async fn a_full_disk_costs_the_cache_and_no_pull() {
    let world = World::with(&[3_000_000]);
    let folder = world.dir.path().join("tmpfs");
    fs::create_dir(&folder).unwrap();
    let mounted = Command::new("mount").args(["-t", "tmpfs", "-o", "size=2m", "tmpfs"]).arg(&folder).status();
    assert!(
        mounted.is_ok_and(|status| status.success()),
        "a disk is mounted as root only: run this test as root"
    );
    let mounted = Mounted(folder.clone());
    let host = world.host_with("tmpfs", |_| {});
    host.pull(&world.image).await;
    assert_eq!(host.metric("registry_uncached_total"), 1);
    assert_eq!(fs::read_dir(folder.join("partial")).unwrap().count(), 0);
    host.end().await;
    drop(mounted);
}

#[tokio::test]
async fn what_is_longest_unused_makes_room() {
    let world = World::with(&[600_000, 500_000]);
    let host = world.host_with("a", |parts| parts.limits = RegistryLimits { disk: 1_000_000, ..limits() });
    host.pull(&world.image).await;
    host.pull(&world.image).await;
    assert!(host.metric("registry_evicted_total") >= 2);
    assert!(host.metric("registry_disk_bytes") <= 1_000_000);
    assert_eq!(host.metric("registry_uncached_total"), 0);
}

#[tokio::test]
async fn a_tag_that_is_moved_back_by_somebody_else_is_not_believed() {
    let world = World::with(&[10]);
    let host = world.host("a");
    let path = world.dir.path().join("objects/oci/tags/primetime/1.0");
    let before = fs::read(&path).unwrap();
    let newer = image::layout(&world.dir.path().join("newer"), 2, &[20]);
    world.push("newer", "1.0").unwrap();
    host.pull(&newer).await;
    for pointer in [before.clone(), b"damaged".to_vec()] {
        fs::write(&path, pointer).unwrap();
        host.pull(&newer).await;
    }
    // A host that has never seen the newer one cannot know better, but trusts no damage.
    let cold = world.host("b");
    let refused = cold.get("/v2/primetime/manifests/1.0").await;
    assert_eq!(refused.status(), StatusCode::SERVICE_UNAVAILABLE);
    fs::write(&path, before).unwrap();
    cold.pull(&world.image).await;
}

#[tokio::test]
async fn one_folder_has_one_registry() {
    let world = World::with(&[10]);
    let _host = world.host("a");
    let second = registry::Registry::open(registry::RegistryParts {
        objects: world.objects.clone(),
        ring: world.key.public().into(),
        folder: world.dir.path().join("a"),
        peers: Vec::new(),
        here: None,
        limits: limits(),
        clock: world.clock.clone(),
        metrics: web::Metrics::new("second"),
    });
    assert!(second.err().unwrap().to_string().contains("another process"));
}
