//! What commands and roles have in common: the folder, its objects and database, the newest edition, clock and metrics.

use std::sync::Arc;

use domain::{Clock, Rng};
use drivers::Clocks;
use edition::Follower;
use objects::Objects;
use store::{Location, Options, SharedClock, Store, StoreError};
use tokio_util::sync::CancellationToken;
use web::{HttpMetrics, Metrics, Readiness};

use crate::{
    ambient::{self, SystemRng},
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
    /// The same, and the one that nobody sets, by which it is told how long something has lasted.
    pub clocks: Clocks,
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
    /// Opens folder and database; they are made when they are missing. For commands with which an installation may begin.
    pub async fn open(config: Config) -> Result<Self, Failed> {
        let data = DataDir::of(&config)?;
        let objects = storage::open(&config, &data)?;
        let store = match &config.database {
            Some(location) => {
                Some(Store::open_at(location, &config.database_options()).await.map_err(unopened)?)
            }
            None => None,
        };
        Self::of(config, data, objects, store).await
    }

    /// Opens folder and database where there is an installation, and makes none. For commands that read, copy, or change what must be
    /// there already.
    pub async fn found(config: Config) -> Result<Self, Failed> {
        let data = DataDir::found(&config)?;
        let store = match &config.database {
            Some(location) => {
                let store = found_store(location, &config.database_options(), &data).await?;
                store.migrate().await.map_err(unopened)?;
                Some(store)
            }
            None => None,
        };
        let objects = storage::open(&config, &data)?;
        Self::of(config, data, objects, store).await
    }

    /// Opens it for deeds among its objects: the database is asked for nothing but the audit log, and its tables stay as they are, since whoever
    /// pushes the next release rolls it out by no means yet. None is made; `makes`: the folder may be.
    pub async fn logging(config: Config, makes: bool) -> Result<Self, Failed> {
        let bare = Config { database: None, ..config.clone() };
        let data = if makes { DataDir::of(&bare)? } else { DataDir::found(&bare)? };
        let store = match &config.database {
            Some(location) => {
                Store::open_found_at(location, &config.database_options()).await.map_err(unopened)?
            }
            None => None,
        };
        let objects = storage::open(&config, &data)?;
        Self::of(config, data, objects, store).await
    }

    /// Of parts that are open.
    pub async fn of(
        config: Config,
        data: DataDir,
        objects: Objects,
        store: Option<Store>,
    ) -> Result<Self, Failed> {
        let clocks = ambient::clocks();
        let clock = clocks.wall.clone();
        let shared = match &store {
            Some(store) => {
                let shared = SharedClock::open(store.clone(), clock.clone(), clocks.steady.clone()).await;
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
            clocks,
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

/// The database of an installation that must be there, its tables as they are.
pub async fn found_store(location: &Location, options: &Options, data: &DataDir) -> Result<Store, Failed> {
    let found = Store::open_found_at(location, options).await.map_err(unopened)?;
    found.ok_or_else(|| data.holds_none(&format!("no database of one is {location}")))
}

fn unopened(error: StoreError) -> Failed {
    Failed::at("the database did not open", error)
}
