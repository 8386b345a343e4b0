//! Instances as containers behind a haproxy.

use std::sync::Arc;

use drivers::{
    Clocks, Name, Podman,
    podman::{Given, PATIENCE, Settings},
};

use super::MOST_INSTANCES;
use crate::{
    cli::HostArgs,
    failed::{Doing, Failed},
};

/// The engine: what podman has of this service already, it finds.
pub async fn open(clocks: Clocks, wanted: &HostArgs) -> Result<Arc<Podman>, Failed> {
    let said = &wanted.containers;
    let settings = Settings {
        service: Name::new(wanted.service.name.as_str())
            .doing(|| "name containers after the service".into())?,
        podman: "podman".into(),
        environment: Vec::new(),
        patience: PATIENCE,
        // One supervisor for each service of this machine, whatever data folder it has: containers are the machine's.
        lock: format!("/run/lock/primetime.{}.lock", wanted.service.name).into(),
        network: said.network.clone(),
        socket: said
            .proxy
            .clone()
            .ok_or_else(|| Failed::new("say by --proxy where haproxy's admin socket is"))?,
        backend: said.backend.clone(),
        given: Given { environment: said.env_file.clone(), volumes: said.volume.clone() },
        // Those that drain stand beside those that came for them.
        instances: 2 * MOST_INSTANCES,
    };
    let podman = Podman::open(settings, clocks).await;
    let podman = podman.doing(|| "keep containers".into())?;
    tracing::info!(backend = said.backend, image = said.image, "containers behind haproxy");
    Ok(Arc::new(podman))
}
