//! How tracks are finished, and how assets fail.

use domain::AssetId;
use store::{AssetState, NewJob, Track};
use work::{JobContext, JobError, Outcome};

use super::{Deps, Package, Step, fault, new_job};

/// Keeps a finished track, has the index made again, and marks the job done: all at once.
pub(crate) async fn track(
    deps: &Deps,
    context: &JobContext,
    (asset, order): (&AssetId, u32),
    track: &Track,
    then: Option<NewJob>,
) -> Result<Outcome, JobError> {
    let now = deps.clock.now();
    let package = Package { asset: asset.clone() };
    let package = new_job(&package, asset.to_string(), Step::Package, order, now).map_err(fault::json)?;
    let mut tx = deps.store.begin().await?;
    tx.put_track(asset, track, now).await?;
    tx.enqueue(&package, now).await?;
    if let Some(job) = &then {
        tx.enqueue(job, now).await?;
    }
    tx.complete(&context.claim, now).await?;
    tx.commit().await?;
    Ok(Outcome::Completed)
}

/// Tells the asset why a job of it was given up. What plays already goes on playing.
pub(crate) async fn failed(deps: &Deps, asset: &AssetId, error: &JobError, last: bool) {
    let given_up = matches!(error, JobError::GiveUp(_)) || (last && matches!(error, JobError::Retry(_)));
    if !given_up {
        return;
    }
    if let Err(error) = tell(deps, asset, &error.to_string()).await {
        tracing::warn!(%asset, %error, "why the asset failed could not be written; the job says it too");
    }
}

async fn tell(deps: &Deps, asset: &AssetId, message: &str) -> Result<(), store::StoreError> {
    let mut tx = deps.store.begin().await?;
    let Some(row) = tx.asset(asset).await? else { return Ok(()) };
    let to = match row.state {
        AssetState::Waiting | AssetState::Encoding => AssetState::Failed,
        as_before => as_before,
    };
    tx.move_asset(asset, (row.state, to), message, deps.clock.now()).await?;
    tx.commit().await
}
