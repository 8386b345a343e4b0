//! What commands and roles have in common: the folder, its objects and database, the newest edition, clock and metrics.

use std::sync::Arc;

use domain::{Clock, Rng};
use edition::Follower;
use objects::Objects;
use store::{SharedClock, Store};
use tokio_util::sync::CancellationToken;
use web::{HttpMetrics, Metrics, Readiness};

use crate::{
    ambient::{SteadyClock, SystemClock, SystemRng},
    config::Config,
    data::DataDir,
    failed::Failed,
    keys::{self, Purpose},
    storage,
};

/// An installation that is open.
#[derive(Clone)]
pub struct App {
    pub config: Config,
    pub data: DataDir,
    pub objects: Arc<Objects>,
    /// None: this process runs without a database.
    pub store: Option<Store>,
    /// This machine's: what viewers may see goes by it.
    pub clock: Arc<dyn Clock>,
    /// The database's: what processes write down for each other goes by it.
    pub shared: Option<Arc<SharedClock>>,
    pub rng: Arc<dyn Rng>,
    pub metrics: Metrics,
    pub http: HttpMetrics,
    pub readiness: Readiness,
    /// Cancelled when every role has started.
    pub started: CancellationToken,
}

impl App {
    /// Opens folder and database; the folder is made when it is missing.
    pub async fn open(config: Config) -> Result<Self, Failed> {
        let data = DataDir::of(&config)?;
        let objects = storage::open(&config, &data)?;
        let store = match &config.database {
            Some(location) => Some(
                Store::open_at(location, &config.database_options())
                    .await
                    .map_err(|error| Failed::at("the database did not open", error))?,
            ),
            None => None,
        };
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let shared = match &store {
            Some(store) => {
                let shared = SharedClock::open(store.clone(), clock.clone(), Arc::new(SteadyClock)).await;
                let shared =
                    shared.map_err(|error| Failed::at("the database does not say what time it is", error));
                Some(Arc::new(shared?))
            }
            None => None,
        };
        let metrics = Metrics::new("primetime");
        let http = HttpMetrics::new(&metrics);
        web::process::register(&metrics);
        web::machine::register(&metrics, config.machine_figures.clone());
        Ok(Self {
            config,
            data,
            objects: Arc::new(objects),
            store,
            clock,
            shared,
            rng: Arc::new(SystemRng),
            metrics,
            http,
            readiness: Readiness::default(),
            started: CancellationToken::new(),
        })
    }

    /// What time it is for all who share the database.
    pub fn shared_clock(&self) -> Arc<dyn Clock> {
        self.shared.clone().map_or_else(|| self.clock.clone(), |shared| shared as Arc<dyn Clock>)
    }

    /// The database, for what cannot do without.
    pub fn store(&self) -> Result<&Store, Failed> {
        self.store.as_ref().ok_or_else(|| {
            Failed::new(
                "this needs a database: set database.url, or leave database.path unset, or name a file",
            )
        })
    }

    /// Follows the announcements of this installation's editions.
    pub fn follower(&self) -> Result<Arc<Follower>, Failed> {
        if self.config.roles.studio {
            keys::signing(&self.data, Purpose::Edition, &*self.rng)?; // so that its public half is there
        }
        let ring = keys::ring(&self.data, Purpose::Edition, &self.config.trusted)?;
        Ok(Arc::new(Follower::new(self.objects.clone(), ring)))
    }
}
