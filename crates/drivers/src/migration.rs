//! The migration of a rollout: a program of the new release that brings the database to its schema, once.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use fleet::rollout::{Migrating, Migration};
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;

use crate::{Engine, Spec, Unready};

/// Between two looks whether a release is here.
const LOOK: Duration = Duration::from_millis(200);

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
    pub fn begin<E: Engine + 'static>(
        &self,
        engine: Arc<E>,
        generation: u64,
        limit: Duration,
        program: impl Fn() -> Result<Spec, Unready> + Send + Sync + 'static,
    ) {
        let mut now = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if now.migration.generation == generation && now.migration.state != Migration::Open {
            return;
        }
        now.migration = Migrating { generation, state: Migration::Running };
        now.stop = CancellationToken::new();
        let (all, stop) = (self.clone(), now.stop.clone());
        drop(now);
        tokio::spawn(async move {
            let ended = match here(program, limit, &stop).await {
                Ok(spec) => engine.complete(&spec, limit, stop).await,
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

/// Waits for a release that is on its way. Less long than the migration may take: whoever waits for that would blame the database.
async fn here(
    program: impl Fn() -> Result<Spec, Unready>,
    limit: Duration,
    stop: &CancellationToken,
) -> Result<Spec, String> {
    let waiting = limit - limit / 4;
    let coming = async {
        loop {
            match program() {
                Ok(spec) => return Ok(spec),
                Err(Unready::Wrong(why)) => return Err(why),
                Err(Unready::Coming(_)) => sleep(LOOK).await,
            }
        }
    };
    tokio::select! {
        found = timeout(waiting, coming) => found.unwrap_or_else(|_| {
            let seconds = waiting.as_secs();
            Err(format!("the release has been on its way to this host for {seconds} s: roll it again, and it may be there"))
        }),
        () = stop.cancelled() => Err("it was stopped".to_owned()),
    }
}
