//! Several processes of one installation on one PostgreSQL, and what happens when it goes away.

use pgtest::{Fsync, Server};
use rustix::process::Signal;
use serde_json::{Value, json};

use crate::{
    catalogue,
    process::{Installation, Running},
};

pub async fn put(browser: &reqwest::Client, running: &Running, seq: u64) -> u16 {
    put_at(browser, &running.url("/api/v1/positions/ferry"), seq).await
}

pub async fn put_at(browser: &reqwest::Client, url: &str, seq: u64) -> u16 {
    let body = json!({ "seconds": seq as f64 / 100.0, "duration": 2.0, "device": "desk", "seq": seq });
    browser.put(url).json(&body).send().await.unwrap().status().as_u16()
}

pub async fn position(browser: &reqwest::Client, running: &Running) -> f64 {
    let answer = browser.get(running.url("/api/v1/me/progress?ids=ferry")).send().await.unwrap();
    let known: Value = answer.json().await.unwrap();
    known["titles"][0]["position"].as_f64().unwrap_or(0.0)
}

pub async fn plays(browser: &reqwest::Client, running: &Running) -> bool {
    let body = json!({ "title": "ferry", "lang": "en" });
    let sent = browser.post(running.url("/api/v1/playback")).json(&body).send().await;
    sent.is_ok_and(|answer| answer.status().is_success())
}

#[tokio::test(flavor = "multi_thread")]
async fn two_processes_serve_one_installation_and_live_through_its_database_being_away() {
    let there = Installation::new();
    let server = Server::start(Fsync::Off);
    let url = server.database();
    let flags = format!("--set database.url={url}");
    catalogue::write(&there.input(), "Night Ferry");
    there.succeed(&format!("import IN {flags}"));
    let mut first = there.start(&format!("serve {flags}"));
    let mut second = there.start_at(&format!("serve {flags}"), there.beside());
    first.ready().await;
    second.ready().await;
    // SQLite's one process may not join them.
    assert!(there.fail("serve").contains("another `primetime serve`"));

    // Both take jobs; what either encodes and publishes plays at both.
    let browser = first.browser();
    first.until("playing", async |running| plays(&browser, running).await).await;
    second.until("playing", async |running| plays(&browser, running).await).await;
    assert_eq!(put(&browser, &first, 10).await, 204);
    assert_eq!(position(&browser, &second).await, 0.1);
    assert_eq!(put(&browser, &second, 20).await, 204);
    assert_eq!(position(&browser, &first).await, 0.2);

    // One is killed; the other does not notice, and a new one joins.
    assert!(!first.signal(Signal::KILL).await.success());
    assert_eq!(put(&browser, &second, 30).await, 204);
    let mut studio = there.start(&format!("serve --roles studio {flags}"));
    studio.until("ready", async |running| matches!(running.ops("/readyz").await, Some((200, _)))).await;

    server.stop();
    studio
        .until("missing its database", async |running| {
            let (status, words) = running.ops("/readyz").await.unwrap();
            status == 503 && words.contains("database")
        })
        .await;
    assert_eq!(put(&browser, &second, 40).await, 503);
    let page = browser.get(second.url("/en/t/ferry")).send().await.unwrap();
    assert_eq!(page.status(), 200, "browsing asks no database");
    assert_eq!(second.ops("/readyz").await.unwrap().0, 200, "nor is anybody sent away");
    let up = async |running: &Running, value: &str| {
        let line = format!("primetime_database_up {value}");
        running.ops("/metrics").await.unwrap().1.lines().any(|there| there == line)
    };
    second.until("counting it as away", async |running| up(running, "0").await).await;

    server.restart();
    studio.ready().await;
    second.until("writing again", async |running| put(&browser, running, 50).await == 204).await;
    second.until("counting it as there", async |running| up(running, "1").await).await;
    assert_eq!(position(&browser, &second).await, 0.5);
    assert!(second.log().contains("the database answers again"), "{}", second.log());
    assert!(studio.signal(Signal::TERM).await.success());
    assert!(second.signal(Signal::TERM).await.success());
}
