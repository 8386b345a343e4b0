//! The audit log a year later: what was done then is found, and vouched for, here and in what a backup is restored to.

use std::fs;

use domain::{ManualClock, Timestamp};
use ops::audit::{Deed, Undertaking, Who, append};
use pgtest::Server;
use store::{Location, Options, Store};

use crate::{backups::sqlite, process::Installation};

/// 9 April 2025: more than 400 days before the first day that this test was run. Today's lines have the date of today.
const THEN: Timestamp = Timestamp(1_744_222_500_000_000);

/// Lines as they were written then, by the clock of then.
async fn written_then(location: &str) {
    let location: Location = location.parse().unwrap();
    let store = Store::open_at(&location, &Options::default()).await.unwrap();
    let mut tx = store.begin().await.unwrap();
    let body = "site 7 from v1 to v2, plan 0123456789abcdef: the new player";
    let roll = Deed { who: Who::InChat("ana in chat, approved by min"), what: "rollout.begin", body };
    append(&mut tx, &roll, THEN).await.unwrap();
    tx.commit().await.unwrap();
    let clock = ManualClock::new(Timestamp(THEN.micros() + 60_000_000));
    let promotion = ("kim", "image.promote");
    let begun = Undertaking::begin(&store, &clock, promotion, "production to 9f", "v2 is on it").await;
    begun.unwrap().end(Ok("production runs 9f; before 8a")).await.unwrap();
    store.close().await;
}

async fn a_year_later(flags: &str, live: &str, elsewhere: &str) {
    let there = Installation::new();
    let live = if live.is_empty() { sqlite(&there.data()) } else { live.to_owned() };
    there.succeed(&format!("migrate{flags}"));
    fs::create_dir_all(there.data().join("objects")).unwrap();
    written_then(&live).await;
    let short = |head: &str| head.trim().rsplit(' ').next().unwrap()[..18].to_owned();
    let kept = short(&there.succeed(&format!("audit verify{flags}")));
    assert!(kept.starts_with("3:"), "{kept}");
    // Today.
    fs::write(there.input(), "a disk").unwrap();
    there.succeed(&format!("image add IN --release 3.0 --as kim{flags}"));

    let then = "1 2025-04-09T18:15:00Z ana in chat, approved by min rollout.begin: site 7 from v1 to v2, plan 0123456789abcdef: the new player\n\
        2 2025-04-09T18:16:00Z kim image.promote: production to 9f: v2 is on it\n\
        3 2025-04-09T18:16:00Z kim image.promote.done: production runs 9f; before 8a\n";
    let found = |there: &Installation, flags: &str| {
        for (wanted, lines) in [
            ("--since 2025-04-01 --until 2025-05-01", 0..3),
            ("--since 2025-04-09 --until 2025-04-10 --who min", 0..1),
            ("--since 2025-04-09T18:15:30Z --until 2026-01-01 --who kim --what image.promote", 1..3),
            ("--until 2025-04-09T18:15:00Z", 0..0),
        ] {
            let lines: String =
                then.lines().collect::<Vec<_>>()[lines].iter().map(|line| format!("{line}\n")).collect();
            assert_eq!(there.succeed(&format!("audit show {wanted}{flags}")), lines, "{wanted}");
        }
        let today = there.succeed(&format!("audit show --since 2026-01-01{flags}"));
        assert!(today.starts_with("4 ") && today.lines().count() == 2, "{today}");
        let verified = there.succeed(&format!("audit verify --kept {kept}{flags}"));
        assert!(verified.starts_with("5 lines, none edited"), "{verified}");
        verified
    };
    let head = found(&there, flags);

    let backup = there.dir.path().join("backup").display().to_string();
    there.succeed(&format!("backup {backup}{flags}"));
    let new = Installation::beside_in(&there, &there.dir.path().join("new"));
    new.succeed(&format!("restore {backup}{elsewhere}"));
    assert_eq!(found(&new, elsewhere), head, "it ends with the same line");
    // It goes on where the other one stopped.
    fs::write(new.input(), "another disk").unwrap();
    new.succeed(&format!("image add IN --release 3.1 --as kim{elsewhere}"));
    let kept = short(&head);
    let said = new.succeed(&format!("audit verify --kept {kept}{elsewhere}"));
    assert!(said.starts_with("7 lines, none edited"), "{said}");
}

#[tokio::test]
async fn the_log_of_then_is_whole_on_sqlite_and_comes_back_on_postgres() {
    let url = Server::shared().database();
    a_year_later("", "", &format!(" --set database.url={url}")).await;
}

#[tokio::test]
async fn the_log_of_then_is_whole_on_postgres_and_comes_back_on_sqlite() {
    let url = Server::shared().database();
    a_year_later(&format!(" --set database.url={url}"), &url, "").await;
}
