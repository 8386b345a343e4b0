//! PostgreSQL 15 and later: connections that wait no longer than we say, and commits that are on disk.

use std::time::Duration;

use sqlx::{
    PgConnection, PgPool, Postgres, Row as _, Transaction, TypeInfo, ValueRef,
    pool::PoolOptions,
    postgres::{PgConnectOptions, PgDatabaseError, PgRow},
};

use crate::{
    EngineError, Options, StoreError,
    db::{Cell, Row},
    url::PostgresUrl,
};

/// The first that can do what our statements ask: major version 15.
const LEAST_VERSION: i32 = 150_000;
/// A request waits no longer for a connection, also while the server is away: "not now" is an answer, silence is none.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(3);
/// The longest that one statement may run; ours take milliseconds.
const STATEMENT_TIMEOUT: Duration = Duration::from_secs(30);
/// A transaction that nobody goes on with: its process hangs, and its locks must not.
const IDLE_TIMEOUT: Duration = Duration::from_secs(60);
/// How soon the server notices that whoever asked is gone: what waited for a lock for it keeps all others waiting behind it.
const GONE_AFTER: Duration = Duration::from_secs(1);
/// The longest that a change of tables waits for a table. Everybody who wants that table waits behind it meanwhile: shorter than
/// they wait, so that they are answered.
const TABLE_PATIENCE: Duration = crate::migrate::WITHIN;
/// How long to wait for another process that is changing the tables.
const SCHEMA_PATIENCE: Duration = Duration::from_secs(300);
/// Names the lock under which tables are changed: "Prim".
const SCHEMA_LOCK: i64 = 0x5072_696d;

/// The server that one installation uses.
#[derive(Debug)]
pub(crate) struct Server {
    pub pool: PgPool,
}

pub(crate) async fn open(url: &PostgresUrl, options: &Options) -> Result<Server, StoreError> {
    let Options { patience, connections, .. } = *options;
    let pool = PoolOptions::<Postgres>::new()
        .max_connections(connections)
        .acquire_timeout(patience.min(ACQUIRE_TIMEOUT))
        .after_connect(|connection, _| Box::pin(insist_on_disk(connection)))
        .connect_lazy_with(connect_options(url.options(), patience));
    let refused = |reason: String, source: Option<sqlx::Error>| StoreError::Open {
        path: url.to_string(),
        reason,
        source: source.map(Into::into),
    };
    match unfit(&pool).await {
        Ok(None) => Ok(Server { pool }),
        Ok(Some(reason)) => Err(refused(reason, None)),
        Err(error) => Err(refused(reason(&error), Some(error))),
    }
}

/// In the connection's first packet, so that no statement runs without them.
fn connect_options(options: &PgConnectOptions, patience: Duration) -> PgConnectOptions {
    let ms = |time: Duration| time.as_millis().to_string();
    options.clone().application_name("primetime").options([
        ("statement_timeout", ms(STATEMENT_TIMEOUT)),
        ("lock_timeout", ms(patience)),
        ("idle_in_transaction_session_timeout", ms(IDLE_TIMEOUT)),
        ("client_connection_check_interval", ms(GONE_AFTER)),
    ])
}

/// An acknowledged write is on the server's disk, and on its synchronous standby's if there is one, whatever the server's
/// default is: only stricter ones stay.
async fn insist_on_disk(connection: &mut PgConnection) -> Result<(), sqlx::Error> {
    sqlx::query(
        "SELECT set_config('synchronous_commit', 'on', false) \
         WHERE current_setting('synchronous_commit') NOT IN ('on', 'remote_apply')",
    )
    .execute(connection)
    .await
    .map(drop)
}

/// Why this database cannot be ours, if it cannot.
async fn unfit(pool: &PgPool) -> Result<Option<String>, sqlx::Error> {
    let (version, encoding, standby, tables, ours, may_create): (i32, String, bool, i64, bool, bool) = sqlx::query_as(
        "SELECT current_setting('server_version_num')::int, current_setting('server_encoding'), pg_is_in_recovery(), \
         (SELECT count(*) FROM pg_tables WHERE schemaname = current_schema()), \
         EXISTS (SELECT 1 FROM information_schema.columns WHERE table_schema = current_schema() \
             AND table_name = 'migrations' AND column_name = 'least'), \
         COALESCE(has_schema_privilege(current_schema(), 'CREATE'), false)",
    )
    .fetch_one(pool)
    .await?;
    Ok(if version < LEAST_VERSION {
        Some(format!("the server is PostgreSQL {}: 15 or later is needed", version / 10_000))
    } else if encoding != "UTF8" {
        Some(format!("its encoding is {encoding}: create it with ENCODING 'UTF8' TEMPLATE template0"))
    } else if standby {
        Some("the server is a standby, which cannot be written: name the primary".into())
    } else if tables > 0 && !ours {
        Some("it is the database of another program: choose another one".into())
    } else if !ours && !may_create {
        Some("this user may make no tables in it: make it the owner of the database".into())
    } else {
        None
    })
}

fn reason(error: &sqlx::Error) -> String {
    match error {
        sqlx::Error::Io(_) | sqlx::Error::PoolTimedOut => {
            return "the server cannot be reached: see that it runs, and that host and port in database.url are right".into();
        }
        sqlx::Error::Tls(_) => {
            return "no TLS connection: see sslmode and sslrootcert in database.url".into();
        }
        _ => {}
    }
    match code(error).as_deref() {
        Some("28P01" | "28000") => {
            "the server refuses this user or password: see database.url and database.password_file".into()
        }
        Some("3D000") => {
            "there is no such database: create it with CREATE DATABASE … ENCODING 'UTF8' TEMPLATE template0"
                .into()
        }
        Some("42501") => "this user may not use it: make it the owner of the database".into(),
        Some("53300") => {
            "the server has no connection left: raise its max_connections, or lower database.connections"
                .into()
        }
        Some("57P03") => "the server is starting or stopping: try again".into(),
        _ => error.to_string(),
    }
}

/// The SQLSTATE of what the server said (postgresql.org/docs/15/errcodes-appendix.html).
fn code(error: &sqlx::Error) -> Option<String> {
    let error = error.as_database_error()?.try_downcast_ref::<PgDatabaseError>()?;
    Some(error.code().to_owned())
}

/// What an error of the server, or of the way to it, means; `None` when it has no meaning of its own to us.
pub(crate) fn meaning(error: &sqlx::Error) -> Option<fn(EngineError) -> StoreError> {
    if matches!(error, sqlx::Error::Io(_) | sqlx::Error::Tls(_) | sqlx::Error::Protocol(_)) {
        return Some(StoreError::Away);
    }
    let code = code(error)?;
    Some(match code.as_str() {
        // Serialization failure, deadlock.
        "40001" | "40P01" => StoreError::Contended,
        // A lock, or a statement, took too long.
        "55P03" | "57014" => StoreError::Busy,
        "25006" => StoreError::ReadOnly,
        "53100" => StoreError::Full,
        "XX001" | "XX002" => StoreError::Damaged,
        "53300" | "57P01" | "57P02" | "57P03" | "57P05" => StoreError::Away,
        connection if connection.starts_with("08") => StoreError::Away,
        _ => StoreError::Engine,
    })
}

/// As [`StoreError::from`], when a connection was asked for: the server is what a pool waits for here.
pub(crate) fn failed(error: sqlx::Error) -> StoreError {
    match error {
        sqlx::Error::PoolTimedOut => StoreError::Away(error.into()),
        error => error.into(),
    }
}

/// A row as it was read.
pub(crate) fn decode(row: &PgRow) -> Result<Row, sqlx::Error> {
    let cell = |at: usize| {
        let raw = row.try_get_raw(at)?;
        let kind = raw.type_info();
        Ok(match kind.name() {
            _ if raw.is_null() => Cell::Null,
            "INT8" => Cell::Int(row.try_get(at)?),
            "INT4" => Cell::Int(row.try_get::<i32, _>(at)?.into()),
            "BOOL" => Cell::Int(row.try_get::<bool, _>(at)?.into()),
            _ => Cell::Text(row.try_get(at)?),
        })
    };
    (0..row.len()).map(cell).collect::<Result<_, sqlx::Error>>().map(Row)
}

/// Waits for other processes that change the tables, longer than for rows: a migration may take its time.
pub(crate) async fn lock_schema(tx: &mut Transaction<'static, Postgres>) -> Result<(), sqlx::Error> {
    let ms = |time: Duration| time.as_millis().to_string();
    let set = "SELECT set_config('lock_timeout', $1, true), set_config('statement_timeout', $1, true)";
    sqlx::query(set).bind(ms(SCHEMA_PATIENCE)).execute(&mut **tx).await?;
    sqlx::query("SELECT pg_advisory_xact_lock($1)").bind(SCHEMA_LOCK).execute(&mut **tx).await?;
    let set = "SELECT set_config('lock_timeout', $1, true)";
    sqlx::query(set).bind(ms(TABLE_PATIENCE)).execute(&mut **tx).await?;
    Ok(())
}

/// For whoever reads or fills whole tables: each is one statement, and one database waits while the other works.
pub(crate) async fn take_any_time(tx: &mut Transaction<'static, Postgres>) -> Result<(), sqlx::Error> {
    sqlx::query("SELECT set_config(name, '0', true) FROM unnest($1) AS name")
        .bind(vec!["statement_timeout", "idle_in_transaction_session_timeout"])
        .execute(&mut **tx)
        .await
        .map(drop)
}

/// Until when this transaction may keep others waiting, in milliseconds of the server's clock: nobody else's process, stopped in
/// the middle, keeps the tables locked for longer.
pub(crate) async fn limit(
    tx: &mut Transaction<'static, Postgres>,
    within: Duration,
) -> Result<i64, sqlx::Error> {
    let ms = i64::try_from(within.as_millis()).unwrap_or(i64::MAX / 2);
    sqlx::query_scalar(
        "SELECT (extract(epoch FROM clock_timestamp()) * 1000)::bigint + $1 \
         FROM set_config('idle_in_transaction_session_timeout', $1::text, true)",
    )
    .bind(ms)
    .fetch_one(&mut **tx)
    .await
}

/// Runs a file of statements within the limit. The server counts each statement's time alone: each gets what is left.
pub(crate) async fn script(
    tx: &mut Transaction<'static, Postgres>,
    sql: &'static str,
    until: i64,
) -> Result<(), sqlx::Error> {
    for statement in sql.split_inclusive(";\n") {
        sqlx::query(
            "SELECT set_config('statement_timeout', \
             greatest($1 - (extract(epoch FROM clock_timestamp()) * 1000)::bigint, 1)::text, true)",
        )
        .bind(until)
        .execute(&mut **tx)
        .await?;
        sqlx::raw_sql(statement).execute(&mut **tx).await?;
    }
    Ok(())
}

/// Name and version, what is broken, bytes.
pub(crate) async fn health(server: &Server) -> Result<(String, Vec<String>, u64), sqlx::Error> {
    let version: String =
        sqlx::query_scalar("SELECT current_setting('server_version')").fetch_one(&server.pool).await?;
    let bytes: i64 =
        sqlx::query_scalar("SELECT pg_database_size(current_database())").fetch_one(&server.pool).await?;
    let risks: Vec<String> = sqlx::query_scalar(
        "SELECT name FROM pg_settings WHERE name IN ('fsync', 'full_page_writes') AND setting = 'off' ORDER BY name",
    )
    .fetch_all(&server.pool)
    .await?;
    let indexes: Vec<String> = sqlx::query_scalar(
        "SELECT c.relname::text FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid \
         JOIN pg_namespace n ON n.oid = c.relnamespace \
         WHERE n.nspname = current_schema() AND NOT (i.indisvalid AND i.indisready) ORDER BY 1",
    )
    .fetch_all(&server.pool)
    .await?;
    let mut broken: Vec<String> = Vec::new();
    broken.extend(
        risks.iter().map(|name| format!("the server has {name} off: a power loss may destroy the database")),
    );
    broken.extend(
        indexes.iter().map(|name| format!("the index {name} is not valid: run REINDEX INDEX {name}")),
    );
    Ok((format!("PostgreSQL {version}"), broken, u64::try_from(bytes).unwrap_or(0)))
}
