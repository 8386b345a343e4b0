use std::{fs::File, io, path::PathBuf};

use encode::Frames;
use media::storyboard;
use objects::{Key, ObjectError, TrackId};
use work::{JobContext, JobError, Outcome};

use super::{Deps, Storyboard, fault, finish, plan::STORYBOARD, scratch::Scratch, subject::Subject, track};

/// Makes the previews of the seek bar, from the keyframes of a finished rung.
pub(crate) async fn run(deps: Deps, job: Storyboard, context: JobContext) -> Result<Outcome, JobError> {
    let subject = Subject::load(&deps, &job.asset).await?;
    context.progress.note(format!("{} {STORYBOARD}", subject.asset.title));
    let probe = subject.probed()?;
    let rung = TrackId::new(&job.track).map_err(JobError::give_up)?;
    let scratch = Scratch::new(&deps, &context, &format!("{}.{STORYBOARD}", job.asset))?;
    let input = copy(&deps, Key::track(&job.asset, &rung), scratch.path().join("rung.mp4")).await?;
    let plan = storyboard::plan(probe.duration_us, probe.video.width, probe.video.height);
    let progress = context.progress.clone();
    let say = move |fraction| progress.set(fraction);
    let (storyboard, sheets) = deps
        .encoder
        .storyboard(&input, Frames::Keyframes, &plan, scratch.path(), say)
        .await
        .map_err(fault::encode)?;
    let (objects, asset) = (deps.objects.clone(), job.asset.clone());
    fault::blocking(move || {
        for (n, sheet) in (0u16..).zip(&sheets) {
            match objects.put_file(&Key::storyboard(&asset, n), sheet) {
                Ok(_) | Err(ObjectError::Different(_)) => {}
                Err(error) => return Err(fault::object(error)),
            }
        }
        drop(scratch);
        Ok(())
    })
    .await?;
    let id = TrackId::new(STORYBOARD).map_err(JobError::give_up)?;
    let row = track::row(&id, STORYBOARD, &Key::storyboard(&job.asset, 0), &storyboard)?;
    finish::track(&context, (&job.asset, subject.source.order), &row, None).await
}

/// ffmpeg reads files, and an object may be elsewhere.
async fn copy(deps: &Deps, key: Key, to: PathBuf) -> Result<PathBuf, JobError> {
    let objects = deps.objects.clone();
    fault::blocking(move || {
        let mut from = objects.to_file(&key).map_err(fault::object)?;
        let mut file = File::create(&to).map_err(fault::io(&to))?;
        io::copy(&mut from, &mut file).map_err(fault::io(&to))?;
        Ok(to)
    })
    .await
}
