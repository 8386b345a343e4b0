//! A migration that takes long: others are kept waiting for a bounded time, and it changes nothing or all.

use std::time::Duration;

use sqlx::{Connection, PgConnection, SqliteConnection};
use store::{Location, Options, SCHEMA, Store, StoreError};

use crate::backend::*;

/// The tables as the version before the migration `work` left them: released files are never edited.
const BEFORE: [&str; 5] = [
    include_str!("../../migrations/0001_first.sql"),
    include_str!("../../migrations/0002_rollouts.sql"),
    include_str!("../../migrations/0003_takedowns_and_chat.sql"),
    include_str!("../../migrations/0004_hosts.sql"),
    include_str!("../../migrations/0005_fleet.sql"),
];
const TABLE: &str = "CREATE TABLE migrations (version BIGINT NOT NULL PRIMARY KEY, name TEXT NOT NULL, least BIGINT NOT NULL); \
    INSERT INTO migrations (version, name, least) VALUES (5, 'fleet', 1)";
/// An index over so many takes longer than a moment.
const MANY: &str = "INSERT INTO jobs (id, kind, dedup, payload, priority, state, run_after, most, fence, created_at, updated_at) \
    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100000) \
    SELECT 'j' || i, 'probe', 'a/film-' || i || '/video', '{}', 0, 'queued', 0, 3, 0, 0, 0 FROM n";

/// On a connection that is nobody's of the store.
async fn run(location: &Location, url: &str, sql: &'static str) {
    match location {
        Location::Sqlite(path) => {
            let options = sqlx::sqlite::SqliteConnectOptions::new().filename(path).create_if_missing(true);
            let mut shell = SqliteConnection::connect_with(&options).await.unwrap();
            sqlx::raw_sql(sql).execute(&mut shell).await.unwrap();
            shell.close().await.unwrap();
        }
        Location::Postgres(_) => {
            let mut shell = PgConnection::connect(url).await.unwrap();
            sqlx::raw_sql(sql).execute(&mut shell).await.unwrap();
        }
    }
}

async fn old(location: &Location, url: &str) -> Store {
    let store = Store::open_at_as_it_is(location, &Options::default()).await.unwrap();
    for sql in BEFORE.into_iter().chain([TABLE, MANY]) {
        run(location, url, sql).await;
    }
    store
}

async fn given_up(location: Location, url: &str) {
    let store = old(&location, url).await;
    let error = store.migrate_within(Duration::from_millis(30)).await.unwrap_err();
    assert!(matches!(error, StoreError::Unmigrated { version: 6, name: "work", .. }), "{error}");
    let said = error.to_string();
    assert!(said.contains("migration 6 (work) was not done in 0.03 s and changed nothing"), "{said}");
    assert!(said.contains("primetime migrate --within SECONDS"), "{said}");
    assert_eq!(store.schema().await.unwrap(), 5);
    // The connection that was stopped in the middle has nothing left of it: also a long transaction is as long as it wants.
    run(&location, url, "UPDATE jobs SET note = 'seen'").await;
    store.put_positions(&[position(1, "d", 1, 1)]).await.unwrap();
    assert_eq!(store.migrate_within(Duration::from_secs(600)).await.unwrap().to, SCHEMA);
    assert_eq!(store.migrate().await.unwrap().from, SCHEMA);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_sqlite_one_that_takes_long_is_given_up_and_changes_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let url = format!("sqlite:{}", dir.path().join("test.db").display());
    given_up(url.parse().unwrap(), &url).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_postgresql_one_that_takes_long_is_given_up_and_changes_nothing() {
    let url = pgtest::Server::shared().database();
    given_up(url.parse().unwrap(), &url).await;
}
