//! Hosts follow the floors of a plan and their own backstop, and keep what they have when nobody plans any more.

use std::time::Duration;

use domain::Timestamp;
use fleet::plan::{Floor, Plan, Role};
use ops::fleet::Announced;
use rustix::process::Signal;
use store::{Location, Options, Store};

use crate::{
    catalogue,
    host::{Drained, GOOD, release, says},
    process::{Installation, words as words_of},
    rollout::now,
};

async fn store(there: &Installation) -> Store {
    let location: Location =
        format!("sqlite:{}", there.data().join("primetime.db").display()).parse().unwrap();
    Store::open_at(&location, &Options::default()).await.unwrap()
}

/// What one who plans would announce, and then hold the lease for `leased` seconds: a floor from now on, and one of a premiere three hours on.
pub async fn announce(
    there: &Installation,
    (owner, fence): (&str, i64),
    floor: u32,
    minutes: u64,
    leased: u64,
) {
    let store = store(there).await;
    let seconds = Duration::from_secs;
    // Whoever was killed with the lease has it for a while.
    let mut tries = 0;
    let taken = loop {
        let taken = store.lease_fleet("site", owner, seconds(leased), now(there)).await.unwrap();
        tries += 1;
        if taken.is_some() || tries > 100 {
            break taken;
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    };
    assert_eq!(taken, Some(fence));
    let at = now(there);
    let lasting = Duration::from_secs(60 * minutes);
    let (soon, later) = (at.plus(Duration::from_secs(3 * 3600)), at.plus(Duration::from_secs(4 * 3600)));
    let floors = vec![
        Floor {
            from: at,
            until: at.plus(lasting),
            instances: floor,
            reasons: vec!["The evening comes.".into()],
        },
        Floor {
            from: soon,
            until: later,
            instances: 14,
            reasons: vec!["premiere of *Harbour Lights* adds 31%".into()],
        },
    ];
    let announced = Announced {
        plan: Plan { role: Role::Site, made: at, floors },
        offered: Some(1234.0),
        shed: 5.0,
        serving: 2,
        capacity: "v1: 600 requests/min per instance, not yet seen at its limit".into(),
        troubles: Vec::new(),
    };
    let mut tx = store.begin().await.unwrap();
    let text = serde_json::to_string(&announced).unwrap();
    tx.put_fleet_plan("site", (owner, fence), &text, at).await.unwrap();
    tx.commit().await.unwrap();
    store.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn hosts_follow_the_plan_and_keep_what_they_have_without_one() {
    let there = Installation::new();
    catalogue::write(&there.input(), "Night Ferry");
    there.succeed("import IN");
    there.succeed("publish");
    release(&there, "v1", GOOD);
    let _drained = Drained(&there);
    let line = "host --roles site,origin --release v1 --instances 1 --most 5 --capacity 100000";
    let mut host = there.start_host(line, &["--set", "database.path=none"]);
    says(&there, &mut host, "site runs 1 of v1 on 1 host").await;
    assert!(there.succeed("fleet status").contains("Nobody ever planned for site"));

    announce(&there, ("first", 1), 3, 10, 600).await;
    says(&there, &mut host, "site runs 3 of v1 on 1 host").await;
    let said = there.succeed("fleet status");
    for words in [
        "site: 1234 requests/min, 5 turned away, 2 instances serve",
        "v1: 600 requests/min",
        "the floor is 3",
    ] {
        assert!(said.contains(words), "{said}");
    }
    let said = there.succeed("fleet plan");
    assert!(
        said.contains("site 14: premiere of *Harbour Lights* adds 31%") && said.contains("floor is 3"),
        "{said}"
    );

    // More than the operator lets one host have, and then fewer; what somebody scaled to is the least.
    announce(&there, ("first", 1), 9, 10, 600).await;
    says(&there, &mut host, "site runs 5 of v1 on 1 host").await;
    announce(&there, ("first", 1), 2, 10, 600).await;
    says(&there, &mut host, "site runs 2 of v1 on 1 host").await;
    there.succeed("release scale 3 --why tonight --as min");
    says(&there, &mut host, "site runs 3 of v1 on 1 host").await;
    announce(&there, ("first", 1), 4, 10, 600).await;
    says(&there, &mut host, "site runs 4 of v1 on 1 host").await;

    // Whoever planned is gone and the plan has expired: nothing is let go at once, also not by a host that begins anew.
    announce(&there, ("first", 1), 4, 0, 600).await;
    assert!(there.succeed("fleet status").contains("The plan has expired (0 min old)"));
    tokio::time::sleep(Duration::from_secs(2)).await;
    says(&there, &mut host, "site runs 4 of v1 on 1 host").await;
    host.signal(Signal::KILL).await;
    let mut host = there.start_host(line, &["--set", "database.path=none"]);
    tokio::time::sleep(Duration::from_secs(3)).await;
    says(&there, &mut host, "site runs 4 of v1 on 1 host").await;
    assert!(host.signal(Signal::INT).await.success());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_who_plans_begins_says_what_is_wrong_and_lets_another_one() {
    let there = Installation::new();
    let calendar = there.dir.path().join("calendar.toml");
    std::fs::write(&calendar, "[[event]]\nkind = 'marathon'\nname = 'All of it'\nat = 'tonight'\n").unwrap();
    let line = format!("fleet run --capacity 10 --zone Asia/Seoul --calendar {}", calendar.display());
    let said = there.fail(&line);
    assert!(said.contains("calendar.toml: tonight of All of it"), "{said}");
    assert!(
        there.fail("fleet run --capacity 10 --zone Mars/Olympus").contains("`Mars/Olympus` is no time zone")
    );
    std::fs::write(
        &calendar,
        "[[event]]\nkind = 'marathon'\nname = 'All of it'\nat = '2026-12-01T20:00:00+09:00'\n",
    )
    .unwrap();
    for (wrong, words) in [
        ("--prometheus prometheus:9090", "as in http://prometheus:9090"),
        ("--prometheus http://me:secret@there:9090", "let a proxy add it"),
        ("--prometheus http://there:9090 --select up{}", "write matchers"),
        ("--select a", "--prometheus <URL>"),
        ("--role collect", "they are written to the site, and planned for with it"),
    ] {
        let output = there.run(&format!("{line} {wrong}"));
        assert_eq!(output.status.code(), Some(2), "{wrong}");
        let said = words_of(&output);
        assert!(said.contains(words), "{wrong}: {said}");
    }
    let mut running = there.start(&line);
    running.until("planning", async |running| running.log().contains("planning from what is known")).await;
    let store = store(&there).await;
    let at = now(&there);
    let lease =
        async |at: Timestamp| store.lease_fleet("site", "test", Duration::from_secs(9), at).await.unwrap();
    assert_eq!(lease(at).await, None, "one at a time");
    assert!(running.signal(Signal::TERM).await.success());
    assert_eq!(lease(at).await, Some(2), "it left in order");

    // Prometheus is asked in the place of hosts, and nobody is there.
    let mut blind = there.start(&format!("{line} --prometheus http://{}", there.address));
    blind
        .until("saying that it hears nothing", async |blind| {
            let log = blind.log();
            log.contains("nothing was planned; the last plan stands") && log.contains("is not reached")
        })
        .await;
    assert!(blind.signal(Signal::TERM).await.success());
}
