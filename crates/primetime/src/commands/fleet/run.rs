//! `fleet run`: plans capacity ahead, until it is stopped.

use std::time::Duration;

use domain::Timestamp;
use drivers::group::Aim;
use fleet::plan::{PRICE, Role};
use ops::{
    OpsError,
    fleet::{Aims, Announced, Fleet, Looked},
};
use tokio_util::sync::CancellationToken;

use super::{
    calendar::Calendar, encoders, engine::AnyGroup, fits, following::Following, source, status, zone,
};
use crate::{
    app::App,
    cli::{FollowArgs, RunArgs},
    clock::shared::Agreement,
    commands::{runtime, show},
    config::Config,
    data::random_word,
    failed::{Doing, Failed},
    log,
    looking::Looks,
    serve,
};

/// Between two looks at the hosts.
pub(super) const EVERY: Duration = Duration::from_secs(2);
/// Looks between two at the calendar.
pub(super) const CALENDAR_EVERY: u32 = 15;
/// Looks between two at the clock.
pub(super) const CLOCK_EVERY: u32 = 5;

/// Plans until SIGTERM or SIGINT.
pub fn run(config: Config, wanted: &RunArgs) -> Result<(), Failed> {
    fits::fits(wanted)?;
    log::start(&config.log)?;
    runtime()?.block_on(async {
        let stop = CancellationToken::new();
        serve::stop_on_signal(stop.clone())?;
        let app = App::open(config).await?;
        fits::service(&app, wanted).await?;
        match wanted.group.role {
            Role::Work => encoders::plan(&app, wanted, stop).await,
            _ => plan(&app, wanted, stop).await,
        }
    })
}

async fn plan(app: &App, wanted: &RunArgs, stop: CancellationToken) -> Result<(), Failed> {
    let store = app.store()?.clone();
    let mut calendar = Calendar::open(store.clone(), wanted.calendar.clone())?;
    let owner = random_word(&*app.rng);
    let clock = app.shared_clock();
    let mut agreement = Agreement::new(app, "another one plans until they agree");
    let mut fleet = Fleet::new(store, clock.clone(), owner, aims(wanted)?);
    if let Some(source) = source::measured(&wanted.measured)? {
        fleet = fleet.hears(source);
    }
    let mut following = following(app, wanted).await?;
    let mut known = Vec::new();
    let mut looks = Looks::new(EVERY, stop);
    let mut count = 0;
    tracing::info!(service = wanted.group.service(), dry = wanted.dry_run, "planning");
    while looks.due().await {
        if count % CALENDAR_EVERY == 0 {
            known = calendar.look().await;
        }
        if count % CLOCK_EVERY == 0
            && let Err(error) = fleet.stand_back(!agreement.look().await).await
        {
            tracing::warn!(%error, "the right to plan runs out by itself");
        }
        count += 1;
        let looked = fleet.look(&known).await;
        say(looked, wanted.dry_run, following.as_ref(), clock.now()).await?;
        if let (Some(following), Some(fence)) = (&mut following, fleet.fence()) {
            following.look(fence, clock.now()).await;
        }
    }
    if !wanted.dry_run {
        fleet.leave().await.doing(|| "let another one plan".into())?;
    }
    Ok(())
}

/// What a look came to: on the terminal if nothing else comes of it, or else in the log.
pub(super) async fn say(
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

pub(super) async fn following(app: &App, wanted: &RunArgs) -> Result<Option<Following<AnyGroup>>, Failed> {
    let FollowArgs { engine, least, each } = &wanted.following;
    let Some(which) = engine else { return Ok(None) };
    let aim = Aim { least: *least, each: *each };
    let service = wanted.group.service();
    Ok(Some(Following::new(app.store()?.clone(), service, AnyGroup::open(which).await?, aim)))
}

fn aims(wanted: &RunArgs) -> Result<Aims, Failed> {
    let capacity = wanted.capacity.ok_or_else(|| Failed::new(fits::NO_CAPACITY))?;
    Ok(Aims {
        service: wanted.group.service(),
        role: wanted.group.role,
        declared: capacity * 60.0,
        // A minute is known when it is over, and to Prometheus after its next scrape.
        lead: wanted.lead + 1 + u32::from(wanted.measured.prometheus.is_some()),
        price: wanted.price.unwrap_or(PRICE),
        zone: zone::named(&wanted.zone).map_err(Failed::new)?,
        dry: wanted.dry_run,
    })
}
