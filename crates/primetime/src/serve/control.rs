//! The roles behind the viewers' ones: studio and work.

use std::{sync::Arc, time::Duration};

use axum::Router;
use ops::Takedowns;
use studio::{
    Permission, Staff, StaffToken,
    http::StudioState,
    jobs::{self, Deps},
    publish::{AutoPublisher, Nudge},
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use web::{Guard, RequestLimits};
use work::{Registry, Runner, RunnerLimits};

use crate::{
    app::App,
    commands::{doctor::encoder, publish::publisher, takedown::takedowns},
    config,
    data::random_word,
    failed::Failed,
    looking::Looks,
};

/// How often it is looked whether what is taken down is announced: whoever decided on it may have been killed before.
const ANNOUNCE: Duration = Duration::from_secs(2);

/// Starts the roles that the configuration names, and returns the studio's routes, if it is one of them.
pub async fn start(
    app: &App,
    background: &TaskTracker,
    stop: &CancellationToken,
) -> Result<Option<Router>, Failed> {
    let publisher = publisher(app)?;
    let nudge = Nudge::default();
    // Where tracks are finished, or descriptions approved, editions are published: numbers are decided in the database.
    background.spawn(AutoPublisher::new(publisher.clone(), nudge.clone()).run(stop.clone()));
    let takedowns = takedowns(app)?;
    background.spawn(announce(takedowns, stop.clone()));
    if app.config.roles.work {
        let runner = runner(app, nudge.clone()).await?;
        background.spawn(runner.run(stop.clone()));
    }
    if !app.config.roles.studio {
        return Ok(None);
    }
    let token = app.data.secret("studio.token", || random_word(&*app.rng))?;
    let staff = Staff::new([StaffToken::new(&token, Permission::Publish)]);
    let state = StudioState { store: app.store()?.clone(), publisher, staff: Arc::new(staff) };
    let guard = Guard::new("studio", RequestLimits::default(), app.clock.clone(), &*app.rng, &app.http);
    Ok(Some(studio::http::router(state).layer(guard)))
}

/// Announces what is decided, again and again until `stop`.
async fn announce(takedowns: Takedowns, stop: CancellationToken) {
    let mut looks = Looks::new(ANNOUNCE, stop);
    let mut failing = false;
    while looks.due().await {
        match takedowns.announce().await {
            Ok(true) => tracing::info!("what is taken down is announced"),
            Ok(false) => {}
            // Said once: it is tried again every time.
            Err(error) if !failing => {
                tracing::error!("takedowns wait to be announced: {}", web::problem::chain(&error));
                failing = true;
                continue;
            }
            Err(_) => continue,
        }
        failing = false;
    }
}

async fn runner(app: &App, nudge: Nudge) -> Result<Runner, Failed> {
    let encoder = encoder(&app.config);
    let version = encoder
        .check()
        .await
        .map_err(|error| Failed::at("ffmpeg cannot be used: `primetime doctor` says more", error))?;
    tracing::info!(version, "encoder ready");
    let store = app.store()?.clone();
    let deps =
        Deps { store: store.clone(), objects: app.objects.clone(), encoder, clock: app.clock.clone(), nudge };
    let mut registry = Registry::default();
    jobs::register(&mut registry, &deps);
    let config::Work { slots, drain, .. } = app.config.work;
    let limits = RunnerLimits { slots, drain, ..RunnerLimits::default() };
    let runner = Runner::new(store, registry, limits, app.shared_clock(), &*app.rng);
    // One process with the folder, and so the database, to itself takes up at once what an earlier one left. Where several share
    // a database, leases run out by themselves.
    let alone = app.config.roles.studio && !app.store()?.is_shared();
    Ok(if alone { runner.the_only("serve") } else { runner })
}
