//! Buttons under plans in chat, end to end: signed presses to a process that serves, answers at the chat's own address.

use std::time::Duration;

use domain::Timestamp;
use rustix::process::Signal;
use serde_json::Value;
use tokio::time::timeout;

use crate::{
    process::{Installation, Running},
    rollout::{now, run},
    talking::{SECRET, Transcript, Webhook, encoded, listening, send, sign, write},
};

/// A pressed button as the chat service sends it; the answer is to go to `reply_to`.
fn pressed(user: &str, action: &str, hash: &str, reply_to: &str) -> String {
    let payload = serde_json::json!({
        "type": "block_actions", "team": { "id": "T1", "domain": "house" }, "channel": { "id": "C1", "name": "ops" },
        "user": { "id": user, "username": "x", "name": "x", "team_id": "T1" }, "trigger_id": "1.2.3",
        "container": { "type": "message", "message_ts": "1.2" }, "message": { "ts": "1.2", "text": "a plan" },
        "response_url": reply_to,
        "actions": [{ "type": "button", "action_id": action, "block_id": "b", "value": hash, "action_ts": "1.2" }],
    });
    format!("payload={}", encoded(&payload.to_string()))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_button_is_the_words_that_it_stands_for_and_its_answer_goes_to_the_chat_alone() {
    let mut there = Installation::new();
    listening(&mut there);
    let webhook = Webhook::new();
    let file = write(&there, "webhook", &webhook.url);
    there.variables.push(("PRIMETIME_CHAT_WEBHOOK_FILE", file));
    run(&there, 3).await;
    let mut running = there.start("serve --roles studio");
    running.ready().await;
    let mut talk = Transcript { text: String::new(), hash: String::new(), ahead: -60 };
    talk.say(&there, &running, "U1", "scale site 5 tonight").await;
    let (own, second) = (talk.hash.clone(), webhook.actions());
    let press = async |running: &Running, user: &str, action: &str, reply_to: &str, ahead: i64| {
        let body = pressed(user, action, &own, reply_to);
        let signed = sign(&body, Timestamp(now(&there).micros() + ahead * 1_000_000));
        let sent = timeout(Duration::from_secs(3), send(running, &body, signed.clone()));
        let answer = sent.await.expect("confirmed as soon as the chat wants it");
        (answer, body, signed)
    };
    let asked = there.succeed("audit show");
    // Whose answer would go elsewhere does nothing.
    for elsewhere in [
        "https://example.org/actions/T1/1/x",
        "https://hooks.slack.com@127.0.0.1/x",
        "http://169.254.169.254/latest/meta-data",
        &second.replace("http:", "https:"),
        &format!("http://{}/x", there.ops),
    ] {
        let ((status, answer), ..) = press(&running, "U2", "approve", elsewhere, 0).await;
        assert_eq!((status, answer["code"].as_str()), (400, Some("chat-request")), "{elsewhere}");
    }
    let forged = pressed("U2", "approve", &own, &second);
    assert_eq!(send(&running, &forged, sign("another", now(&there))).await.0, 401);
    assert_eq!(there.succeed("audit show"), asked, "nothing of it did anything");
    assert!(webhook.replies.lock().unwrap().is_empty());

    // Who asked, who may not, who may, and the same press once more.
    for (n, (user, action, kind, words)) in [
        ("U1", "approve", "ephemeral", "production takes two people"),
        ("U3", "approve", "ephemeral", "you may not approve"),
        ("U9", "cancel", "ephemeral", "nobody listens to T1/U9"),
        ("U2", "shout", "ephemeral", "there is no shout; did you mean"),
        ("U2", "approve", "in_channel", "*min* approved `scale site 5 tonight`: site shall have 5 instances"),
        ("U2", "approve", "ephemeral", "no open plan begins with"),
    ]
    .into_iter()
    .enumerate()
    {
        let ((status, answer), body, signed) = press(&running, user, action, &second, n as i64).await;
        assert_eq!((status, answer), (200, Value::Null), "nothing is said there");
        running.until("answering", async |_| webhook.replies.lock().unwrap().len() > n).await;
        let reply = webhook.replies.lock().unwrap()[n].clone();
        assert!(reply["text"].as_str().unwrap().contains(words), "{reply}");
        assert_eq!(reply["response_type"], kind);
        assert_eq!(reply["replace_original"], false);
        let (status, answer) = send(&running, &body, signed).await;
        assert_eq!((status, answer["code"].as_str()), (409, Some("chat-replay")));
    }
    assert_eq!(webhook.replies.lock().unwrap().len(), 6, "a replay is answered to nobody");
    let log = there.succeed("audit show");
    let count = |what: &str| log.lines().filter(|line| line.contains(what)).count();
    assert_eq!((count("min chat.approve"), count("site to 5 instances: tonight")), (1, 1), "{log}");

    // An answer that nobody takes: the press is confirmed, and what it stands for is done.
    talk.say(&there, &running, "U1", "scale site 6").await;
    let body = pressed("U1", "cancel", &talk.hash, &second.replace("/actions", "/silent"));
    let sent = timeout(Duration::from_secs(3), send(&running, &body, sign(&body, now(&there))));
    assert_eq!(sent.await.unwrap().0, 200);
    running
        .until("cancelled", async |_| there.succeed("audit show").contains("ana chat.cancel: scale site 6"))
        .await;
    let log = running.log();
    assert!(!log.contains("secret") && !log.contains(SECRET), "{log}");
    assert!(running.signal(Signal::TERM).await.success());
}
