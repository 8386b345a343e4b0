//! The release before this one and this one, side by side on one database, one folder of objects and its editions.

use std::process::Command;

use pgtest::{Fsync, Server};
use rustix::process::Signal;

use crate::{
    catalogue,
    host::{Drained, GOOD, release, says},
    process::{Installation, Running},
    replaced::Crowd,
    shared::{plays, position, put},
};

async fn shows(running: &Running, words: &str) -> bool {
    let page = running.browser().get(running.url("/en/t/ferry")).send().await;
    match page {
        Ok(answer) => answer.text().await.is_ok_and(|text| text.contains(words)),
        Err(_) => false,
    }
}

#[allow(clippy::disallowed_methods, reason = "whoever runs the test says where it is")]
fn previous() -> std::path::PathBuf {
    std::env::var("PREVIOUS_BINARY").expect("PREVIOUS_BINARY: `make test-previous` sets it").into()
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the binary of the release before: make test-previous"]
async fn the_release_before_and_this_one_serve_side_by_side() {
    let mut there = Installation::new();
    let new = std::mem::replace(&mut there.binary, previous());
    let server = Server::start(Fsync::Off);
    let flags = format!("--set database.url={}", server.database());
    catalogue::write(&there.input(), "Night Ferry");
    there.succeed(&format!("import IN {flags}"));
    let mut old = there.start(&format!("serve {flags}"));
    old.ready().await;
    let browser = old.browser();
    old.until("playing", async |running| plays(&browser, running).await).await;
    assert_eq!(put(&browser, &old, 10).await, 204);

    // The database goes first; who runs already does not notice.
    let before = std::mem::replace(&mut there.binary, new);
    there.succeed(&format!("migrate {flags}"));
    assert_eq!(put(&browser, &old, 20).await, 204);
    assert!(plays(&browser, &old).await);
    let mut young = there.start_at(&format!("serve {flags}"), there.beside());
    young.ready().await;
    assert_eq!(position(&browser, &young).await, 0.2);
    assert_eq!(put(&browser, &young, 30).await, 204);
    assert_eq!(position(&browser, &old).await, 0.3);
    assert!(plays(&browser, &young).await);

    // What either publishes, both show.
    for (by, words) in [(there.binary.clone(), "Night Ferry II"), (before.clone(), "Night Ferry III")] {
        there.binary = by;
        catalogue::write(&there.input(), words);
        there.succeed(&format!("import IN {flags}"));
        there.succeed(&format!("publish {flags}"));
        for running in [&mut old, &mut young] {
            running.until(words, async |running| shows(running, words).await).await;
        }
    }

    // The way back: the older one starts on what the newer one has made of the database.
    assert!(old.signal(Signal::TERM).await.success());
    there.binary = before;
    let mut old = there.start(&format!("serve {flags}"));
    old.ready().await;
    assert_eq!(put(&browser, &old, 40).await, 204);
    assert_eq!(position(&browser, &young).await, 0.4);
    assert!(young.signal(Signal::TERM).await.success());
    assert!(old.signal(Signal::TERM).await.success());
}

fn host(there: &Installation, name: &str) -> Running {
    let line = format!("host --name {name} --roles site,origin --release v1 --instances 2");
    there.start_host(&line, &["--set", "database.path=none"])
}

/// What one has written, reports and orders and plans, the other reads, whichever of them leads.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs the binary of the release before: make test-previous"]
async fn hosts_of_the_release_before_and_of_this_one_are_one_fleet() {
    let server = Server::start(Fsync::Off);
    let mut old = Installation::new();
    old.variables = vec![("PRIMETIME_DATABASE_URL", server.database())];
    old.binary = previous();
    catalogue::publish(&old, "Night Ferry");
    release(&old, "v1", &format!(r#"exec {} "$@""#, previous().display()));
    release(&old, "v2", GOOD);
    let mut young = Installation::new();
    young.variables = old.variables.clone();
    let copied = Command::new("cp").arg("-r").arg(old.data()).arg(young.data()).status().unwrap();
    assert!(copied.success());
    let (_a, _b) = (Drained(&old), Drained(&young));
    let first = host(&old, "busan");
    let mut second = host(&young, "jeju");
    says(&old, &mut second, "site runs 4 of v1 on 2 hosts").await;
    // Canary and control stand on one of the hosts: each has viewers.
    let crowds = [&old, &young].map(|there| Crowd::at(there.address));
    for crowd in &crowds {
        crowd.goes_on(&mut second).await;
    }

    // The other one is away just when a rollout begins, so that the newer leads; and back at once.
    assert!(first.signal(Signal::TERM).await.success());
    young.succeed("release roll v2 --bake 0 --as ana");
    let mut first = host(&old, "busan");
    says(&old, &mut second, "from v1 to v2").await;
    says(&old, &mut second, ": done").await;
    says(&young, &mut second, "site runs 4 of v2 on 2 hosts").await;
    young.succeed("release scale 6 --why tonight --as min");
    says(&old, &mut first, "site runs 6 of v2 on 2 hosts").await;

    // And the way back, which the older leads.
    assert!(second.signal(Signal::TERM).await.success());
    old.succeed("release undo --why odd --as min");
    let second = host(&young, "jeju");
    says(&young, &mut first, "from v2 to v1").await;
    says(&young, &mut first, ": done").await;
    says(&young, &mut first, "site runs 6 of v1 on 2 hosts").await;
    for crowd in crowds {
        crowd.goes_on(&mut first).await;
        let answered = crowd.end().await;
        assert!(answered.is_ok(), "{answered:?}\n{}", first.log());
    }
    assert!(young.succeed("audit verify").contains("none edited"));
    for host in [first, second] {
        assert!(host.signal(Signal::INT).await.success());
    }
}
