//! `takedown`: a film that plays ends within seconds, everywhere, and no edition brings it back.

use rustix::process::Signal;
use serde_json::{Value, json};

use crate::{
    catalogue,
    process::{Installation, Running},
};

/// What a viewer meets: the home page names the film, its page, the player's page, the API, a new play, the manifest and a
/// segment of the running play.
async fn meets(running: &Running, (path, token, segment): &(String, String, String)) -> (bool, [u16; 5]) {
    let browser = running.browser();
    let status = async |path: &str| {
        let request = browser.get(running.url(path)).header("cta-common-access-token", token);
        request.send().await.unwrap().status().as_u16()
    };
    let home = browser.get(running.url("/en/")).send().await.unwrap().text().await.unwrap();
    let body = json!({ "title": "ferry", "delivery": "header" });
    let play = browser.post(running.url("/api/v1/playback")).json(&body).send().await.unwrap();
    let statuses = [
        status("/en/t/ferry").await,
        status("/en/watch/ferry").await,
        play.status().as_u16(),
        status(&format!("{path}master.m3u8")).await,
        status(segment).await,
    ];
    (home.contains("t/ferry"), statuses)
}

async fn play(running: &Running) -> Option<(String, String)> {
    let body = json!({ "title": "ferry", "delivery": "header" });
    let sent = running.browser().post(running.url("/api/v1/playback")).json(&body).send().await.ok()?;
    let played: Value = sent.json().await.ok()?;
    let path = played["manifest"].as_str()?.strip_suffix("master.m3u8")?.to_owned();
    Some((path, played["token"].as_str()?.to_owned()))
}

/// Without a database no play begins; what is denied is denied before that.
const SEEN: (bool, [u16; 5]) = (true, [200, 200, 503, 200, 200]);
const GONE: (bool, [u16; 5]) = (false, [451; 5]);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_film_that_plays_ends_and_no_edition_brings_it_back() {
    let there = Installation::new();
    catalogue::write(&there.input(), "Night Ferry");
    there.succeed("import IN");
    let mut first = there.start("serve");
    first.ready().await;
    first.until("playing", async |running| play(running).await.is_some()).await;
    // Viewers are served without the database, as in a place of its own.
    let mut second = there.start_at("serve --roles site,origin --set database.path=none", there.beside());
    second.ready().await;
    let (path, token) = play(&first).await.unwrap();
    let master = first.browser().get(first.url(&format!("{path}master.m3u8")));
    let master = master.header("cta-common-access-token", &token).send().await.unwrap().text().await.unwrap();
    let rung = master.lines().find_map(|line| line.strip_suffix(".m3u8")).unwrap();
    let segment = format!("{path}{rung}/0.m4s");
    let session = (path, token, segment);
    second.until("seen", async |running| meets(running, &session).await == SEEN).await;

    assert!(there.fail("takedown fery --why x --as ana").contains("there is no title `fery`"));
    assert!(there.succeed("takedown list").contains("Nothing is taken down"));
    let said = there.succeed("takedown ferry --why court-order --as ana");
    assert!(said.contains("ferry is taken down"), "{said}");
    second.until("gone", async |running| meets(running, &session).await == GONE).await;
    assert!(there.fail("takedown ferry --why again --as ana").contains("`ferry` is taken down already"));
    let list = there.succeed("takedown list");
    assert!(list.starts_with("ferry since 20") && list.contains("by ana: court-order"), "{list}");

    // Another edition of the same film, and processes that start anew.
    catalogue::write(&there.input(), "Morning Ferry");
    there.succeed("import IN");
    there.succeed("publish --confirm renamed");
    assert!(second.signal(Signal::TERM).await.success());
    let mut second = there.start_at("serve --roles site,origin --set database.path=none", there.beside());
    second.ready().await;
    assert_eq!(meets(&second, &session).await, GONE);

    there.succeed("takedown lift ferry --why settled --as min");
    second.until("back", async |running| meets(running, &session).await == SEEN).await;
    let log = there.succeed("audit show");
    assert!(log.contains("ana takedown.begin: ferry: court-order"), "{log}");
    assert!(log.contains("min takedown.lift: ferry: settled"), "{log}");
    assert!(there.succeed("takedown list --all").contains("; lifted 20"));
    assert!(there.succeed("audit verify").starts_with("2 lines"));
    assert!(second.signal(Signal::TERM).await.success());
    assert!(first.signal(Signal::TERM).await.success());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_decided_before_a_kill_is_announced_by_the_next_start() {
    let there = Installation::new();
    catalogue::publish(&there, "Night Ferry");
    let current = there.data().join("objects/takedowns/current");
    // As when it is killed between the commit and the announcement: the announcement cannot be written.
    let folder = there.data().join("objects/takedowns");
    std::fs::create_dir_all(there.data().join("objects")).unwrap();
    std::fs::write(&folder, "in the way").unwrap();
    let said = there.fail("takedown ferry --why court-order --as ana");
    assert!(said.contains("ferry is taken down") && said.contains("could not be announced yet"), "{said}");
    std::fs::remove_file(&folder).unwrap();
    assert!(!current.exists());
    let mut running = there.start("serve");
    running.ready().await;
    let gone = async |running: &Running| {
        let page = running.browser().get(running.url("/en/t/ferry")).send().await.unwrap();
        page.status().as_u16() == 451
    };
    running.until("following it", gone).await;

    // Who serves and cannot read it keeps what is down, and says so; who starts is not ready.
    std::fs::write(&current, "{").unwrap();
    let refused = async |running: &Running| {
        let (_, metrics) = running.ops("/metrics").await.unwrap();
        let line = metrics.lines().find_map(|line| line.strip_prefix("primetime_takedowns_refused_total "));
        line.unwrap().parse::<u64>().unwrap() > 0
    };
    let alone = Installation::beside_in(&there, &there.data());
    let mut second = alone.start_at("serve --roles site,origin --set database.path=none", there.beside());
    second.until("answering", async |running| running.ops("/healthz").await.is_some()).await;
    // The studio beside it mends what is damaged; until then, or from then on, nobody shows the film.
    second
        .until("refusing or ready", async |running| {
            refused(running).await || running.ops("/readyz").await.unwrap().0 == 200
        })
        .await;
    running.until("mended", async |_| std::fs::read(&current).unwrap().len() > 100).await;
    second.ready().await;
    assert!(gone(&second).await && gone(&running).await);
    assert!(second.signal(Signal::TERM).await.success());
    assert!(running.signal(Signal::TERM).await.success());
}
