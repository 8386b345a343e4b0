//! What everybody hears of a rollout that a host's own controller undoes: that it did, and why.

use rustix::process::Signal;

use crate::{
    catalogue,
    host::{ALONE, Drained, GOOD, HOST, release, says},
    process::Installation,
    talking::{Webhook, write},
};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn everybody_hears_that_a_release_that_dies_was_undone_and_why() {
    let mut there = Installation::new();
    let webhook = Webhook::new();
    let file = write(&there, "webhook", &webhook.url);
    there.variables.push(("PRIMETIME_CHAT_WEBHOOK_FILE", file));
    catalogue::publish(&there, "Night Ferry");
    release(&there, "v1", GOOD);
    release(&there, "dies", "if [ $1 = serve ]; then echo out of luck >&2; exit 3; fi");
    let _drained = Drained(&there);
    let mut host = there.start_host(HOST, &ALONE);
    // The one that tells: hosts and their instances have no chat.
    let mut studio = there.start_at("serve --roles studio", there.beside());
    studio.ready().await;
    says(&there, &mut host, "site runs 2 of v1 on 1 host").await;
    there.succeed("release roll dies --bake 0 --ready 5 --as ana");
    says(&there, &mut host, ": undone (").await;
    says(&there, &mut host, "site runs 2 of v1 on 1 host").await;
    let told = || webhook.texts.lock().unwrap().clone();
    let last = async |_: &_| told().iter().any(|text| text.contains("site runs v1"));
    studio.until("telling how it ended", last).await;
    let told = told();
    println!("{}", told.join("\n"));
    assert!(told[0].starts_with("*ana* rollout.begin: site 1 from v1 to dies"), "{told:#?}");
    let why: Vec<_> = told.iter().filter(|text| text.contains("; undone")).collect();
    let [why] = why[..] else { panic!("said once: {told:#?}") };
    assert!(why.starts_with("*controller* rollout.") && why.contains("exit status: 3; undone"), "{why}");
    // What everybody reads is what the log has.
    let log = there.succeed("audit show");
    let body = why.split_once(": ").unwrap().1.split_once(" (`").unwrap().0;
    assert!(log.contains(body), "{body}\n{log}");
    assert!(studio.signal(Signal::TERM).await.success());
    assert!(host.signal(Signal::INT).await.success());
}
