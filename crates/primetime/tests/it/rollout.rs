//! `release …` and `audit`, as operators type them; what runs is what a controller has written down.

use std::{
    collections::BTreeSet,
    time::{Duration, UNIX_EPOCH},
};

use domain::Timestamp;
use fleet::rollout::{Observation, Phase, Seen};
use store::{AuditRow, Store};

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
    there.succeed("migrate"); // there is a database
    let store = Store::open(&there.data().join("primetime.db")).await.unwrap();
    let instances = (1..=count).map(|at| Seen {
        name: format!("site-0-{at}"),
        release: "v1".into(),
        host: "busan".into(),
        phase: Phase::Serving,
    });
    let hosts = BTreeSet::from(["busan".to_owned()]);
    let seen =
        Observation { instances: instances.collect(), hosts, most: Some(32), ..Observation::default() };
    store.put_fleet_seen("site", &serde_json::to_string(&seen).unwrap(), now(there)).await.unwrap();
    store.close().await;
}

#[tokio::test]
async fn a_rollout_is_planned_agreed_to_held_and_undone_and_all_of_it_is_written_down() {
    let there = Installation::new();
    there.succeed("migrate");
    let said = there.succeed("release status");
    assert!(said.contains("site was never seen") && said.contains("No rollout of site yet"), "{said}");
    assert!(there.fail("release roll v2 --as ana").contains("is `primetime host` running?"));
    run(&there, 3).await;
    assert!(there.succeed("release status").contains("site runs 3 of v1 on 1 host"));
    let plan = there.succeed("release roll v2 --plan --as ana");
    let (_, hash) = plan.split_once("--agree ").unwrap();
    let hash = hash.trim_end().trim_end_matches('`');
    assert!(plan.contains("start a canary of v2 and a control of v1 on busan"), "{plan}");
    assert!(there.fail("release roll v2 --agree 0123 --as ana").contains("the plan has changed"));
    assert!(there.succeed("release status").contains("No rollout of site yet"));
    let hash = hash.trim_end_matches(" --as ana");
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

#[tokio::test]
async fn what_is_typed_after_a_plan_is_what_it_says() {
    let there = Installation::new();
    run(&there, 3).await;
    let line = "release roll v2 --bake 20 --judge 1800 --floor 3 --plan --as ana";
    let plan = there.succeed(line);
    let (_, hint) = plan.split_once("`primetime ").unwrap();
    let hint = hint.trim_end().trim_end_matches('`');
    assert!(hint.contains(" --bake 20 ") && !hint.contains("--ready"), "{hint}");
    assert!(there.succeed(hint).contains("Rollout 1 has begun"), "{hint}");
}

#[tokio::test]
async fn a_plan_alone_takes_nobodys_name() {
    let there = Installation::new();
    run(&there, 3).await;
    let plan = there.succeed("release roll v2 --plan");
    assert!(plan.contains("--as NAME"), "{plan}");
    assert_eq!(there.run("release roll v2").status.code(), Some(2));
}

#[tokio::test]
async fn so_many_as_nobody_can_run_and_what_nobody_hosts_is_refused() {
    let there = Installation::new();
    there.succeed("migrate");
    let nobody = there.fail("release scale 2 --why tonight --as ana");
    assert!(nobody.contains("no host tells of site"), "{nobody}");
    run(&there, 3).await;
    let typo = there.fail("release scale 2 --service sitee --why tonight --as ana");
    assert!(typo.contains("no host tells of sitee: there is site"), "{typo}");
    let many = there.fail("release scale 400 --why tonight --as ana");
    assert!(many.contains("1 host of site runs at most 32"), "{many}");
    there.succeed("release scale 32 --why tonight --as ana");
    assert_eq!(there.succeed("audit show").lines().count(), 1);
}

/// What a shell's `$'…'` makes of it.
#[tokio::test]
async fn no_line_of_the_log_is_made_up() {
    let there = Installation::new();
    run(&there, 3).await;
    there.succeed("release scale 2 --why tonight --as ana");
    let log = there.succeed("audit show");
    let scale = |who: &str, why: &str| {
        let mut command = there.command();
        command.args(there.arguments("release scale 2")).args(["--why", why, "--as", who]);
        let output = command.output().unwrap();
        (output.status.success(), String::from_utf8(output.stderr).unwrap())
    };
    let forged = "x\n81 2026-03-01T20:00:00Z min rollout.begin: site 9 from v1 to v2";
    for (who, why, words) in [
        ("ana", forged, "line breaks"),
        ("ana\nmin", "x", "line breaks"),
        ("ana", "\u{1b}[2K", "line breaks"),
        ("ana", "\u{202e}", "line breaks"),
        ("controller", "x", "part of the platform"),
        ("Fleet", "x", "part of the platform"),
        ("takedowns", "x", "part of the platform"),
        ("ana in chat, approved by min", "x", "in chat"),
        (" ", "x", "say who you are"),
        ("ana", &"x".repeat(20_000), "characters"),
        (&"x".repeat(2_000), "x", "characters"),
    ] {
        let (done, said) = scale(who, why);
        assert!(!done && said.contains(words), "{who:?} {said}");
    }
    assert_eq!(there.succeed("audit show"), log);
    // As a version before this one took it.
    let store = Store::open(&there.data().join("primetime.db")).await.unwrap();
    let mut tx = store.begin().await.unwrap();
    let before = tx.newest_audit().await.unwrap().unwrap();
    let old = AuditRow { seq: 2, who: "a\u{1b}[2K".into(), body: forged.into(), ..before };
    tx.add_audit(&old).await.unwrap();
    tx.commit().await.unwrap();
    store.close().await;
    let shown = there.succeed("audit show");
    assert_eq!(shown.lines().count(), 2, "{shown}");
    assert!(shown.contains(r"a\u{1b}[2K") && shown.contains(r"x\n81 2026"), "{shown}");
}
