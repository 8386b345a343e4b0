//! A database whose clock is two hours behind this machine's.

use std::time::Duration;

use pgtest::{Fsync, Server};
use rustix::process::Signal;
use sqlx::{Connection, PgConnection};
use store::{Location, Options, Store};

use crate::{
    process::{Installation, words},
    rollout::now,
};

/// Sets the clock that the database's own statements see.
async fn set(database: &mut PgConnection, hours_behind: u32) {
    let sql = format!(
        "CREATE OR REPLACE FUNCTION skewed.clock_timestamp() RETURNS timestamptz VOLATILE LANGUAGE sql \
         AS 'SELECT pg_catalog.clock_timestamp() - interval ''{hours_behind} hours'''"
    );
    sqlx::raw_sql(sqlx::AssertSqlSafe(sql)).execute(database).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_plans_by_a_clock_that_is_not_the_databases_and_says_so() {
    let server = Server::start(Fsync::Off);
    let mut there = Installation::new();
    let url = server.database();
    let name = url.rsplit('/').next().unwrap();
    let mut database = PgConnection::connect(&url).await.unwrap();
    let first =
        format!("CREATE SCHEMA skewed; ALTER DATABASE {name} SET search_path = skewed, public, pg_catalog");
    sqlx::raw_sql(sqlx::AssertSqlSafe(first)).execute(&mut database).await.unwrap();
    set(&mut database, 2).await;
    there.variables = vec![("PRIMETIME_DATABASE_URL", url.clone())];
    let off = "this machine's clock is 7200 s ahead of the database's: one of the two is wrong";
    let mut planner = there.start("fleet run --capacity 10");
    planner.until("saying that the clock is off", async |planner| planner.log().contains(off)).await;
    assert!(planner.log().contains("another one plans until they agree"), "{}", planner.log());
    let location: Location = url.parse().unwrap();
    let store = Store::open_at(&location, &Options::default()).await.unwrap();
    let lease = async |at| store.lease_fleet("site", "test", Duration::from_secs(15), at).await.unwrap();
    let behind = now(&there).minus(Duration::from_secs(7200));
    assert_eq!(lease(behind).await, Some(1), "nobody has it");
    store.release_fleet("site", "test").await.unwrap();
    assert!(there.succeed("fleet status").contains(off));
    let said = words(&there.run("doctor"));
    assert!(said.contains(&format!("WRONG clocks: {off}")), "{said}");

    set(&mut database, 0).await;
    planner.until("planning", async |planner| planner.log().contains("planning from what is known")).await;
    assert_eq!(lease(now(&there)).await, None, "it leads");
    assert!(!there.succeed("fleet status").contains("Clocks:"));
    // The clock goes wrong while it leads: it lets another one at once.
    set(&mut database, 2).await;
    planner.until("standing back", async |_| lease(now(&there)).await.is_some()).await;
    assert!(planner.signal(Signal::TERM).await.success());
}
