//! The fleet plans encoders by the queue and the catalogue's premieres, and a host follows.

use std::{fs, time::Duration};

use domain::Timestamp;
use rustix::process::Signal;
use store::{NewJob, Store};

use crate::{
    catalogue,
    fleet::store,
    host::{Drained, GOOD, release},
    process::{Installation, Running, words as words_of},
    rollout::now,
};

/// The film opens then.
fn opening(there: &Installation, at: Timestamp) {
    let file = there.input().join("titles.yaml");
    let text = fs::read_to_string(&file).unwrap();
    fs::write(&file, text.replace("2024-01-01T00:00:00Z", &at.to_string())).unwrap();
}

/// Six rungs of half an hour each, that no worker may begin yet.
async fn half_hours(store: &Store, now: Timestamp) -> Vec<String> {
    let asset = store.assets().await.unwrap().remove(0).id;
    let mut tx = store.begin().await.unwrap();
    tx.set_probe(&asset, ("{}", Duration::from_secs(1800)), now).await.unwrap();
    let mut names = Vec::new();
    for n in 1..=6 {
        let job = NewJob {
            kind: "video-rung",
            dedup: format!("{asset}/v{n}"),
            payload: "{}".into(),
            priority: 1,
            run_after: now.plus(Duration::from_secs(3600)),
            most_attempts: 1,
        };
        assert!(tx.enqueue(&job, now).await.unwrap());
        names.push(job.dedup);
    }
    // The master that there is would be done in no time.
    tx.drop_job("probe", asset.as_str(), "the test's", now).await.unwrap();
    tx.commit().await.unwrap();
    names
}

/// 180 minutes of work before a premiere in 52.
pub async fn a_premiere(there: &Installation) -> (Store, Vec<String>) {
    catalogue::write(&there.input(), "Night Ferry");
    opening(there, now(there).plus(Duration::from_secs(52 * 60 + 30)));
    there.succeed("import IN");
    let store = store(there).await;
    let names = half_hours(&store, now(there)).await;
    (store, names)
}

/// Nobody waits for them any more.
pub async fn cancel(there: &Installation, store: &Store, names: &[String]) {
    let mut tx = store.begin().await.unwrap();
    for name in names {
        assert!(tx.drop_job("video-rung", name, "cancelled", now(there)).await.unwrap());
    }
    tx.commit().await.unwrap();
}

async fn says(there: &Installation, running: &mut Running, command: &str, words: &str) {
    running.until(words, async |_| there.succeed(command).contains(words)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_host_has_the_encoders_that_a_premiere_needs() {
    let there = Installation::new();
    for (line, words) in [
        ("fleet run", "say --capacity"),
        ("fleet run --role work --capacity 10", "--capacity says nothing of encoders"),
        (
            "fleet run --role work --prometheus http://there:9090",
            "--role work takes --pace, --slots and --most",
        ),
        (
            "fleet run --capacity 10 --most 4",
            "--most is of encoders: it goes with --role work, and this is site",
        ),
        ("fleet run --role origin --capacity 10 --pace 2", "--pace is of encoders"),
    ] {
        let said = there.fail(line);
        assert!(said.contains(words), "{line}: {said}");
    }
    for wrong in ["--pace NaN", "--pace 0", "--slots 0", "--most 0"] {
        let output = there.run(&format!("fleet run --role work {wrong}"));
        assert_eq!(output.status.code(), Some(2), "{wrong}: {}", words_of(&output));
    }
    let (store, names) = a_premiere(&there).await;
    assert!(there.succeed("fleet status --role work").contains("Nobody ever planned for work"));

    let line = "fleet run --role work --lead 2 --most 5";
    let mut fleet = there.start(line);
    says(&there, &mut fleet, "fleet status --role work", "the floor is 4").await;
    let said = there.succeed("fleet status --role work");
    for words in
        ["work: 180 minutes of work, 0 encoders are in the middle of a job", "6 jobs", "Declared: 1.00 s"]
    {
        assert!(said.contains(words), "{words}: {said}");
    }
    let said = there.succeed("fleet plan --role work");
    assert!(
        said.contains("work 4: 180 min of work before the premiere of *Night Ferry*, in 52 min ("),
        "{said}"
    );
    assert!(there.fail("fleet run --capacity 10 --service work").contains("work was planned as work"));

    release(&there, "v1", GOOD);
    let _drained = Drained(&there);
    let host = "host --roles work --service work --release v1 --instances 1 --most 8";
    let mut host = there.start_host(host, &["--set", "work.slots=1"]);
    says(&there, &mut host, "release status --service work", "work runs 4 of v1 on 1 host").await;

    // Cancelled: whoever plans next says so at once.
    cancel(&there, &store, &names).await;
    assert!(fleet.signal(Signal::TERM).await.success());
    let mut fleet = there.start(line);
    says(&there, &mut fleet, "fleet plan --role work", "The queue is empty: floor 1.").await;
    says(&there, &mut host, "release status --service work", "work runs 1 of v1 on 1 host").await;
    let audit = there.succeed("audit show");
    assert!(audit.contains("work: floor 4. 180 min of work before the premiere of *Night Ferry*"), "{audit}");
    assert!(fleet.signal(Signal::TERM).await.success());
    assert!(host.signal(Signal::INT).await.success());
}
