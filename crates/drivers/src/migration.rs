//! The migration of a rollout: a process of the new release that brings the database to its schema, once.

use std::{
    process::Stdio,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use fleet::rollout::{Migrating, Migration};
use tokio::{io::AsyncReadExt, process::Command, time::timeout};
use tokio_util::sync::CancellationToken;

use crate::Spec;

/// Bytes of what a migration says that are kept.
const MOST_WORDS: u64 = 4_096;

/// The last migration of this host. In memory only: a migration may be begun again, and what was done is found done.
#[derive(Debug, Clone, Default)]
pub(crate) struct Migrations(Arc<Mutex<Now>>);

#[derive(Debug, Default)]
struct Now {
    migration: Migrating,
    stop: CancellationToken,
}

impl Migrations {
    pub fn last(&self) -> Migrating {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).migration.clone()
    }

    /// Begins that of the rollout `generation`, unless it was begun.
    pub fn begin(&self, generation: u64, limit: Duration, program: Result<Spec, String>) {
        let mut now = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if now.migration.generation == generation && now.migration.state != Migration::Open {
            return;
        }
        now.migration = Migrating { generation, state: Migration::Running };
        now.stop = CancellationToken::new();
        let (all, stop) = (self.clone(), now.stop.clone());
        drop(now);
        tokio::spawn(async move {
            let ended = match program {
                Ok(spec) => run(&spec, limit, stop).await,
                Err(why) => Err(why),
            };
            let mut now = all.0.lock().unwrap_or_else(PoisonError::into_inner);
            if now.migration.generation == generation {
                now.migration.state = ended.map_or_else(Migration::Failed, |()| Migration::Done);
            }
        });
    }

    /// Ends the one that runs. The database takes back what was not committed.
    pub fn stop(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).stop.cancel();
    }
}

async fn run(spec: &Spec, limit: Duration, stop: CancellationToken) -> Result<(), String> {
    let cannot = |error: std::io::Error| format!("cannot run {}: {error}", spec.binary.display());
    let mut child = Command::new(&spec.binary)
        .args(&spec.arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .map_err(cannot)?;
    let mut words = Vec::new();
    let said = child.stderr.take();
    let ended = async {
        if let Some(said) = said {
            let mut said = said.take(MOST_WORDS);
            let _ = said.read_to_end(&mut words).await;
            // What it says beyond that must not make it wait.
            let _ = tokio::io::copy(&mut said.into_inner(), &mut tokio::io::sink()).await;
        }
        child.wait().await
    };
    let status = tokio::select! {
        ended = timeout(limit, ended) => ended,
        () = stop.cancelled() => return Err("it was stopped".into()),
    };
    match status {
        Ok(Ok(status)) if status.success() => Ok(()),
        Ok(Ok(status)) => {
            let words = String::from_utf8_lossy(&words);
            let last = words.lines().map(str::trim).rfind(|line| !line.is_empty()).unwrap_or("no word why");
            Err(format!("{status}: {last}"))
        }
        Ok(Err(error)) => Err(error.to_string()),
        Err(_) => Err(format!("it was not done in {} s", limit.as_secs())),
    }
}
