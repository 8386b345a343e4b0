//! Migrations that must wait for somebody, or that others must wait for: given up in time, and no viewer waits behind them for long.

use std::{
    collections::BTreeMap,
    fs,
    io::{BufRead, BufReader, Write},
    process::{Child, ChildStdin, Command, Stdio},
    sync::Arc,
    time::Duration,
};

use pgtest::{Fsync, Server};
use rustix::process::{Pid, Signal, kill_process};
use tokio::{
    pin,
    task::JoinSet,
    time::{sleep, timeout},
};
use tokio_util::sync::CancellationToken;

use crate::{
    catalogue,
    host::{Drained, GOOD, release, says},
    process::{Installation, Running, words},
    shared::{plays, position, put, put_at},
};

/// Runs its migration when the test says so: everything else that opens the database wants the same locks.
const WAITS: &str =
    r#"if [ $1 = migrate ]; then until [ -e GATE ]; do sleep 0.02; done; fi; exec PRIMETIME "$@""#;
/// A migration of its own, on connections that are set as the store's are, and without an end to its patience.
const OWN: &str = r#"if [ $1 = migrate ]; then export PGOPTIONS='-c client_connection_check_interval=1s'
until [ -e GATE ]; do sleep 0.02; done
exec psql -q -d 'URL' -c 'ALTER TABLE positions ADD COLUMN mood TEXT'; fi; exec PRIMETIME "$@""#;

/// What `psql` answers.
fn asked(url: &str, sql: &str) -> String {
    let output = Command::new("psql").args(["-qAt", "-v", "ON_ERROR_STOP=1", "-d", url, "-c", sql]).output();
    let output = output.unwrap();
    assert!(output.status.success(), "{sql}: {}", words(&output));
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

/// Somebody's transaction, until it is dropped.
struct Held {
    psql: Child,
    _orders: ChildStdin,
}

impl Held {
    fn new(url: &str, sql: &str) -> Self {
        let mut psql = Command::new("psql");
        psql.args(["-qAt", "-v", "ON_ERROR_STOP=1", "-d", url]).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut psql = psql.spawn().unwrap();
        let mut orders = psql.stdin.take().unwrap();
        writeln!(orders, "BEGIN; {sql};\n\\echo held").unwrap();
        let mut answers = BufReader::new(psql.stdout.take().unwrap()).lines().map(Result::unwrap);
        assert!(answers.any(|line| line == "held"), "{sql}");
        Self { psql, _orders: orders }
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        let _ended = self.psql.kill();
        let _status = self.psql.wait();
    }
}

/// Every column of every table, and the number of the schema.
fn schema(url: &str) -> String {
    asked(
        url,
        "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'public' \
         UNION SELECT 'schema', max(version)::text FROM migrations ORDER BY 1, 2",
    )
}

/// An installation on this database, whose film plays, and its release `v1`.
pub async fn playing(url: &str) -> Installation {
    let mut there = Installation::new();
    there.variables = vec![("PRIMETIME_DATABASE_URL", url.to_owned())];
    catalogue::write(&there.input(), "Night Ferry");
    there.succeed("import IN");
    let mut whole = there.start("serve");
    let browser = whole.browser();
    whole.until("playing", async |running| plays(&browser, running).await).await;
    assert!(whole.signal(Signal::TERM).await.success());
    release(&there, "v1", GOOD);
    there
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_migration_that_waits_for_a_lock_is_given_up_and_positions_are_written() {
    let server = Server::start(Fsync::Off);
    let url = server.database();
    let there = playing(&url).await;
    let gate = there.dir.path().join("gate");
    for (name, script) in [("waits", WAITS), ("own", OWN)] {
        release(&there, name, &script.replace("GATE", gate.to_str().unwrap()).replace("URL", &url));
    }
    let _drained = Drained(&there);
    let mut host = there.start_host("host --roles site,origin --release v1 --instances 2", &[]);
    says(&there, &mut host, "site runs 2 of v1 on 1 host").await;
    let browser = host.browser();
    host.until("playing", async |running| plays(&browser, running).await).await;

    let mut seq = 10;
    for (new, held) in [
        // Somebody else migrates, and does not get done.
        ("waits", "SELECT pg_advisory_lock(x'5072696d'::bigint)"),
        // Somebody reads positions for a long time; whoever writes them waits behind the migration.
        ("own", "LOCK TABLE positions IN ACCESS SHARE MODE"),
    ] {
        let rolled = there.succeed(&format!("release roll {new} --migrate 2 --bake 0 --as ana"));
        assert!(rolled.contains("migrate the database"), "{rolled}");
        let was = schema(&url);
        let lock = Held::new(&url, held);
        fs::write(&gate, "").unwrap();
        let waiting = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'";
        let undone = "SELECT count(*) FROM rollouts WHERE state = 'running'";
        let begun = async |_: &Running| asked(&url, waiting) == "1" || asked(&url, undone) == "0";
        host.until("waiting for the lock", begun).await;
        let mut written = async |host: &Running| {
            seq += 1;
            assert_eq!(put(&browser, host, seq).await, 204, "{held}\n{}", host.log());
        };
        written(&host).await;
        while asked(&url, undone) != "0" {
            written(&host).await;
            sleep(Duration::from_millis(200)).await;
        }
        written(&host).await;
        let left = async |_: &Running| asked(&url, waiting) == "0";
        host.until("without anybody of the migration", left).await;
        fs::remove_file(&gate).unwrap();
        drop(lock);
        assert_eq!(schema(&url), was, "{held}");
        let said = there.succeed("release status --last 1");
        assert!(said.contains(": undone (") && said.contains("was not done in 2 s"), "{said}");
        says(&there, &mut host, "site runs 2 of v1 on 1 host").await;
    }
    assert_eq!(position(&browser, &host).await, seq as f64 / 100.0);
    assert!(host.signal(Signal::TERM).await.success());
}

/// The newest migration is to be run again, and holds the table of positions for as long as it is let: on this server, every change
/// of tables does.
const HOLDS: &str = "CREATE FUNCTION hold() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN \
    IF current_query() NOT LIKE '%migrations%' THEN LOCK TABLE positions; PERFORM pg_sleep(25); END IF; END $$; \
    CREATE EVENT TRIGGER hold ON ddl_command_start EXECUTE FUNCTION hold(); \
    DELETE FROM migrations WHERE version = (SELECT max(version) FROM migrations) RETURNING version, name, least";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_migration_that_keeps_a_table_locked_is_given_up_while_viewers_still_wait() {
    let server = Server::start(Fsync::Off);
    let url = server.database();
    let there = playing(&url).await;
    let gate = there.dir.path().join("gate");
    release(&there, "holds", &WAITS.replace("GATE", gate.to_str().unwrap()));
    let _drained = Drained(&there);
    let mut host = there.start_host("host --roles site,origin --release v1 --instances 2", &[]);
    says(&there, &mut host, "site runs 2 of v1 on 1 host").await;

    let (over, mut viewers) = (CancellationToken::new(), JoinSet::new());
    let host_url: Arc<str> = host.url("/api/v1/positions/ferry").into();
    for _ in 0..8 {
        let (over, url, viewer) = (over.clone(), host_url.clone(), host.browser());
        host.until("playing", async |running| plays(&viewer, running).await).await;
        viewers.spawn(async move {
            let (mut answers, mut waited, mut seq) = (BTreeMap::new(), false, 10);
            while !over.is_cancelled() {
                seq += 1;
                let put = put_at(&viewer, &url, seq);
                pin!(put);
                let status = match timeout(Duration::from_secs(1), &mut put).await {
                    Ok(status) => status,
                    Err(_) => {
                        waited = true;
                        // No player has more patience.
                        timeout(Duration::from_secs(4), put).await.expect("it is answered")
                    }
                };
                *answers.entry(status).or_insert(0) += 1;
                sleep(Duration::from_millis(150)).await;
            }
            (viewer, answers, waited, seq)
        });
    }
    there.succeed("release roll holds --bake 0 --as ana");
    let last = asked(&url, HOLDS);
    fs::write(&gate, "").unwrap();
    let [version, name, least] = last.split('|').collect::<Vec<_>>()[..] else { panic!("{last}") };
    let undone =
        async |_: &Running| asked(&url, "SELECT count(*) FROM rollouts WHERE state = 'running'") == "0";
    host.until("undone", undone).await;
    sleep(Duration::from_millis(500)).await;
    over.cancel();
    let mut all_waited = true;
    for (viewer, answers, waited, seq) in viewers.join_all().await {
        all_waited &= waited;
        assert!(answers.keys().eq(&[204]), "{answers:?}\n{}", host.log());
        assert_eq!(position(&viewer, &host).await, seq as f64 / 100.0, "the last that was acknowledged");
    }
    assert!(all_waited, "behind the migration");
    asked(&url, "DROP EVENT TRIGGER hold");
    asked(&url, &format!("INSERT INTO migrations VALUES ({version}, '{name}', {least})"));
    let said = there.succeed("release status --last 1");
    let why = format!("the migration {version} ({name}) was not done in 2 s and changed nothing");
    assert!(said.contains(": undone (") && said.contains(&why), "{said}");
    assert!(said.contains("primetime migrate --within SECONDS"), "{said}");
    says(&there, &mut host, "site runs 2 of v1 on 1 host").await;
    assert!(host.signal(Signal::TERM).await.success());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_migration_that_is_stopped_in_the_middle_loses_its_locks() {
    let server = Server::start(Fsync::Off);
    let url = server.database();
    let mut there = Installation::new();
    there.variables = vec![("PRIMETIME_DATABASE_URL", url.clone())];
    there.succeed("migrate");
    let last = asked(&url, &HOLDS.replace("25", "1"));
    let (version, _) = last.split_once('|').unwrap();
    let mut migrating =
        there.command().args(there.arguments("migrate")).stderr(Stdio::piped()).spawn().unwrap();
    let pid = Pid::from_raw(migrating.id() as i32).unwrap();
    let until = async |sql: &str, answer: &str| {
        let waiting = async {
            while asked(&url, sql) != answer {
                sleep(Duration::from_millis(20)).await;
            }
        };
        timeout(Duration::from_secs(20), waiting).await.expect(sql);
    };
    let holds = "SELECT count(*) FROM pg_locks WHERE relation = 'positions'::regclass AND mode = 'AccessExclusiveLock'";
    until(holds, "1").await;
    kill_process(pid, Signal::STOP).unwrap();
    until(holds, "0").await;
    kill_process(pid, Signal::CONT).unwrap();
    assert!(!migrating.wait().unwrap().success());
    let done = asked(&url, &format!("SELECT count(*) FROM migrations WHERE version = {version}"));
    assert_eq!(done, "0", "it changed nothing");
}
