//! The registry role: container images, on a port of its own.

use registry::{EVERY, Names, Registry, RegistryLimits, RegistryParts, resolver};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use web::{ConnectionLimits, Drained, Guard, RequestLimits};

use crate::{
    app::App,
    failed::{Doing, Failed},
    keys::{self, Purpose},
};

/// Connections at a time: engines of one host open six each, and every peer some.
const CONNECTIONS: usize = 1_024;
/// The kernel's send buffer, in bytes: layers are large.
const SEND_BUFFER: u32 = 1 << 20;

/// Serves images until `stop`, then drains.
pub fn start(app: &App, stop: &CancellationToken) -> Result<JoinHandle<Drained>, Failed> {
    let config = &app.config.registry;
    let folder = app.data.path().join("registry");
    let registry = Registry::open(RegistryParts {
        objects: app.objects.clone(),
        ring: keys::ring(&app.data, Purpose::Image, &app.config.trusted)?,
        folder: folder.clone(),
        peers: config.peers.clone(),
        here: config.here.clone(),
        limits: RegistryLimits { disk: config.disk, ..RegistryLimits::default() },
        clock: app.clock.clone(),
        metrics: app.metrics.clone(),
    })
    .doing(|| format!("open the registry's folder {}", folder.display()))?;
    // Until the head of an answer: its first piece may have to come from a peer, then the store.
    let limits = RequestLimits { timeout: std::time::Duration::from_secs(60), ..RequestLimits::default() };
    let guard = Guard::new("registry", limits, app.clock.clone(), &*app.rng, &app.http);
    if let Some(name) = config.name.clone() {
        let (listen, here) = (config.listen, config.here.clone());
        let names = Names { name, resolve: resolver(), every: EVERY, listen, here };
        let following = stop.clone().run_until_cancelled_owned(registry.clone().follow(names));
        tokio::spawn(following);
    }
    let router = registry::router(registry).layer(guard);
    let listener = web::bind(config.listen, Some(SEND_BUFFER)).doing(|| {
        format!(
            "listen on {}; is another process using it? Another address goes into registry.listen",
            config.listen
        )
    })?;
    let limits = ConnectionLimits {
        connections: CONNECTIONS,
        drain_deadline: app.config.http.drain,
        ..ConnectionLimits::default()
    };
    tracing::info!(address = %config.listen, peers = config.peers.len(), "serving images");
    let (http, stop) = (app.http.clone(), stop.clone());
    Ok(tokio::spawn(async move { web::serve(listener, router, limits, &http, stop).await }))
}
