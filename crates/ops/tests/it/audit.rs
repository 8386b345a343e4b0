//! The audit log: whatever is done to a line behind its back is seen, and which line it was.

use std::slice;

use domain::{ManualClock, Timestamp};
use ops::{
    OpsError,
    audit::{Broken, Deed, Head, Undertaking, Who, append, verify},
};
use sqlx::{Connection, SqliteConnection};
use store::Store;

const LINES: i64 = 6;

async fn log() -> (tempfile::TempDir, Store) {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(&dir.path().join("a.db")).await.unwrap();
    for at in 1..=LINES {
        let mut tx = store.begin().await.unwrap();
        let body = format!("deed {at}");
        append(&mut tx, &Deed { who: Who::Person("ana"), what: "test", body: &body }, Timestamp(at))
            .await
            .unwrap();
        tx.commit().await.unwrap();
    }
    (dir, store)
}

/// Somebody with a shell on the database.
async fn meddle(dir: &tempfile::TempDir, sql: &'static str) {
    let path = dir.path().join("a.db");
    let mut db = SqliteConnection::connect(&format!("sqlite:{}", path.display())).await.unwrap();
    sqlx::raw_sql(sql).execute(&mut db).await.unwrap();
    db.close().await.unwrap();
}

async fn broken(store: &Store, kept: Option<&Head>) -> (i64, &'static str) {
    match verify(store, kept).await {
        Err(OpsError::Audit(Broken { line, why })) => (line, why),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_log_that_nobody_touched_is_whole() {
    let (_dir, store) = log().await;
    let head = verify(&store, None).await.unwrap();
    assert_eq!(head.lines, LINES);
    assert_eq!(verify(&store, Some(&head)).await.unwrap(), head);
    let empty = tempfile::tempdir().unwrap();
    let store = Store::open(&empty.path().join("a.db")).await.unwrap();
    assert_eq!(verify(&store, None).await.unwrap().lines, 0);
}

#[tokio::test]
async fn an_edited_line_is_named() {
    for (sql, line, why) in [
        ("UPDATE audit SET body = 'deed x' WHERE seq = 3", 3, "was edited"),
        ("UPDATE audit SET who = 'min' WHERE seq = 1", 1, "was edited"),
        ("UPDATE audit SET at = at + 1 WHERE seq = 6", 6, "was edited"),
        ("UPDATE audit SET hash = 'h' WHERE seq = 2", 2, "was edited"),
        ("UPDATE audit SET who = 'an', what = 'atest' WHERE seq = 2", 2, "was edited"),
        ("DELETE FROM audit WHERE seq = 4", 4, "is missing"),
        ("DELETE FROM audit WHERE seq = 4; UPDATE audit SET seq = seq - 1 WHERE seq > 4", 4, "was edited"),
    ] {
        let (dir, store) = log().await;
        meddle(&dir, sql).await;
        assert_eq!(broken(&store, None).await, (line, why), "{sql}");
    }
}

#[tokio::test]
async fn a_log_written_anew_or_cut_off_does_not_fit_the_head_that_was_kept() {
    let (dir, store) = log().await;
    let head = verify(&store, None).await.unwrap();
    meddle(&dir, "DELETE FROM audit WHERE seq > 4").await;
    verify(&store, None).await.unwrap();
    assert_eq!(broken(&store, Some(&head)).await, (5, "is missing, and so is the rest"));
    for body in ["another deed", "and another"] {
        let mut tx = store.begin().await.unwrap();
        append(&mut tx, &Deed { who: Who::Person("eve"), what: "test", body }, Timestamp(9)).await.unwrap();
        tx.commit().await.unwrap();
    }
    assert_eq!(broken(&store, Some(&head)).await, (6, "is not the one that was kept"));
}

#[tokio::test]
async fn a_deed_that_no_transaction_reaches_stands_there_before_it_is_done_and_what_came_of_it_after() {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(&dir.path().join("a.db")).await.unwrap();
    let clock = ManualClock::new(Timestamp(1));
    let lines = async || {
        let lines = store.audit_after(0, 100).await.unwrap();
        lines.into_iter().map(|line| (line.at.0, line.what, line.body)).collect::<Vec<_>>()
    };
    let begin = async |means: &str, why: &str| {
        Undertaking::begin(&store, &clock, ("ana", "image.promote"), means, why).await
    };
    let line = |at: i64, what: &str, body: &str| (at, what.to_owned(), body.to_owned());
    let begun = begin("production to 9f", "v42 passed").await.unwrap();
    let first = line(1, "image.promote", "production to 9f: v42 passed");
    assert_eq!(lines().await, slice::from_ref(&first), "before anything is done");
    clock.set(Timestamp(2));
    begun.end(Ok("production runs 9f")).await.unwrap();
    begin("production to 8a", "").await.unwrap().end(Err("refused\nby the store")).await.unwrap();
    let all = lines().await;
    let expected = [
        first,
        line(2, "image.promote.done", "production runs 9f"),
        line(2, "image.promote", "production to 8a"),
        line(2, "image.promote.failed", r"refused\nby the store"),
    ];
    assert_eq!(all, expected);

    // What the platform says is cut, and no reason is: one that cannot stand there whole is refused, and nothing is begun.
    let long = "é".repeat(3_000);
    begin(&long, "why").await.unwrap().end(Ok(&long)).await.unwrap();
    let all = lines().await;
    let [begun, done] = &all[4..] else { panic!("{all:?}") };
    assert!(begun.2.ends_with("é…: why") && begun.2.chars().count() == 2_000, "{}", begun.2);
    assert!(done.2.ends_with("é…") && done.2.chars().count() == 2_000, "{}", done.2);
    for why in [&long, "two\nlines"] {
        assert!(matches!(begin("production", why).await, Err(OpsError::Unwritable(_))), "{why}");
    }
    assert_eq!(lines().await.len(), 6);
    assert_eq!(verify(&store, None).await.unwrap().lines, 6);
}
