//! What cannot be opened says why and what to do.

use std::{fs, time::Duration};

use sqlx::{Connection, SqliteConnection, sqlite::SqliteConnectOptions};
use store::{Options, SCHEMA, Store, StoreError};

use crate::backend::*;

#[tokio::test]
async fn what_is_no_database_is_left_as_it_is() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("notes.txt");
    let words = "these are notes, and no database at all ".repeat(200);
    fs::write(&path, &words).unwrap();
    let error = Store::open(&path).await.unwrap_err();
    assert!(error.to_string().contains("no SQLite database"), "{error}");
    assert_eq!(fs::read_to_string(&path).unwrap(), words);
    let missing = Store::open(&dir.path().join("no/such/test.db")).await.unwrap_err();
    assert!(missing.to_string().contains("folder is missing"), "{missing}");
    let folder = Store::open(dir.path()).await.unwrap_err();
    assert!(folder.to_string().contains("it is a folder"), "{folder}");
}

#[tokio::test]
async fn a_newer_schema_is_refused() {
    let backend = Backend::sqlite().await;
    backend.store.close().await;
    let path = backend.dir.path().join("test.db");
    let raw = sqlx::SqlitePool::connect_with(sqlx::sqlite::SqliteConnectOptions::new().filename(&path))
        .await
        .unwrap();
    sqlx::query("INSERT INTO migrations (version, name, least) VALUES (9999, 'later', 9999)")
        .execute(&raw)
        .await
        .unwrap();
    raw.close().await;
    let error = Store::open(&path).await.unwrap_err();
    assert!(error.to_string().contains("newer version") && error.to_string().contains("9999"), "{error}");
}

#[tokio::test]
async fn a_closed_store_says_so() {
    let backend = Backend::sqlite().await;
    backend.store.close().await;
    assert!(matches!(backend.store.newest_edition().await, Err(StoreError::Closed)));
    assert!(matches!(backend.store.put_positions(&[position(1, "d", 1, 1)]).await, Err(StoreError::Closed)));
}

async fn raw(path: &std::path::Path) -> SqliteConnection {
    let options = SqliteConnectOptions::new().filename(path).create_if_missing(true);
    SqliteConnection::connect_with(&options).await.unwrap()
}

#[tokio::test]
async fn a_newer_schema_that_this_version_can_live_with_is_opened_and_left() {
    let backend = Backend::sqlite().await;
    let path = backend.dir.path().join("test.db");
    let mut other = raw(&path).await;
    // What the version after this one does when it only adds.
    for sql in [
        "ALTER TABLE assets ADD COLUMN colour TEXT",
        "INSERT INTO migrations (version, name, least) VALUES (9999, 'later', 1)",
    ] {
        sqlx::query(sql).execute(&mut other).await.unwrap();
    }
    let store = Store::open(&path).await.unwrap();
    assert_eq!(store.migrate().await.unwrap(), store::Migrated { from: 9999, to: 9999 });
    assert!(store.health().await.unwrap().broken.is_empty());
    store.put_positions(&[position(1, "d", 1, 1)]).await.unwrap();
}

#[tokio::test]
async fn looking_changes_nothing_and_migrating_twice_neither() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("test.db");
    let store = Store::open_as_it_is(&path, &Options::default()).await.unwrap();
    assert!(store.schema().await.is_err());
    assert_eq!(store.migrate().await.unwrap(), store::Migrated { from: 0, to: SCHEMA });
    assert_eq!(store.migrate().await.unwrap(), store::Migrated { from: SCHEMA, to: SCHEMA });
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn many_may_make_the_same_file_at_once() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("test.db");
    let openers: Vec<_> = (0..8)
        .map(|_| {
            let path = path.clone();
            tokio::spawn(async move { Store::open(&path).await })
        })
        .collect();
    for opener in openers {
        let store = opener.await.unwrap().unwrap();
        assert_eq!(store.schema().await.unwrap(), SCHEMA);
    }
}

#[tokio::test]
async fn the_database_of_another_program_is_left_alone() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("theirs.db");
    let mut theirs = raw(&path).await;
    sqlx::query("CREATE TABLE jobs (id INTEGER)").execute(&mut theirs).await.unwrap();
    let error = Store::open(&path).await.unwrap_err();
    assert!(error.to_string().contains("another program"), "{error}");
    let tables: i64 =
        sqlx::query_scalar("SELECT COUNT(*) FROM sqlite_master").fetch_one(&mut theirs).await.unwrap();
    assert_eq!(tables, 1);
}

#[tokio::test]
async fn who_keeps_it_locked_is_waited_for_and_then_named() {
    let backend = Backend::sqlite().await;
    let path = backend.dir.path().join("test.db");
    let patience = Options { patience: Duration::from_millis(100), ..Options::default() };
    let hasty = Store::open_with(&path, &patience).await.unwrap();
    let mut shell = raw(&path).await;
    sqlx::query("BEGIN IMMEDIATE").execute(&mut shell).await.unwrap();
    let busy = hasty.put_positions(&[position(1, "d", 1, 1)]).await.unwrap_err();
    assert!(matches!(busy, StoreError::Busy(_)) && busy.is_transient(), "{busy}");
    assert!(hasty.newest_edition().await.is_ok(), "reading goes on");
    sqlx::query("ROLLBACK").execute(&mut shell).await.unwrap();
    hasty.put_positions(&[position(1, "d", 1, 1)]).await.unwrap();
    hasty.close().await;
    backend.store.close().await;

    for sql in ["PRAGMA locking_mode = EXCLUSIVE", "UPDATE counters SET value = value"] {
        sqlx::query(sql).execute(&mut shell).await.unwrap();
    }
    let error = Store::open_with(&path, &patience).await.unwrap_err();
    assert!(error.to_string().contains("another process keeps it locked"), "{error}");
}

#[tokio::test]
async fn a_folder_that_nobody_may_write_to_is_named() {
    let error = Store::open("/proc/primetime.db".as_ref()).await.unwrap_err().to_string();
    assert!(error.contains("/proc/primetime.db") && error.contains("may not write"), "{error}");
}

#[tokio::test]
async fn a_damaged_file_is_told() {
    let backend = Backend::sqlite().await;
    let path = backend.dir.path().join("test.db");
    for n in 0..200 {
        let mut tx = backend.store.begin().await.unwrap();
        tx.enqueue(&job(&format!("{n}"), n), at(1)).await.unwrap();
        tx.commit().await.unwrap();
    }
    backend.store.close().await;
    assert!(!backend.dir.path().join("test.db-wal").exists(), "the log was folded into the file");
    let mut bytes = fs::read(&path).unwrap();
    let len = bytes.len();
    bytes[len / 2..].fill(0xa5);
    fs::write(&path, bytes).unwrap();
    let found = match Store::open(&path).await {
        Err(error) => error.to_string(),
        Ok(store) => match store.health().await {
            Err(error) => error.to_string(),
            Ok(health) => health.broken.join("; "),
        },
    };
    assert!(!found.is_empty());
}
