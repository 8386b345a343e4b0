//! What health checks of containers run.

use rustix::process::Signal;

use crate::process::Installation;

#[tokio::test]
async fn the_probe_says_what_readyz_says() {
    let there = Installation::new();
    assert!(there.fail("probe").contains(&there.ops.to_string()), "nobody is there");

    let mut serving = there.start("serve --roles site,studio,origin");
    serving.until("answering", async |running| running.ops("/readyz").await.is_some()).await;
    let said = there.fail("probe");
    assert!(said.contains("503") && said.contains("edition"), "{said}");
    assert!(serving.signal(Signal::TERM).await.success());

    there.succeed("bench-edition --episodes 5");
    let mut serving = there.start("serve --roles site,origin --set database.path=none");
    serving.ready().await;
    assert_eq!(there.succeed("probe"), "ready\n");
}
