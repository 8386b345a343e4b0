//! The release before this one and this one, side by side on one database, one folder of objects and its editions.

use pgtest::{Fsync, Server};
use rustix::process::Signal;

use crate::{
    catalogue,
    process::{Installation, Running},
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
