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
mod look;
mod once;
mod proxy;
mod pull;
mod run;

use std::{
    collections::{BTreeSet, HashMap},
    ffi::OsString,
    fs::{self, File, OpenOptions},
    net::SocketAddr,
    path::PathBuf,
    time::Duration,
};

use tokio::{sync::Mutex, task::AbortHandle, task::JoinSet};

use self::{
    cli::{Cli, Failure},
    container::Facts,
    proxy::Proxy,
    pull::Pulls,
};
use crate::{Clocks, EngineError, Name};

pub use cli::PATIENCE;
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
    /// How long podman is waited for; a call that takes longer is ended. See [`PATIENCE`].
    pub patience: Duration,
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
    pulls: Pulls,
    proxy: Proxy,
    network: String,
    given: Given,
    instances: usize,
    clocks: Clocks,
    /// Whoever changes something holds it, and whoever looks: a look changes the proxy. Nobody holds it while instances are asked
    /// whether they are ready: one that does not answer would make everybody wait.
    turn: Mutex<Turn>,
    _lock: File,
}

#[derive(Default)]
struct Turn {
    /// The containers of the last look.
    listed: BTreeSet<String>,
    /// Of these, those that live and stay: where they answer operators.
    ops: Vec<(String, SocketAddr)>,
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
    pub async fn open(settings: Settings, clocks: Clocks) -> Result<Self, EngineError> {
        let Settings {
            service,
            podman,
            environment,
            patience,
            lock,
            network,
            socket,
            backend,
            given,
            instances,
        } = settings;
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
            cli: Cli { program: podman, environment, patience },
            pulls: Pulls::new(&clocks),
            proxy: Proxy { socket, backend },
            network,
            given,
            instances,
            clocks,
            turn: Mutex::default(),
            _lock: file,
        };
        match podman.cli.call(["network", "exists", &podman.network]).await {
            Ok(_) => {}
            Err(Failure::No(_)) => {
                // It says the same when it cannot be run at all.
                podman.cli.call(["version"]).await?;
                return Err(EngineError::Refused(format!(
                    "podman has no network {0}: make it with `podman network create {0}`",
                    podman.network
                )));
            }
            Err(failure) => return Err(failure.into()),
        }
        if let Err(refused @ EngineError::Refused(_)) = podman.proxy.servers().await {
            return Err(refused);
        }
        let mut turn = podman.turn.lock().await;
        podman.look(&mut turn).await?;
        drop(turn);
        Ok(podman)
    }
}
