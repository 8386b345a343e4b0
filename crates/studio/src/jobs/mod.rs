//! Ingest's jobs: each is idempotent, and finishes in the transaction that holds what it did.

mod fault;
mod finish;
mod package;
mod payload;
mod picture;
mod plan;
mod probe;
mod scratch;
mod still;
mod storyboard;
mod subject;
mod subtitle;
mod track;

use std::{future::Future, sync::Arc};

use domain::Clock;
use encode::Encoder;
use objects::Objects;
use store::Store;
use work::{Job, JobContext, JobError, Outcome, Registry};

pub use payload::{Audio, KINDS, Package, PictureJob, Probe, Still, Storyboard, Subtitle, VideoRung};
pub(crate) use payload::{Step, new_job};
pub(crate) use plan::subtitle_track;

use crate::publish::Nudge;

/// What jobs work with. Cheap to clone.
#[derive(Clone)]
pub struct Deps {
    /// Assets, tracks, jobs.
    pub store: Store,
    /// Where tracks, pictures and indexes go.
    pub objects: Arc<Objects>,
    /// The only starter of ffmpeg.
    pub encoder: Encoder,
    /// What time it is.
    pub clock: Arc<dyn Clock>,
    /// Told when something became worth publishing.
    pub nudge: Nudge,
}

impl std::fmt::Debug for Deps {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Deps").field("encoder", &self.encoder).finish_non_exhaustive()
    }
}

/// Adds every kind of job here, so that a runner can do it.
pub fn register(registry: &mut Registry, deps: &Deps) {
    add(registry, deps, probe::run);
    add(registry, deps, track::video);
    add(registry, deps, track::audio);
    add(registry, deps, subtitle::run);
    add(registry, deps, storyboard::run);
    add(registry, deps, still::run);
    add(registry, deps, picture::run);
    add(registry, deps, package::run);
}

fn add<J, F, R>(registry: &mut Registry, deps: &Deps, run: F)
where
    J: Job + subject::OfAsset,
    F: Fn(Deps, J, JobContext) -> R + Copy + Send + Sync + 'static,
    R: Future<Output = Result<Outcome, JobError>> + Send + 'static,
{
    let deps = deps.clone();
    registry.register(move |job: J, context: JobContext| {
        let (deps, asset) = (deps.clone(), job.asset().cloned());
        async move {
            let ended = run(deps.clone(), job, context.clone()).await;
            if let (Err(error), Some(asset)) = (&ended, asset) {
                finish::failed(&deps, &context, &asset, error).await;
            }
            ended
        }
    });
}
