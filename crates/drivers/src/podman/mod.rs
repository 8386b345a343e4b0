//! Instances as containers behind a haproxy of the same machine, which sends them traffic and drains them.
//!
//! Everything that must outlive the supervisor stands in podman: see `container`. What the proxy is to do follows from that, and
//! every look at the list makes it so, whatever the proxy has forgotten. podman runs as root: the proxy and the probes reach containers
//! by their addresses in podman's network.
//!
//! Instances of [`Local`](crate::Local) share one socket and so have to be told themselves when to accept (`http.admit`, signals). These
//! have sockets of their own, and nothing reaches them but through the proxy: they accept from their start, and it is the proxy that
//! lets traffic to them or does not. One switch, not two that may disagree.

mod cli;
mod container;
mod drain;
mod engine;
mod image;
mod proxy;
mod run;

use std::{
    collections::HashMap,
    ffi::OsString,
    fs::{self, File, OpenOptions},
    path::PathBuf,
    sync::Arc,
};

use domain::Clock;
use tokio::{sync::Mutex, task::AbortHandle, task::JoinSet};

use self::{
    cli::Cli,
    container::{Container, Drain, Facts, Inspected, Listed, Mode},
    drain::Leaving,
    proxy::Proxy,
};
use crate::{EngineError, Name};

pub use run::Given;

/// Where a container serves, …
const SERVES: u16 = 8080;
/// … and where it answers operators.
const OPS: u16 = 9090;

/// What the driver works with.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Whose instances: those of other services are left alone.
    pub service: Name,
    /// The program `podman`.
    pub podman: OsString,
    /// Added to its environment.
    pub environment: Vec<(OsString, OsString)>,
    /// A file that one supervisor of the service holds at a time.
    pub lock: PathBuf,
    /// podman's network: `podman network create`.
    pub network: String,
    /// haproxy's admin socket (`stats socket … level admin`), …
    pub socket: PathBuf,
    /// … and the backend whose servers the instances are. Servers of its configuration are left alone.
    pub backend: String,
    /// What containers get besides their spec.
    pub given: Given,
    /// Containers at a time, draining ones among them.
    pub instances: usize,
}

/// The driver of containers.
pub struct Podman {
    service: Name,
    cli: Cli,
    proxy: Proxy,
    network: String,
    given: Given,
    instances: usize,
    clock: Arc<dyn Clock>,
    /// Whoever changes something holds it, and whoever looks: a look changes the proxy.
    turn: Mutex<Turn>,
    _lock: File,
}

#[derive(Default)]
struct Turn {
    /// By container, and whether it lived.
    facts: HashMap<(String, bool), Facts>,
    /// Ends with the engine.
    leaving: JoinSet<()>,
    leaves: HashMap<String, AbortHandle>,
}

impl std::fmt::Debug for Podman {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Podman").field("service", &self.service).finish_non_exhaustive()
    }
}

impl Podman {
    /// Finds what is there of the service, and goes on draining what drained. A proxy that is away is no error yet.
    pub async fn open(settings: Settings, clock: Arc<dyn Clock>) -> Result<Self, EngineError> {
        let Settings { service, podman, environment, lock, network, socket, backend, given, instances } =
            settings;
        let wrong =
            |error: std::io::Error| EngineError::Refused(format!("cannot use {}: {error}", lock.display()));
        if let Some(folder) = lock.parent() {
            fs::create_dir_all(folder).map_err(wrong)?;
        }
        let file = OpenOptions::new().create(true).truncate(false).write(true).open(&lock).map_err(wrong)?;
        file.try_lock().map_err(|_| {
            EngineError::Refused(format!("another supervisor uses {}: stop it first", lock.display()))
        })?;
        let podman = Self {
            service,
            cli: Cli { program: podman, environment },
            proxy: Proxy { socket, backend },
            network,
            given,
            instances,
            clock,
            turn: Mutex::default(),
            _lock: file,
        };
        if podman.cli.call(["network", "exists", &podman.network]).await.is_err() {
            // It says the same when it cannot be run at all.
            podman.cli.call(["version"]).await?;
            return Err(EngineError::Refused(format!(
                "podman has no network {0}: make it with `podman network create {0}`",
                podman.network
            )));
        }
        if let Err(refused @ EngineError::Refused(_)) = podman.proxy.servers().await {
            return Err(refused);
        }
        let mut turn = podman.turn.lock().await;
        for (container, _) in podman.look(&mut turn).await? {
            if let (Some(pid), Mode::Drains(drain)) = (container.pid, container.mode) {
                tracing::info!(name = %container.name, pid, "drains still");
                podman.leave(&mut turn, &container, drain);
            }
        }
        drop(turn);
        Ok(podman)
    }

    /// The containers of the service, as podman has them now.
    async fn look(&self, turn: &mut Turn) -> Result<Vec<(Container, Facts)>, EngineError> {
        let filter = format!("label={}={}", container::SERVICE, self.service);
        let said = self.cli.call(["ps", "--all", "--filter", &filter, "--format", "json"]).await?;
        let listed: Vec<Listed> = read(&said)?;
        let containers: Vec<Container> = listed.into_iter().filter_map(Container::read).collect();
        let key = |container: &Container| (container.id.clone(), container.pid.is_some());
        turn.facts.retain(|known, _| containers.iter().any(|container| key(container) == *known));
        let new: Vec<_> =
            containers.iter().filter(|container| !turn.facts.contains_key(&key(container))).collect();
        if !new.is_empty() {
            let ids = new.iter().map(|container| container.id.as_str());
            let said = self.cli.call(["inspect", "--type", "container"].into_iter().chain(ids)).await?;
            for inspected in read::<Vec<Inspected>>(&said)? {
                let (id, facts) = inspected.facts(&self.network);
                // An address that is not known yet is looked for again.
                let known = |container: &&&Container| {
                    container.id == id && (facts.address.is_some() || container.pid.is_none())
                };
                if let Some(container) = new.iter().find(known) {
                    turn.facts.insert(key(container), facts);
                }
            }
        }
        let facts = |container: &Container| turn.facts.get(&key(container)).copied().unwrap_or_default();
        Ok(containers
            .into_iter()
            .map(|container| {
                let facts = facts(&container);
                (container, facts)
            })
            .collect())
    }

    /// The instance `name`.
    async fn find(&self, turn: &mut Turn, name: &Name) -> Result<(Container, Facts), EngineError> {
        let mut all = self.look(turn).await?.into_iter();
        all.find(|(container, _)| container.name == *name).ok_or_else(|| EngineError::Unknown(name.clone()))
    }

    /// Writes down what an instance is to do.
    async fn rename(&self, container: &Container, mode: Mode) -> Result<(), EngineError> {
        let new = mode.named(&self.service, &container.name);
        let renamed = self.cli.call(["rename", &container.id, &new]).await;
        renamed.map(|_| ()).map_err(|failure| failure.about(&container.name))
    }

    /// Sees a container to its end.
    fn leave(&self, turn: &mut Turn, container: &Container, drain: Drain) {
        let leaving = Leaving {
            cli: self.cli.clone(),
            proxy: self.proxy.clone(),
            clock: self.clock.clone(),
            container: container.id.clone(),
            server: container.server(&self.service),
            drain,
        };
        while turn.leaving.try_join_next().is_some() {}
        let handle = turn.leaving.spawn(leaving.leave());
        turn.leaves.insert(container.id.clone(), handle);
    }
}

fn read<T: serde::de::DeserializeOwned>(said: &str) -> Result<T, EngineError> {
    serde_json::from_str(said)
        .map_err(|error| EngineError::Refused(format!("podman answered what we do not understand: {error}")))
}
