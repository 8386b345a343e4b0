use encode::StillFormat;
use objects::{PictureHash, TrackId};
use work::{JobContext, JobError, Outcome};

use super::{Deps, Still, fault, finish, picture, plan::STILL, scratch::Scratch, subject::Subject, track};

/// Takes a frame of the master that stands for it on pages.
pub(crate) async fn run(deps: Deps, job: Still, context: JobContext) -> Result<Outcome, JobError> {
    let subject = Subject::load(&deps, &job.asset).await?;
    context.progress.note(format!("{} {STILL}", subject.asset.title));
    let master = subject.source.master.clone();
    fault::blocking(move || master.unchanged().map_err(fault::file)).await?;
    let scratch = Scratch::new(&deps, &context, &format!("{}.{STILL}", job.asset))?;
    let out = scratch.path().join("still.jpg");
    let master = &subject.source.master.path;
    deps.encoder
        .still(master, subject.probed()?, None, StillFormat::Jpeg, &out)
        .await
        .map_err(fault::encode)?;
    let objects = deps.objects.clone();
    let body = fault::blocking(move || {
        let bytes = std::fs::read(&out).map_err(fault::io(&out))?;
        drop(scratch);
        picture::render(&objects, PictureHash::of(&bytes), &bytes, STILL)
    })
    .await?;
    let id = TrackId::new(STILL).map_err(JobError::give_up)?;
    let widest = body.widths.last().copied().unwrap_or_default();
    let row = track::row(&id, STILL, &objects::Key::image(body.hash, widest), &body)?;
    finish::track(&context, (&job.asset, subject.source.order), &row, None).await
}
