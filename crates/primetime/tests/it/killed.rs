//! `kill -9` at any instant: what was acknowledged is there afterwards, and work goes on.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use rustix::process::Signal;
use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::{
    catalogue,
    process::{Installation, Running},
};

/// How often it is killed; `make soak` repeats the test.
const KILLS: u64 = 3;
const VIEWERS: usize = 4;
/// Acknowledgements before each kill.
const ENOUGH: u64 = 20;

async fn play(browser: &reqwest::Client, running: &Running) -> bool {
    let body = json!({ "title": "ferry", "lang": "en" });
    let sent = browser.post(running.url("/api/v1/playback")).json(&body).send().await;
    sent.is_ok_and(|answer| answer.status().is_success())
}

/// Where the server says that this viewer is.
async fn position(browser: &reqwest::Client, running: &Running) -> f64 {
    let answer = browser.get(running.url("/api/v1/me/progress?ids=ferry")).send().await.unwrap();
    let known: Value = answer.json().await.unwrap();
    known["titles"][0]["position"].as_f64().unwrap_or(0.0)
}

#[tokio::test]
async fn acknowledged_positions_survive_while_a_film_is_encoded() {
    let there = Installation::new();
    catalogue::write(&there.input(), "Night Ferry");
    there.succeed("import IN");
    let mut running = there.start("serve");
    running.ready().await;
    let plays = async |running: &Running| play(&running.browser(), running).await;
    running.until("playing the film that it encodes", plays).await;

    let browsers: Vec<_> = (0..VIEWERS).map(|_| running.browser()).collect();
    for browser in &browsers {
        assert!(play(browser, &running).await);
    }
    let mut before = [0.0; VIEWERS];
    for round in 1..=KILLS {
        let mut writers = JoinSet::new();
        let acknowledgements = Arc::new(AtomicU64::new(0));
        for (viewer, browser) in browsers.iter().cloned().enumerate() {
            let url = running.url("/api/v1/positions/ferry");
            let count = acknowledgements.clone();
            writers.spawn(async move {
                // Until nobody answers: the last that was acknowledged, and the last that was sent.
                let (mut acknowledged, mut sent) = (0.0, 0.0);
                for step in 1u64.. {
                    let seq = round * 1_000_000 + step;
                    let seconds = (seq % 1_900) as f64 / 1_000.0;
                    let body = json!({ "seconds": seconds, "duration": 2.0, "device": "desk", "seq": seq });
                    sent = seconds;
                    match browser.put(&url).json(&body).send().await {
                        Ok(answer) => {
                            assert_eq!(answer.status(), 204);
                            acknowledged = seconds;
                            count.fetch_add(1, Ordering::Relaxed);
                        }
                        Err(_) => break,
                    }
                }
                (viewer, acknowledged, sent)
            });
        }
        // In the middle of it, when some have been acknowledged.
        running.until("writing", async |_| acknowledgements.load(Ordering::Relaxed) > ENOUGH).await;
        assert!(!running.signal(Signal::KILL).await.success());
        running = there.start("serve");
        running.ready().await;
        while let Some(written) = writers.join_next().await {
            let (viewer, acknowledged, sent) = written.unwrap();
            let kept = position(&browsers[viewer], &running).await;
            assert!(acknowledged > 0.0 || before[viewer] > 0.0);
            // What was sent last may have been written without anybody being told.
            assert!(
                kept == acknowledged || kept == sent,
                "kept {kept}, acknowledged {acknowledged}, sent {sent}"
            );
            before[viewer] = kept;
        }
    }
    assert!(running.signal(Signal::TERM).await.success());
}
