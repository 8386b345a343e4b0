//! What cannot be opened says why and what to do.

use std::fs;

use store::{Store, StoreError};

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
