//! `release …` and `audit`, as operators type them; what runs is what a controller has written down.

use std::{
    collections::BTreeSet,
    time::{Duration, UNIX_EPOCH},
};

use domain::Timestamp;
use fleet::rollout::{Observation, Phase, Seen};
use store::Store;

use crate::process::Installation;

/// Now, on this machine, as the binary sees it; the file system knows.
pub fn now(there: &Installation) -> Timestamp {
    let path = there.dir.path().join("now");
    std::fs::write(&path, "").unwrap();
    let since: Duration = path.metadata().unwrap().modified().unwrap().duration_since(UNIX_EPOCH).unwrap();
    Timestamp(since.as_micros() as i64)
}

/// So many instances of v1 are seen.
pub async fn run(there: &Installation, count: u32) {
    let store = Store::open(&there.data().join("primetime.db")).await.unwrap();
    let instances = (1..=count).map(|at| Seen {
        name: format!("site-0-{at}"),
        release: "v1".into(),
        host: "busan".into(),
        phase: Phase::Serving,
    });
    let hosts = BTreeSet::from(["busan".to_owned()]);
    let seen = Observation { instances: instances.collect(), hosts, ..Observation::default() };
    store.put_fleet_seen("site", &serde_json::to_string(&seen).unwrap(), now(there)).await.unwrap();
    store.close().await;
}

#[tokio::test]
async fn a_rollout_is_planned_agreed_to_held_and_undone_and_all_of_it_is_written_down() {
    let there = Installation::new();
    there.succeed("migrate");
    let said = there.succeed("release status");
    assert!(said.contains("site was never seen") && said.contains("No rollout of site yet"), "{said}");
    assert!(there.fail("release roll v2 --as ana").contains("is a controller running?"));
    run(&there, 3).await;
    assert!(there.succeed("release status").contains("site runs 3 of v1 on 1 host"));
    let plan = there.succeed("release roll v2 --plan --as ana");
    let (_, hash) = plan.split_once("--agree ").unwrap();
    let hash = hash.trim_end().trim_end_matches('`');
    assert!(plan.contains("start a canary of v2 and a control of v1 on busan"), "{plan}");
    assert!(there.fail("release roll v2 --agree 0123 --as ana").contains("the plan has changed"));
    assert!(there.succeed("release status").contains("No rollout of site yet"));
    let begun = there.succeed(&format!("release roll v2 --agree {hash} --as ana"));
    assert!(begun.contains("Rollout 1 has begun"), "{begun}");
    assert!(there.fail("release roll v3 --as min").contains("rollout 1 of site to v2 is under way"));
    there.succeed("release hold --why look --as min");
    let status = there.succeed("release status");
    assert!(status.contains("from v1 to v2") && status.contains("held (min: look)"), "{status}");
    there.succeed("release go --as min");
    let undone = there.succeed("release undo --why odd --as ana");
    assert!(undone.contains("v1 gets the traffic back"), "{undone}");
    assert!(there.succeed("release status").contains("it is undone (ana: odd)"));
    let log = there.succeed("audit show");
    let words: Vec<&str> = log.lines().map(|line| line.splitn(3, ' ').nth(2).unwrap()).collect();
    assert_eq!(
        words,
        [
            &format!("ana rollout.begin: site 1 from v1 to v2, plan {hash}"),
            "min rollout.hold: site 1: min: look",
            "min rollout.go: site 1: ",
            "ana rollout.undo: site 1: ana: odd",
        ]
    );
    let whole = there.succeed("audit verify");
    let (_, head) = whole.trim_end().split_once("elsewhere: ").unwrap();
    assert!(whole.starts_with("4 lines, none edited"), "{whole}");
    there.succeed(&format!("audit verify --kept {head}"));
    let other = head.replacen("4:", "3:", 1);
    assert!(there.fail(&format!("audit verify --kept {other}")).contains("audit line 3"));
}

#[test]
fn who_does_not_say_who_or_why_is_refused() {
    let there = Installation::new();
    for line in ["release undo --as ana", "release hold --as ana", "release undo --why odd", "release go"] {
        assert_eq!(there.run(line).status.code(), Some(2), "{line}");
    }
}
