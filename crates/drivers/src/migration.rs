//! The migration of a rollout: a program of the new release that brings the database to its schema, once.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use fleet::rollout::{Migrating, Migration};
use tokio_util::sync::CancellationToken;

use crate::{Engine, Spec};

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
        program: Result<Spec, String>,
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
            let ended = match program {
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
