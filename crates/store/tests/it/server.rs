//! What only a server can do: be away, be somebody else's, end one of two transactions, crash.

use std::{sync::Arc, time::Duration};

use pgtest::{Fsync, Server};
use sqlx::{Connection, PgConnection};
use store::{Location, NewAsset, Options, SCHEMA, Store, StoreError};
use tokio::sync::Barrier;

use crate::backend::*;

async fn raw(url: &str) -> PgConnection {
    PgConnection::connect(url).await.unwrap()
}

async fn open(url: &str) -> Result<Store, StoreError> {
    Store::open_at(&url.parse().unwrap(), &Options::default()).await
}

#[tokio::test]
async fn what_cannot_be_ours_says_why_and_nothing_of_its_password() {
    let url = Server::shared().database();
    let refused = |error: StoreError, words: &str| {
        let text = format!("{error} {error:?}");
        assert!(error.to_string().contains(words), "{error}");
        assert!(!text.contains("hunter2"), "{text}");
    };
    let with_password = url.replace("primetime@", "primetime:hunter2@");
    let missing = format!("{with_password}-not");
    refused(open(&missing).await.unwrap_err(), "no such database");
    refused(open("postgres://u:hunter2@%2Fnowhere/x").await.unwrap_err(), "cannot be reached");
    let mut theirs = raw(&url).await;
    sqlx::query("CREATE TABLE jobs (id INTEGER)").execute(&mut theirs).await.unwrap();
    refused(open(&with_password).await.unwrap_err(), "another program");
    let latin = Server::shared().database();
    for sql in ["CREATE DATABASE latin ENCODING 'LATIN1' TEMPLATE template0", "CREATE ROLE stranger LOGIN"] {
        sqlx::query(sql).execute(&mut raw(&latin).await).await.unwrap();
    }
    let (server, _) = latin.rsplit_once('/').unwrap();
    refused(open(&format!("{server}/latin")).await.unwrap_err(), "UTF8");
    refused(open(&latin.replace("primetime@", "stranger@")).await.unwrap_err(), "owner of the database");
}

/// An older server is not to be had: one that says that it is one, to whoever asks it as we do.
#[tokio::test]
async fn a_server_that_is_too_old_is_refused_and_nothing_is_made_in_it() {
    for (number, refused) in [(149_999, true), (150_000, false)] {
        let url = Server::shared().database();
        let name = url.rsplit_once('/').unwrap().1;
        let mut shell = raw(&url).await;
        let says = format!(
            "CREATE SCHEMA old; ALTER DATABASE {name} SET search_path = old, pg_catalog; \
             CREATE FUNCTION old.current_setting(text) RETURNS text LANGUAGE sql AS $$ SELECT CASE $1 \
             WHEN 'server_version_num' THEN '{number}' ELSE pg_catalog.current_setting($1) END $$"
        );
        sqlx::raw_sql(sqlx::AssertSqlSafe(says)).execute(&mut shell).await.unwrap();
        let opened = open(&url).await;
        let tables: i64 = sqlx::query_scalar("SELECT count(*) FROM pg_tables WHERE schemaname = 'old'")
            .fetch_one(&mut shell)
            .await
            .unwrap();
        assert_eq!(tables == 0, refused, "{opened:?}");
        match opened {
            Ok(_) => assert!(!refused),
            Err(error) => {
                let said = error.to_string();
                assert!(said.contains("the server is PostgreSQL 14: 15 or later is needed"), "{said}");
            }
        }
    }
}

#[tokio::test]
async fn a_newer_schema_is_refused_unless_it_can_be_lived_with() {
    let url = Server::shared().database();
    let store = open(&url).await.unwrap();
    let mut other = raw(&url).await;
    for (sql, opens) in [
        ("INSERT INTO migrations (version, name, least) VALUES (9998, 'added', 1)", true),
        ("INSERT INTO migrations (version, name, least) VALUES (9999, 'later', 9999)", false),
    ] {
        sqlx::query(sql).execute(&mut other).await.unwrap();
        let opened = open(&url).await;
        assert_eq!(opened.is_ok(), opens, "{opened:?}");
    }
    store.put_positions(&[position(1, "d", 1, 1)]).await.unwrap();
}

/// The server's, the database's and the role's defaults are somebody else's. These are what its promise hangs on.
#[tokio::test]
async fn every_commit_is_synced_and_no_lock_is_waited_for_for_ever() {
    let url = Server::shared().database();
    let name = url.rsplit_once('/').unwrap().1.to_owned();
    for setting in ["synchronous_commit = off", "default_transaction_isolation = 'serializable'"] {
        let sql = sqlx::AssertSqlSafe(format!("ALTER DATABASE {name} SET {setting}"));
        sqlx::query(sql).execute(&mut raw(&url).await).await.unwrap();
    }
    let patience = Options { patience: Duration::from_millis(300), ..Options::default() };
    let store = Store::open_at(&url.parse().unwrap(), &patience).await.unwrap();
    assert_eq!(store.setting("synchronous_commit").await.unwrap(), "on");
    assert_eq!(store.setting("lock_timeout").await.unwrap(), "300ms");
    assert_eq!(store.setting("statement_timeout").await.unwrap(), "30s");
    assert_eq!(store.setting("client_connection_check_interval").await.unwrap(), "1s");
    assert_eq!(store.setting("application_name").await.unwrap(), "primetime");
    assert_eq!(store.setting("transaction_isolation").await.unwrap(), "read committed");
    // Tests do not sync: that is worth a word to whoever asks.
    let health = store.health().await.unwrap();
    assert!(health.engine.starts_with("PostgreSQL 1") && health.schema == SCHEMA && health.bytes > 100_000);
    assert!(health.broken.iter().any(|line| line.contains("fsync off")), "{:?}", health.broken);
    assert_eq!(health.broken.len(), 2, "and the pages, but every statement fits: {:?}", health.broken);

    let mut shell = raw(&url).await;
    for sql in ["BEGIN", "LOCK TABLE profiles IN ACCESS EXCLUSIVE MODE"] {
        sqlx::query(sql).execute(&mut shell).await.unwrap();
    }
    let busy = store.put_positions(&[position(1, "d", 1, 1)]).await.unwrap_err();
    assert!(matches!(busy, StoreError::Busy(_)) && busy.is_transient(), "{busy}");
    sqlx::query("ROLLBACK").execute(&mut shell).await.unwrap();
    store.put_positions(&[position(1, "d", 1, 1)]).await.unwrap();

    // Nor by a migration, behind which others wait.
    for sql in ["BEGIN", "LOCK TABLE migrations"] {
        sqlx::query(sql).execute(&mut shell).await.unwrap();
    }
    let given_up = store.migrate().await.unwrap_err();
    assert!(matches!(given_up, StoreError::Busy(_)), "{given_up}");
    sqlx::query("ROLLBACK").execute(&mut shell).await.unwrap();
    assert_eq!(store.migrate().await.unwrap().to, SCHEMA);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_two_that_wait_for_each_other_one_is_told_to_begin_again() {
    let store = Backend::postgres().await.store;
    let ids = [asset("a-1"), asset("b-1")];
    let mut tx = store.begin().await.unwrap();
    for id in &ids {
        let new = NewAsset { id: id.clone(), title: title("film"), source: "{}".into() };
        tx.add_asset(&new, at(1)).await.unwrap();
    }
    tx.commit().await.unwrap();
    let both = Arc::new(Barrier::new(2));
    let tasks = [[0, 1], [1, 0]].map(|[first, second]| {
        let (store, both, ids) = (store.clone(), both.clone(), ids.clone());
        tokio::spawn(async move {
            let mut tx = store.begin().await.unwrap();
            tx.asset(&ids[first]).await.unwrap();
            both.wait().await;
            tx.asset(&ids[second]).await?;
            tx.commit().await
        })
    });
    let mut told = Vec::new();
    for task in tasks {
        told.push(task.await.unwrap());
    }
    let ([Ok(()), Err(error)] | [Err(error), Ok(())]) = &told[..] else { panic!("{told:?}") };
    assert!(matches!(error, StoreError::Contended(_)) && error.is_transient(), "{error:?}");
}

/// Every acknowledged write is there after the server was killed, and the store that was open goes on by itself.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn acknowledged_positions_survive_a_crash_of_the_server() {
    let server = Server::start(Fsync::On);
    let location: Location = server.database().parse().unwrap();
    let options = Options { patience: Duration::from_millis(500), ..Options::default() };
    let store = Store::open_at(&location, &options).await.unwrap();
    let mut acknowledged = Vec::new();
    for round in 0..2 {
        let writer = {
            let store = store.clone();
            tokio::spawn(async move {
                let mut done = Vec::new();
                for seq in round * 1_000_000.. {
                    let name = title(&format!("t{seq}"));
                    let write = store::PositionWrite { title: name.clone(), ..position(1, "d", seq, seq) };
                    match store.put_positions(&[write]).await {
                        Ok(_) => done.push(name),
                        Err(error) => return (done, error),
                    }
                }
                unreachable!("it ends with the server")
            })
        };
        while store.newest_positions(&profile("p"), 1000).await.unwrap().len() < acknowledged.len() + 25 {
            tokio::task::yield_now().await;
        }
        server.crash();
        let (done, error) = writer.await.unwrap();
        acknowledged.extend(done);
        assert!(matches!(error, StoreError::Away(_)) && error.is_transient(), "{error:?}");
        let away = store.schema().await.unwrap_err();
        assert!(matches!(away, StoreError::Away(_)), "{away:?}");
        server.restart();
        let kept = store.positions_of(&profile("p"), &acknowledged).await.unwrap();
        assert_eq!(kept.len(), acknowledged.len(), "every acknowledged row is there");
    }
    assert_eq!(store.health().await.unwrap().broken, Vec::<String>::new());
}
