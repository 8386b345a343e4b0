//! `serve`: the roles of one process, started in order, drained in reverse.

mod chat;
mod control;
mod database;
mod images;
mod missing;
mod tls;
mod viewing;

use std::{net::SocketAddr, time::Duration};

use axum::Router;
use tokio::{signal::unix, time::timeout};
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use web::{ConnectionLimits, Drained, Gate, Listener, Readiness};

pub use viewing::address;

use crate::{
    ambient,
    app::App,
    clock,
    failed::{Doing, Failed},
    follow::Following,
    sockets::Sockets,
    systemd,
};

/// How long jobs may take to be given back, after the time that they may go on.
const GIVE_BACK: Duration = Duration::from_secs(5);
/// How often a process that waits to accept looks whether it is ready.
const LOOK: Duration = Duration::from_millis(100);

/// Plays the roles of the configuration until `stop`, then drains: no request that was accepted is lost, no job half done.
/// Sockets that were inherited are accepted from when it is ready, and their queue is left to whoever shares them.
pub async fn serve(app: &App, sockets: Sockets, stop: CancellationToken) -> Result<(), Failed> {
    let config = &app.config;
    let serves = config.roles.site || config.roles.origin || config.roles.studio;
    // A host gives one to all that it keeps. A worker holds it open, and accepts nothing.
    if sockets.http.is_some() && !serves && !config.roles.work {
        return Err(Failed::new(
            "a listening socket was passed on, but none of the roles accepts from it: add site, origin or studio",
        ));
    }
    // Whoever writes to a SQLite file serves from its folder alone; `work` beside it is welcome.
    let lock = match &app.store {
        Some(store) if serves => Some(app.data.lock(store.is_shared())?),
        _ => None,
    };
    let in_the_making = match &app.store {
        Some(_) => Some(app.data.in_the_making(|| {
            app.objects.clear_scratch().doing(|| "clear what an earlier process left half-written".into())
        })?),
        None => None,
    };
    let shared = app.shared.clone();
    let apart = move || shared.as_ref().map(|shared| shared.off());
    clock::condition(&app.readiness, config.require_sync, ambient::kernel_clock, apart);
    let background = TaskTracker::new();
    let gate = Gate::new(config.http.admit);
    listen_for_traffic(&gate)?;
    // Tasks that requests rely on end after the last request.
    let after = CancellationToken::new();
    background.spawn(systemd::tell(app.started.clone(), stop.clone(), after.clone()));
    background.spawn(missing::say(app.readiness.clone(), app.clock.clone(), stop.clone()));
    let mut router = Router::new();
    let (mut writer, mut express) = (None, None);
    if (config.roles.studio || config.roles.work)
        && let Some(studio) = control::start(app, &background, &stop).await?
    {
        // As a service: merged or nested, it would lose its own answer for unknown paths or the beginning of its paths.
        router = router.route_service("/studio/{*path}", studio.into_service::<axum::body::Body>());
    }
    if config.roles.studio
        && let Some(chat) = chat::start(app, &background, &stop)?
    {
        router = router.route_service(chat::PATH, chat.into_service::<axum::body::Body>());
    }
    if let Some(shared) = &app.shared {
        background.spawn(clock::shared::follow(shared.clone(), after.clone()));
    }
    if let Some(store) = &app.store {
        let watch = database::Watch::new(store.clone(), app);
        watch.look().await;
        background.spawn(watch.run(after.clone()));
    }
    if config.roles.site || config.roles.origin {
        let follower = app.follower()?;
        let ready = app.readiness.condition("edition", "the edition is being opened");
        let following = Following::new(follower.clone(), ready, &app.metrics);
        if config.roles.site {
            let (site, ready, writing) = viewing::site(app, &follower)?;
            router = router.fallback_service(site);
            (writer, express) = (Some(writing), Some(ready));
        }
        // After the site, which draws the key that the origin verifies with.
        if config.roles.origin {
            router = router.merge(viewing::origin(app, &follower)?);
        }
        following.look().await;
        background.spawn(following.run(after.clone()));
    }
    let images = if config.roles.registry { Some(images::start(app, &stop)?) } else { None };
    // Before anybody can hear that it is ready: whoever connects then is not refused.
    let is_shared = sockets.http.is_some();
    let http = match serves {
        true => Some(listen("http.listen", config.http.listen, sockets.http)?),
        false => None,
    };
    let ops = listen("http.ops_listen", config.http.ops_listen, sockets.ops)?;
    let ops_address = ops.address().doing(|| "look where it listens".into())?;
    say_what_it_is(app, &gate, &stop);
    let ops_limits = ConnectionLimits { connections: 64, ..ConnectionLimits::default() };
    let health = web::health::router(app.readiness.clone(), app.metrics.clone(), gate.clone());
    let metrics = app.http.clone();
    let ops_stop = after.clone();
    background.spawn(async move { web::serve(ops, health, ops_limits, &metrics, ops_stop).await });
    if let Some(listener) = http {
        // An empty installation becomes ready by its studio.
        if is_shared && !config.roles.studio {
            ready_or(&app.readiness, &stop).await;
        }
        let listener = tls::secure(app, listener.gated(gate), &background, &after)?;
        app.started.cancel();
        let address = listener.address().doing(|| "look where it listens".into())?;
        tracing::info!(%address, ops = %ops_address, "serving");
        let limits = ConnectionLimits {
            connections: config.http.max_connections,
            accepts: config.http.max_rate,
            drain_deadline: config.http.drain,
            ..ConnectionLimits::default()
        };
        let Drained { cut } = web::serve_with(listener, router, express, limits, &app.http, stop).await;
        tracing::info!(cut, "drained");
    } else {
        app.started.cancel();
        stop.cancelled().await;
    }
    if let Some(images) = images {
        let Drained { cut } = images.await.doing(|| "serve images".into())?;
        tracing::info!(cut, "the registry is drained");
    }
    if let Some(writer) = writer {
        // Every clone of what wrote to it is gone with the last request: what was accepted is now on disk.
        let _ = timeout(GIVE_BACK, writer).await;
    }
    after.cancel();
    background.close();
    let jobs = if config.roles.work { config.work.drain } else { Duration::ZERO };
    if timeout(jobs + GIVE_BACK, background.wait()).await.is_err() {
        tracing::warn!("background tasks did not end in time; their leases will run out");
    }
    if let Some(store) = &app.store {
        store.close().await;
    }
    drop((lock, in_the_making));
    Ok(())
}

/// On `/metrics`: for a fleet that is planned from there.
fn say_what_it_is(app: &App, gate: &Gate, stop: &CancellationToken) {
    let (readiness, gate, stop) = (app.readiness.clone(), gate.clone(), stop.clone());
    let takes = move || gate.is_admitting() && !stop.is_cancelled() && readiness.missing().is_empty();
    let about = [
        ("release", app.config.release.clone()),
        ("version", env!("CARGO_PKG_VERSION").to_owned()),
        ("roles", app.config.roles.words()),
    ];
    web::instance::register(&app.metrics, &about, takes);
}

/// Waits until nothing is missing, or for `stop`: others accept what waits in the queue meanwhile.
async fn ready_or(readiness: &Readiness, stop: &CancellationToken) {
    while !readiness.missing().is_empty() {
        if timeout(LOOK, stop.cancelled()).await.is_ok() {
            return;
        }
    }
}

fn listen(
    key: &str,
    address: SocketAddr,
    inherited: Option<std::net::TcpListener>,
) -> Result<Listener, Failed> {
    if let Some(socket) = inherited {
        return Listener::shared(socket)
            .doing(|| format!("use the socket that was passed on instead of {key}"));
    }
    let bound = web::bind(address, None).doing(|| {
        format!("listen on {address}; is another process using it? Another address goes into {key}")
    })?;
    Ok(bound.into())
}

/// Opens the gate on SIGUSR1 and shuts it on SIGUSR2, which only this user's processes can send.
fn listen_for_traffic(gate: &Gate) -> Result<(), Failed> {
    let [mut admit, mut park] = [
        unix::signal(unix::SignalKind::user_defined1()).doing(|| "listen for SIGUSR1".into())?,
        unix::signal(unix::SignalKind::user_defined2()).doing(|| "listen for SIGUSR2".into())?,
    ];
    let gate = gate.clone();
    tokio::spawn(async move {
        loop {
            tokio::select! {
                _ = admit.recv() => gate.admit(),
                _ = park.recv() => gate.park(),
            }
            tracing::info!(admitting = gate.is_admitting(), "traffic");
        }
    });
    Ok(())
}

/// Cancels `stop` on SIGTERM or SIGINT; a second signal ends the process at once, as without us.
pub fn stop_on_signal(stop: CancellationToken) -> Result<(), Failed> {
    let kinds = [unix::SignalKind::terminate(), unix::SignalKind::interrupt()];
    let [mut term, mut int] = [
        unix::signal(kinds[0]).doing(|| "listen for SIGTERM".into())?,
        unix::signal(kinds[1]).doing(|| "listen for SIGINT".into())?,
    ];
    tokio::spawn(async move {
        tokio::select! { _ = term.recv() => {}, _ = int.recv() => {} }
        tracing::info!("stopping: finishing what is under way");
        stop.cancel();
        tokio::select! { _ = term.recv() => {}, _ = int.recv() => {} }
        std::process::abort();
    });
    Ok(())
}
