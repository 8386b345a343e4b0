//! `fleet run`: plans capacity ahead, until it is stopped.

use std::time::Duration;

use domain::Timestamp;
use drivers::group::Aim;
use ops::{
    OpsError,
    fleet::{Announced, Looked},
};
use tokio_util::sync::CancellationToken;

use super::{engine::AnyGroup, fits, following::Following, planner::Planner, status};
use crate::{
    app::App,
    cli::{FollowArgs, RunArgs},
    clock::shared::Agreement,
    commands::{runtime, show},
    config::Config,
    failed::{Doing, Failed},
    log,
    looking::Looks,
    serve,
};

/// Between two looks at the hosts, or at the queue.
const EVERY: Duration = Duration::from_secs(2);
/// Looks between two at the calendar, …
const CALENDAR_EVERY: u32 = 15;
/// … and between two at the clock.
const CLOCK_EVERY: u32 = 5;

/// Plans until SIGTERM or SIGINT.
pub fn run(config: Config, wanted: &RunArgs) -> Result<(), Failed> {
    fits::fits(wanted)?;
    log::start(&config.log)?;
    runtime()?.block_on(async {
        let stop = CancellationToken::new();
        serve::stop_on_signal(stop.clone())?;
        let app = App::open(config).await?;
        fits::service(&app, wanted).await?;
        plan(&app, wanted, stop).await
    })
}

async fn plan(app: &App, wanted: &RunArgs, stop: CancellationToken) -> Result<(), Failed> {
    let clock = app.shared_clock();
    let mut agreement = Agreement::new(app, "another one plans until they agree");
    let mut planner = Planner::open(app, wanted)?;
    let mut following = following(app, wanted).await?;
    let mut looks = Looks::new(EVERY, stop);
    let mut count = 0;
    tracing::info!(service = wanted.group.service(), dry = wanted.dry_run, "planning");
    while looks.due().await {
        if count % CALENDAR_EVERY == 0 {
            planner.read().await;
        }
        if count % CLOCK_EVERY == 0
            && let Err(error) = planner.right().stand_back(!agreement.look().await).await
        {
            tracing::warn!(%error, "the right to plan runs out by itself");
        }
        count += 1;
        let looked = planner.look().await;
        say(looked, wanted.dry_run, following.as_ref(), clock.now()).await?;
        if let (Some(following), Some(fence)) = (&mut following, planner.right().fence()) {
            following.look(fence, clock.now()).await;
        }
    }
    planner.right().leave().await.doing(|| "let another one plan".into())
}

/// What a look came to: on the terminal if nothing else comes of it, or else in the log.
async fn say(
    looked: Result<Looked, OpsError>,
    dry: bool,
    following: Option<&Following<AnyGroup>>,
    now: Timestamp,
) -> Result<(), Failed> {
    match looked {
        Ok(Looked::Planned(announced)) if dry => {
            show(&status::words(&announced))?;
            if let Some(following) = following {
                show(&following.would(Some(announced.plan.at(now))).await)?;
            }
        }
        Ok(Looked::Planned(announced)) => {
            let Announced { serving, offered, .. } = *announced;
            tracing::info!(floor = announced.plan.at(now), serving, offered, "planned");
        }
        Ok(Looked::StandsBy | Looked::Waits) => {}
        Err(error) => {
            let error = &error as &dyn std::error::Error;
            tracing::warn!(error, "nothing was planned; the last plan stands");
        }
    }
    Ok(())
}

async fn following(app: &App, wanted: &RunArgs) -> Result<Option<Following<AnyGroup>>, Failed> {
    let FollowArgs { engine, least, each } = &wanted.following;
    let Some(which) = engine else { return Ok(None) };
    let aim = Aim { least: *least, each: *each };
    let service = wanted.group.service();
    Ok(Some(Following::new(app.store()?.clone(), service, AnyGroup::open(which).await?, aim)))
}
