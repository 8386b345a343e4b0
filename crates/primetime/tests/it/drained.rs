//! `host --drain` when all else is away: a machine that shuts down with its viewers on it.

use std::fs;

use pgtest::{Fsync, Server};
use rustix::process::Signal;
use tokio::net::TcpStream;

use crate::{
    catalogue,
    host::{GOOD, release, says},
    process::{Installation, words},
};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn instances_are_drained_though_the_database_is_away_and_the_keys_are_not_to_be_read() {
    let server = Server::start(Fsync::Off);
    let mut there = Installation::new();
    there.variables = vec![("PRIMETIME_DATABASE_URL", server.database())];
    catalogue::publish(&there, "Night Ferry");
    release(&there, "v1", GOOD);
    let line = "host --roles site,origin --release v1 --instances 2";
    let mut host = there.start_host(line, &["--set", "database.path=none"]);
    says(&there, &mut host, "site runs 2 of v1 on 1 host").await;
    assert!(host.signal(Signal::TERM).await.success());
    assert!(TcpStream::connect(there.address).await.is_ok(), "they go on");

    server.stop();
    fs::write(there.data().join("keys/release.pub"), "no key").unwrap();
    let drained = there.run("host --drain");
    assert!(drained.status.success(), "{}", words(&drained));
    assert!(TcpStream::connect(there.address).await.is_err(), "nobody is left");
}
