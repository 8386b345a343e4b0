use futures_util::future::join_all;
use registry::limits::PIECE;

use crate::{
    strange_peer::{Manners, StrangePeer},
    world::{World, peer},
};

#[tokio::test]
async fn hosts_that_start_at_once_read_each_byte_once() {
    let world = World::with(&[5_000_000, 3_000_000]);
    let hosts = world.hosts(6);
    join_all(hosts.iter().map(|host| host.pull(&world.image))).await;
    let read: u64 = hosts.iter().map(|host| host.metric("registry_store_bytes_total")).sum();
    let manifests = hosts.len() as u64 * world.image.manifest.1.len() as u64;
    assert_eq!(read, world.image.size() + manifests);
    let most = hosts.iter().map(|host| host.metric("registry_store_bytes_total")).max().unwrap();
    assert!(most < world.image.size(), "no host reads it all");
}

#[tokio::test]
async fn with_the_store_down_peers_have_it() {
    let world = World::with(&[3_000_000]);
    let hosts = world.hosts(3);
    join_all(hosts[..2].iter().map(|host| host.pull(&world.image))).await;
    world.store_up(false);
    // Tags need the store or a memory of it; digests do not.
    let response = hosts[2].get(&format!("/v2/primetime/manifests/{}", world.image.manifest.0)).await;
    assert_eq!(response.bytes().await.unwrap(), world.image.manifest.1);
    for (digest, bytes) in world.image.blobs() {
        assert!(hosts[2].blob(digest).await.unwrap() == *bytes);
    }
}

/// Each believes the other to be first: neither knows its own name.
#[tokio::test]
async fn hosts_that_disagree_do_not_wait_for_each_other() {
    let world = World::with(&[3_000_000]);
    let listeners: Vec<_> = (0..2).map(|_| std::net::TcpListener::bind("127.0.0.1:0").unwrap()).collect();
    let addresses: Vec<_> = listeners.iter().map(|listener| listener.local_addr().unwrap()).collect();
    drop(listeners);
    let hosts: Vec<_> = (0..2)
        .map(|n| {
            let other = peer(addresses[1 - n]);
            world.host_at(addresses[n], &format!("host-{n}"), move |parts| parts.peers = vec![other])
        })
        .collect();
    join_all(hosts.iter().map(|host| host.pull(&world.image))).await;
    let read: u64 = hosts.iter().map(|host| host.metric("registry_store_bytes_total")).sum();
    assert!(read <= 2 * (world.image.size() + world.image.manifest.1.len() as u64));
}

#[tokio::test]
async fn a_peer_that_lies_is_found_out_and_left_alone() {
    let world = World::with(&[3_000_000, 2_000_000]);
    let liar = StrangePeer::start(Manners::Lies).await;
    let host = world.host_with("a", |parts| parts.peers = vec![peer(liar.address)]);
    let (digest, bytes) = &world.image.layers[0];
    // Whoever was sent some of the lie is cut off; nobody gets a whole of it.
    if let Ok(whole) = host.blob(digest).await {
        assert!(whole == *bytes);
    }
    // Whoever was cut off comes again, and has all of it once it is known who lied: only then is the rest asked for.
    assert!(host.blob(digest).await.unwrap() == *bytes);
    host.pull(&world.image).await;
    assert_eq!(
        u64::from(liar.times()),
        (bytes.len() as u64).div_ceil(PIECE),
        "not asked for the second layer"
    );
    assert_eq!(host.metric("registry_wrong_bytes_total"), 1);
}

#[tokio::test]
async fn peers_that_do_not_answer_as_they_should_cost_little() {
    let world = World::with(&[2_000_000]);
    for (n, manners) in [Manners::Stalls, Manners::Silent, Manners::Floods].into_iter().enumerate() {
        let strange = StrangePeer::start(manners).await;
        let host = world.host_with(&format!("host-{n}"), |parts| parts.peers = vec![peer(strange.address)]);
        host.pull(&world.image).await;
        assert!(strange.times() > 0);
        assert!(host.metric("registry_peer_failures_total") > 0);
        let before = strange.times();
        host.pull(&world.image).await;
        assert_eq!(strange.times(), before, "what is here is asked of nobody");
    }
}

#[tokio::test]
async fn a_dead_owner_is_skipped() {
    let world = World::with(&[4_000_000]);
    let mut hosts = world.hosts(4);
    hosts.pop().unwrap().end().await;
    join_all(hosts.iter().map(|host| host.pull(&world.image))).await;
    let read: u64 = hosts.iter().map(|host| host.metric("registry_store_bytes_total")).sum();
    // The second in rank stands in for the dead: still about once each, not once a host.
    assert!(read < 2 * world.image.size(), "{read}");
}
