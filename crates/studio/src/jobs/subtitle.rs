use media::{hls::language_name, index::TextTrack, vtt};
use objects::{Key, TrackId};
use work::{JobContext, JobError, Outcome};

use super::{Deps, Subtitle, fault, finish, picture::put, plan::subtitle_track, subject::Subject, track};

/// Reads one subtitle file, whatever its kind, and writes it as WebVTT.
pub(crate) async fn run(deps: Deps, job: Subtitle, context: JobContext) -> Result<Outcome, JobError> {
    let subject = Subject::load(&deps, &job.asset).await?;
    let id = TrackId::new(&subtitle_track(&job.language)).map_err(JobError::give_up)?;
    context.progress.note(format!("{} {id}", subject.asset.title));
    let source = subject.source.subtitles.iter().find(|source| source.language == job.language);
    let source = source.ok_or_else(|| JobError::give_up(format!("no subtitles in {}", job.language)))?;
    let (file, objects) = (source.file.clone(), deps.objects.clone());
    let key = Key::text(&job.asset, &id);
    let to = key.clone();
    fault::blocking(move || {
        let cues = vtt::from_any(&file.read().map_err(fault::file)?)
            .map_err(|error| JobError::give_up(format!("{}: {error}", file.path.display())))?;
        put(&objects, &to, vtt::write(&cues).as_bytes())
    })
    .await?;
    let tag = job.language.as_str();
    let label = language_name(tag).unwrap_or(tag).to_owned();
    let text = TextTrack { id: id.to_string(), lang: tag.to_owned(), label, forced: false };
    let row = track::row(&id, "text", &key, &text)?;
    finish::track(&context, (&job.asset, subject.source.order), &row, None).await
}
