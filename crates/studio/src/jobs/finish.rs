//! How tracks are finished, and how assets fail.

use domain::AssetId;
use store::{AssetState, NewJob, Track};
use work::{JobContext, JobError, Outcome};

use super::{Deps, Package, Step, fault, new_job};

/// Keeps a finished track, has the index made again, and marks the job done: all at once.
pub(crate) async fn track(
    context: &JobContext,
    (asset, order): (&AssetId, u32),
    track: &Track,
    then: Option<NewJob>,
) -> Result<Outcome, JobError> {
    let now = context.now();
    let package = Package { asset: asset.clone() };
    let package = new_job(&package, asset.to_string(), Step::Package, order, now).map_err(fault::json)?;
    let mut tx = context.begin().await?;
    tx.put_track(asset, track, now).await?;
    // Again: one that is running may have read the tracks already.
    tx.enqueue_again(&package, now).await?;
    if let Some(job) = &then {
        tx.enqueue(job, now).await?;
    }
    Ok(context.complete(tx).await?)
}

/// Tells the asset why a job of it was given up. What plays already goes on playing.
pub(crate) async fn failed(deps: &Deps, context: &JobContext, asset: &AssetId, error: &JobError) {
    let given_up =
        matches!(error, JobError::GiveUp(_)) || (context.last_attempt && matches!(error, JobError::Retry(_)));
    if !given_up {
        return;
    }
    if let Err(error) = tell(context, asset, &error.to_string()).await {
        tracing::warn!(%asset, %error, "why the asset failed could not be written; the job says it too");
    }
    deps.nudge.nudge();
}

async fn tell(context: &JobContext, asset: &AssetId, message: &str) -> Result<(), store::StoreError> {
    let mut tx = context.begin().await?;
    let Some(row) = tx.asset(asset).await? else { return Ok(()) };
    let to = match row.state {
        AssetState::Waiting | AssetState::Encoding => AssetState::Failed,
        as_before => as_before,
    };
    tx.move_asset(asset, (row.state, to), message, context.now()).await?;
    tx.commit().await
}
