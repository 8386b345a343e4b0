//! The audit log: whatever is done to a line behind its back is seen, and which line it was.

use domain::Timestamp;
use ops::{
    OpsError,
    audit::{Broken, Deed, Head, Who, append, verify},
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
