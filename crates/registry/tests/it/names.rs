//! A fleet that grows and shrinks: peers are whoever a name means.

use std::{
    io,
    net::SocketAddr,
    sync::{Arc, Mutex},
    time::Duration,
};

use futures_util::future::join_all;
use registry::Names;
use tokio::{
    task::JoinHandle,
    time::{sleep, timeout},
};

use crate::{
    image,
    world::{Host, World},
};

/// A name server that says what the test wants; nothing: it is away.
#[derive(Clone, Default)]
struct Book(Arc<Mutex<Option<Vec<SocketAddr>>>>);

impl Book {
    fn says(&self, hosts: &[&Host]) {
        *self.0.lock().unwrap() = Some(hosts.iter().map(|host| host.address).collect());
    }

    fn is_away(&self) {
        *self.0.lock().unwrap() = None;
    }

    fn followed_by(&self, host: &Host) -> JoinHandle<()> {
        let book = self.clone();
        let names = Names {
            name: "dns:registry.internal:5000".parse().unwrap(),
            resolve: Arc::new(move |_| {
                let said = book.0.lock().unwrap().clone();
                Box::pin(async move { said.ok_or_else(|| io::Error::other("nobody answers")) })
            }),
            every: Duration::from_millis(10),
            listen: host.address,
            here: None,
        };
        tokio::spawn(host.registry.clone().follow(names))
    }
}

async fn know(hosts: &[&Host], others: u64) {
    let all = async {
        for host in hosts {
            while host.metric("registry_peers") != others {
                sleep(Duration::from_millis(5)).await;
            }
        }
    };
    timeout(Duration::from_secs(30), all).await.expect("they never know each other");
}

#[tokio::test]
async fn hosts_that_come_are_asked_and_hosts_that_go_are_not() {
    let world = World::with(&[5_000_000]);
    let [a, b, c] = ["a", "b", "c"].map(|name| world.host(name));
    let book = Book::default();
    let _following = [&a, &b, &c].map(|host| book.followed_by(host));
    book.says(&[&a, &b]);
    know(&[&a, &b], 1).await;
    // Each knows its own address among them: they agree on who reads what, and each byte is read once.
    join_all([&a, &b].map(|host| host.pull(&world.image))).await;
    let read: u64 = [&a, &b].iter().map(|host| host.metric("registry_store_bytes_total")).sum();
    assert_eq!(read, world.image.size() + 2 * world.image.manifest.1.len() as u64);

    // One more comes: it has all of it from those who were there.
    book.says(&[&a, &b, &c]);
    know(&[&a, &b, &c], 2).await;
    world.store_up(false);
    let manifest = c.get(&format!("/v2/primetime/manifests/{}", world.image.manifest.0)).await;
    assert_eq!(manifest.bytes().await.unwrap(), world.image.manifest.1);
    for (digest, bytes) in world.image.blobs() {
        assert!(c.blob(digest).await.unwrap() == *bytes);
    }
    world.store_up(true);

    // A name server that is away, or knows nobody, changes nothing.
    book.is_away();
    sleep(Duration::from_millis(50)).await;
    book.says(&[]);
    sleep(Duration::from_millis(50)).await;
    know(&[&a, &b, &c], 2).await;

    // One goes: nobody asks it any more.
    book.says(&[&a, &c]);
    know(&[&a, &c], 1).await;
    b.end().await;
    let second = image::layout(&world.dir.path().join("second"), 2, &[3_000_000]);
    world.push("second", "2.0").unwrap();
    for host in [&a, &c] {
        for (digest, bytes) in second.blobs() {
            assert!(host.blob(digest).await.unwrap() == *bytes);
        }
    }
    assert_eq!(a.metric("registry_peer_failures_total") + c.metric("registry_peer_failures_total"), 0);
}
