//! What a host tells operators on a port of its own.

use rustix::process::Signal;
use serde_json::Value;

use crate::{
    catalogue,
    host::{ALONE, Drained, GOOD, HOST, release, says},
    process::{Installation, Running},
};

async fn answer(host: &Running, path: &str) -> (u16, String) {
    host.ops(path).await.expect("the host answers")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_host_says_whether_it_takes_viewers_and_where_its_instances_figures_are() {
    let there = Installation::new();
    catalogue::publish(&there, "Night Ferry");
    // It waits for a word to become what it should be.
    let go = there.dir.path().join("go");
    let waits = format!("while [ $1 = serve ] && [ ! -e {} ]; do sleep 0.1; done; {GOOD}", go.display());
    release(&there, "v1", &waits);
    let _drained = Drained(&there);
    let mut host = there.start_host(HOST, &ALONE);
    host.until("answering", async |host| host.ops("/healthz").await == Some((200, "ok\n".into()))).await;
    let (status, said) = answer(&host, "/readyz").await;
    assert!(status == 503 && said.contains("no instance of this host takes traffic"), "{said}");

    std::fs::write(&go, "").unwrap();
    says(&there, &mut host, "site runs 2 of v1 on 1 host").await;
    host.until("ready", async |host| matches!(host.ops("/readyz").await, Some((200, _)))).await;
    host.until("seen", async |host| {
        let figures = host.ops("/metrics").await.unwrap().1;
        figures.contains("primetime_host_instances{state=\"ready\"} 2")
    })
    .await;
    let targets: Value = serde_json::from_str(&answer(&host, "/instances").await.1).unwrap();
    let targets = targets.as_array().unwrap();
    assert_eq!(targets.len(), 2, "{targets:?}");
    for target in targets {
        assert_eq!(target["targets"][0], there.ops.to_string());
        assert_eq!(target["labels"]["release"], "v1");
        let (status, figures) = answer(&host, target["labels"]["__metrics_path__"].as_str().unwrap()).await;
        assert!(status == 200 && figures.contains("primetime_serving 1") && figures.ends_with("# EOF\n"));
    }
    for none in ["/instances/i9/metrics", "/instances/..%2F..%2Fhealthz/metrics", "/instances/"] {
        assert_eq!(answer(&host, none).await.0, 404, "{none}");
    }
    // It ends, and they go on; the next says so again.
    assert!(host.signal(Signal::TERM).await.success());
    let mut host = there.start_host(HOST, &ALONE);
    host.until("ready again", async |host| matches!(host.ops("/readyz").await, Some((200, _)))).await;
    assert!(host.signal(Signal::INT).await.success());
}
