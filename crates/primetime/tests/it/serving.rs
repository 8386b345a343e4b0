//! `serve`: readiness in words, roles apart, new editions and damaged ones, an end without loss.

use std::fs;

use rustix::process::Signal;

use crate::{catalogue, process::Installation};

#[tokio::test]
async fn a_folder_with_nothing_in_it_says_what_is_missing() {
    let there = Installation::new();
    let mut running = there.start("serve");
    running.until("answering", async |running| running.ops("/healthz").await.is_some()).await;
    assert_eq!(running.ops("/healthz").await.unwrap().0, 200);
    let (status, words) = running.ops("/readyz").await.unwrap();
    assert_eq!(status, 503);
    assert!(words.contains("edition") && words.contains("import a catalogue"), "{words}");
    let (_, metrics) = running.ops("/metrics").await.unwrap();
    assert!(metrics.contains("\nprimetime_serving 0\n"), "{metrics}");
    for line in running.log().lines() {
        serde_json::from_str::<serde_json::Value>(line).unwrap_or_else(|error| panic!("{error}: {line}"));
    }
    assert!(running.signal(Signal::TERM).await.success());
}

#[tokio::test]
async fn a_folder_is_served_once_and_for_viewers_alone_by_more() {
    let there = Installation::new();
    catalogue::publish(&there, "Night Ferry");
    let mut first = there.start("serve --roles site,origin,studio");
    first.ready().await;
    let said = there.fail("serve --roles site,origin,studio");
    assert!(said.contains("another `primetime serve`") && said.contains("--data"), "{said}");

    // A second process for viewers, without a database, which follows what the first announces.
    let mut second = there
        .start_at("serve --roles site,origin --set database.path=none --set release=v41", there.beside());
    second.ready().await;
    let (_, metrics) = second.ops("/metrics").await.unwrap();
    let about =
        format!("release=\"v41\",version=\"{}\",roles=\"site,origin\"}} 1\n", env!("CARGO_PKG_VERSION"));
    assert!(metrics.contains(&format!("\nprimetime_instance_info{{{about}")), "{metrics}");
    assert!(metrics.contains("\nprimetime_serving 1\n"), "{metrics}");
    let name = async |running: &crate::process::Running| {
        running.browser().get(running.url("/en/t/ferry")).send().await.unwrap().text().await.unwrap()
    };
    assert!(name(&second).await.contains("Night Ferry"));
    catalogue::publish(&there, "Morning Ferry");
    second.until("showing the new name", async |running| name(running).await.contains("Morning Ferry")).await;

    // Half an announcement: said, counted, and the old edition stays.
    fs::write(there.data().join("objects/editions/current"), "{\"edition\":").unwrap();
    let refused = async |running: &crate::process::Running| {
        let (_, metrics) = running.ops("/metrics").await.unwrap();
        let line = metrics.lines().find_map(|line| line.strip_prefix("primetime_edition_refused_total "));
        line.unwrap().parse::<u64>().unwrap() > 0
    };
    second.until("refusing it", refused).await;
    assert!(name(&second).await.contains("Morning Ferry"));
    assert_eq!(second.ops("/readyz").await.unwrap().0, 200);
    assert!(second.log().contains("the announced edition is refused"));
    assert!(second.signal(Signal::TERM).await.success());
    assert!(first.signal(Signal::TERM).await.success());
}
