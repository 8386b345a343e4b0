//! `fleet run --role work`: plans encoders by their queue, until it is stopped.

use ops::fleet::{EncoderAims, Encoders, Openings};
use tokio_util::sync::CancellationToken;

use super::{
    openings::Windows,
    run::{CALENDAR_EVERY, CLOCK_EVERY, EVERY, following, say},
    zone,
};
use crate::{
    app::App,
    cli::{EncoderArgs, RunArgs},
    clock::shared::Agreement,
    data::random_word,
    failed::{Doing, Failed},
    looking::Looks,
};

/// Seconds that a job takes for a second of film, if nobody says another.
const PACE: f64 = 1.0;
/// The most instances, if nobody says another: what one host runs.
const MOST: u32 = 32;

pub async fn plan(app: &App, wanted: &RunArgs, stop: CancellationToken) -> Result<(), Failed> {
    let store = app.store()?.clone();
    let mut windows = Windows::new(store.clone());
    let clock = app.shared_clock();
    let mut agreement = Agreement::new(app, "another one plans until they agree");
    let mut encoders = Encoders::new(store, clock.clone(), random_word(&*app.rng), aims(wanted)?);
    let mut following = following(app, wanted).await?;
    let mut openings = Openings::new();
    let mut looks = Looks::new(EVERY, stop);
    let mut count = 0;
    tracing::info!(service = wanted.group.service(), dry = wanted.dry_run, "planning by the queue");
    while looks.due().await {
        if count % CALENDAR_EVERY == 0 {
            openings.clone_from(windows.look().await);
        }
        if count % CLOCK_EVERY == 0
            && let Err(error) = encoders.stand_back(!agreement.look().await).await
        {
            tracing::warn!(%error, "the right to plan runs out by itself");
        }
        count += 1;
        let looked = encoders.look(&openings).await;
        say(looked, wanted.dry_run, following.as_ref(), clock.now()).await?;
        if let (Some(following), Some(fence)) = (&mut following, encoders.fence()) {
            following.look(fence, clock.now()).await;
        }
    }
    if !wanted.dry_run {
        encoders.leave().await.doing(|| "let another one plan".into())?;
    }
    Ok(())
}

fn aims(wanted: &RunArgs) -> Result<EncoderAims, Failed> {
    let EncoderArgs { pace, slots, most } = wanted.encoders;
    Ok(EncoderAims {
        service: wanted.group.service(),
        declared: pace.unwrap_or(PACE),
        slots: slots.unwrap_or(1),
        lead: wanted.lead,
        most: most.unwrap_or(MOST),
        zone: zone::named(&wanted.zone).map_err(Failed::new)?,
        dry: wanted.dry_run,
    })
}
