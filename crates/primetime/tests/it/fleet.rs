//! Hosts follow the floors of a plan and their own backstop, and keep what they have when nobody plans any more.

use std::time::Duration;

use domain::Timestamp;
use fleet::plan::{Floor, Plan, Role};
use ops::fleet::Announced;
use rustix::process::Signal;
use store::{FleetMinute, Location, Options, Store};

use crate::{
    catalogue,
    host::{Drained, GOOD, release, says},
    process::{Installation, Running, words as words_of},
    rollout::now,
};

pub async fn store(there: &Installation) -> Store {
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
    catalogue::publish(&there, "Night Ferry");
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

/// Two days of a steady evening, so that there is something to plan from.
async fn remember(store: &Store, until: Timestamp) {
    let this = until.seconds() / 60;
    let mut tx = store.begin().await.unwrap();
    for minute in this - 2 * 1440..this {
        tx.add_fleet_minute("site", FleetMinute { minute, load: Some((6000, 0)) }, 0).await.unwrap();
    }
    tx.commit().await.unwrap();
}

/// As it stands in a calendar, a catalogue and a plan.
fn in_hours(there: &Installation, hours: u64) -> (String, String) {
    let whole = now(there).seconds() / 3600 * 3600;
    let at = Timestamp::from_seconds(whole).plus(Duration::from_secs(3600 * hours));
    let text = at.to_string();
    let clock = format!("{} UTC", &text[11..16]);
    (text, clock)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_event_that_is_moved_or_cancelled_moves_or_frees_its_floor() {
    let there = Installation::new();
    let calendar = there.dir.path().join("calendar.toml");
    let write = |events: &[(&str, &str)]| {
        let event = |(name, at): &(&str, &str)| {
            format!("[[event]]\nkind = 'marathon'\nname = '{name}'\nat = '{at}'\n")
        };
        std::fs::write(&calendar, events.iter().map(event).collect::<String>()).unwrap();
    };
    let opens = |at: &str| {
        catalogue::write(&there.input(), "Night Ferry");
        let titles = catalogue::titles("Night Ferry").replace("2024-01-01T00:00:00Z", at);
        std::fs::write(there.input().join("titles.yaml"), titles).unwrap();
        there.succeed("import IN");
    };
    let [(early, at_early), (late, at_late), (first, at_first), (then, at_then)] =
        [3, 5, 7, 9].map(|hours| in_hours(&there, hours));
    opens(&first);
    there.succeed("publish");
    release(&there, "v1", GOOD);
    let _drained = Drained(&there);
    let line = "host --roles site,origin --release v1 --instances 1 --most 1";
    let host = there.start_host(line, &["--set", "database.path=none"]);
    write(&[("All of it", &early), ("Half of it", &early)]);
    remember(&store(&there).await, now(&there)).await;
    let mut running = there.start(&format!("fleet run --capacity 10 --calendar {}", calendar.display()));
    let marathon = |at: &str, name: &str| format!("{at}: marathon of {name} adds");
    let premiere = |at: &str| format!("{at}: premiere of *Night Ferry* adds");
    let planned = async |running: &mut Running, there_are: &[String], gone: &[String]| {
        let holds = async |_: &Running| {
            let said = there.succeed("fleet plan");
            there_are.iter().all(|words| said.contains(words))
                && !gone.iter().any(|words| said.contains(words))
        };
        running.until(&format!("planning {there_are:?}"), holds).await;
    };
    let before = [marathon(&at_early, "All of it"), marathon(&at_early, "Half of it"), premiere(&at_first)];
    planned(&mut running, &before, &[]).await;

    // One entry is moved, one cancelled, and the catalogue's window is moved, all under the running process.
    write(&[("All of it", &late)]);
    opens(&then);
    planned(&mut running, &[marathon(&at_late, "All of it"), premiere(&at_then)], &before).await;
    // What cannot be read leaves what was known, and is said.
    std::fs::write(&calendar, "[[event]").unwrap();
    running.until("saying so", async |running| running.log().contains("the calendar stays as it was")).await;
    assert!(there.succeed("fleet plan").contains(&marathon(&at_late, "All of it")));
    assert!(running.signal(Signal::TERM).await.success());
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
