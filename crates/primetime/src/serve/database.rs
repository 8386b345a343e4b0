//! Is the database there? Looked at once a second, and told to readiness, metrics and the log.

use std::{sync::Mutex, time::Duration};

use prometheus_client::metrics::gauge::Gauge;
use store::Store;
use tokio_util::sync::CancellationToken;
use web::health::Condition;

use crate::{app::App, looking::Looks};

const EVERY: Duration = Duration::from_secs(1);

/// The task that looks.
pub struct Watch {
    store: Store,
    /// `None` where viewers are served: browsing and playing need no database, so that nobody should send them elsewhere when
    /// it is away from every process at once. What needs it answers 503 by itself.
    ready: Option<Condition>,
    up: Gauge,
    was_up: Mutex<bool>,
}

impl Watch {
    /// Registers its metric, and its condition in a process that cannot do without the database.
    pub fn new(store: Store, app: &App) -> Self {
        let viewers = app.config.roles.site || app.config.roles.origin;
        let ready = (!viewers).then(|| app.readiness.condition("database", "it has not been asked yet"));
        let up = app.metrics.register("database_up", "1 while the database answers", Gauge::default());
        Self { store, ready, up, was_up: Mutex::new(true) }
    }

    /// One look.
    pub async fn look(&self) {
        // Bounded by the store's own patience.
        let outcome = self.store.schema().await;
        let is_up = outcome.is_ok();
        self.up.set(is_up.into());
        if let Some(ready) = &self.ready {
            match &outcome {
                Ok(_) => ready.met(),
                Err(error) => ready.missing(error.to_string()),
            }
        }
        let mut was_up = self.was_up.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        match &outcome {
            Err(error) if *was_up => {
                tracing::error!("the database does not answer: {}", web::problem::chain(error));
            }
            Ok(_) if !*was_up => tracing::info!("the database answers again"),
            _ => {}
        }
        *was_up = is_up;
    }

    /// Looks on until `stop`.
    pub async fn run(self, stop: CancellationToken) {
        let mut looks = Looks::new(EVERY, stop);
        while looks.due().await {
            self.look().await;
        }
    }
}
