//! Two hosts of one name: the one that is there stays, the other one says so and ends; who died is followed at once.

use std::{fs, process::Command};

use pgtest::{Fsync, Server};
use rustix::process::Signal;

use crate::{
    catalogue,
    host::{ALONE, Drained, GOOD, release, says},
    process::Installation,
};

const BUSAN: &str = "host --name busan --roles site,origin --release v1 --instances 2";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_name_is_one_hosts_until_it_is_gone() {
    let server = Server::start(Fsync::Off);
    let mut busan = Installation::new();
    busan.variables = vec![("PRIMETIME_DATABASE_URL", server.database())];
    catalogue::publish(&busan, "Night Ferry");
    release(&busan, "v1", GOOD);
    let _busan = Drained(&busan);
    let mut first = busan.start_host(BUSAN, &ALONE);
    says(&busan, &mut first, "site runs 2 of v1 on 1 host").await;
    // All of it is copied, the secrets too, as hosts' secrets are handed on.
    let mut jeju = Installation::new();
    jeju.variables = busan.variables.clone();
    let copied = Command::new("cp").arg("-r").arg(busan.data()).arg(jeju.data()).status().unwrap();
    assert!(copied.success());
    fs::remove_dir_all(jeju.data().join("host")).unwrap();
    let _jeju = Drained(&jeju);
    let second = jeju.start_host(BUSAN, &ALONE);
    let log = second.ends(false).await;
    assert!(log.contains("another host is called busan") && log.contains("--name"), "{log}");
    let none = !jeju.data().join("host/instances.json").exists();
    assert!(none, "it started nothing");
    says(&busan, &mut first, "site runs 2 of v1 on 1 host").await;
    assert!(!busan.data().join("secrets/host.id").exists());

    // Killed and started again, it is the same one, at once.
    first.signal(Signal::KILL).await;
    let mut first = busan.start_host(BUSAN, &ALONE);
    says(&busan, &mut first, "site runs 2 of v1 on 1 host").await;
    assert!(!first.log().contains("was heard of lately"), "{}", first.log());
    // Gone: another machine takes its place, and its name.
    first.signal(Signal::KILL).await;
    let mut second = jeju.start_host(BUSAN, &ALONE);
    second.until("in its place", async |second| second.log().contains("hosting")).await;
    says(&jeju, &mut second, "site runs 2 of v1 on 1 host").await;
    // And it is not the other's any more.
    let first = busan.start_host(BUSAN, &ALONE);
    let log = first.ends(false).await;
    assert!(log.contains("another host is called busan"), "{log}");
    assert!(second.signal(Signal::INT).await.success());
}
