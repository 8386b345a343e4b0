use std::time::Duration;

use store::{AssetState, NewJob};
use work::{JobContext, JobError, Outcome};

use super::{
    Audio, Deps, Probe, Step, Still, VideoRung, fault, new_job,
    plan::{Plan, STILL, audio_track},
    subject::Subject,
};

/// Reads the master's headers; enqueues its tracks in the transaction that keeps what was found.
pub(crate) async fn run(deps: Deps, job: Probe, context: JobContext) -> Result<Outcome, JobError> {
    let subject = Subject::load(&deps, &job.asset).await?;
    context.progress.note(subject.asset.title.as_str());
    let master = subject.source.master.clone();
    fault::blocking(move || master.unchanged().map_err(fault::file)).await?;
    let probe = deps.encoder.probe(&subject.source.master.path).await.map_err(fault::encode)?;
    let plan = Plan::of(&subject.source, &probe);
    if plan.rungs.is_empty() {
        return Err(JobError::give_up("the picture is too small to be encoded"));
    }
    let jobs = jobs(&deps, &subject, &plan).map_err(fault::json)?;
    let json = serde_json::to_string(&probe).map_err(fault::json)?;
    let now = context.now();
    let mut tx = context.begin().await?;
    let length = Duration::from_micros(probe.duration_us);
    tx.set_probe(&job.asset, (&json, length), now).await?;
    let state = tx.asset(&job.asset).await?.map(|asset| asset.state);
    if let Some(from @ (AssetState::Waiting | AssetState::Failed)) = state {
        tx.move_asset(&job.asset, (from, AssetState::Encoding), "", now).await?;
    }
    for new in &jobs {
        tx.enqueue(new, now).await?;
    }
    Ok(context.complete(tx).await?)
}

fn jobs(deps: &Deps, subject: &Subject, plan: &Plan) -> Result<Vec<NewJob>, serde_json::Error> {
    let (asset, order, now) = (&subject.asset.id, subject.source.order, deps.clock.now());
    let mut jobs = Vec::new();
    for (n, rung) in (0u8..).zip(&plan.rungs) {
        let step = if n == 0 { Step::LowestRung } else { Step::Rung(n) };
        let job = VideoRung { asset: asset.clone(), rung: rung.clone(), lowest: n == 0 };
        jobs.push(new_job(&job, format!("{asset}/{}", rung.id), step, order, now)?);
    }
    for (stream, language) in &plan.audio {
        let job = Audio { asset: asset.clone(), stream: *stream, language: language.clone() };
        jobs.push(new_job(&job, format!("{asset}/{}", audio_track(language)), Step::Audio, order, now)?);
    }
    if plan.still {
        let job = Still { asset: asset.clone() };
        jobs.push(new_job(&job, format!("{asset}/{STILL}"), Step::Still, order, now)?);
    }
    Ok(jobs)
}
