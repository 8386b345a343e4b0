//! Video and audio tracks.

use std::path::PathBuf;

use media::mp4::{IndexedTrack, Limits, index_track};
use objects::{Key, ObjectError, TrackId};
use store::Track;
use work::{JobContext, JobError, Outcome};

use super::{
    Audio, Deps, Step, Storyboard, VideoRung, fault, finish, new_job,
    plan::{STORYBOARD, audio_track},
    scratch::Scratch,
    subject::Subject,
};

/// Encodes one rung.
pub(crate) async fn video(deps: Deps, job: VideoRung, context: JobContext) -> Result<Outcome, JobError> {
    let subject = Subject::load(&deps, &job.asset).await?;
    context.progress.note(format!("{} {}", subject.asset.title, job.rung.id));
    let (id, key) = track_key(&subject, &job.rung.id)?;
    let indexed = match finished(&deps, &key).await? {
        Some(indexed) => indexed,
        None => {
            let (scratch, out) = begin(&deps, &context, &subject, &id).await?;
            let (master, progress) = (&subject.source.master.path, context.progress.clone());
            let probe = subject.probed()?;
            let say = move |fraction| progress.set(fraction);
            let indexed = deps.encoder.encode_video(master, probe, &job.rung, &out, say).await;
            keep(&deps, &key, out, indexed.map_err(fault::encode)?, scratch).await?
        }
    };
    let video =
        indexed.into_video(id.as_str()).ok_or_else(|| JobError::give_up(format!("{key} is no video")))?;
    let track = row(&id, "video", &key, &video)?;
    let order = subject.source.order;
    let storyboard = match job.lowest {
        true => {
            let storyboard = Storyboard { asset: job.asset.clone(), track: id.to_string() };
            let on = format!("{}/{STORYBOARD}", job.asset);
            let new = new_job(&storyboard, on, Step::Storyboard, order, deps.clock.now());
            Some(new.map_err(fault::json)?)
        }
        false => None,
    };
    finish::track(&context, (&job.asset, order), &track, storyboard).await
}

/// Encodes one sound stream.
pub(crate) async fn audio(deps: Deps, job: Audio, context: JobContext) -> Result<Outcome, JobError> {
    let subject = Subject::load(&deps, &job.asset).await?;
    context.progress.note(format!("{} {}", subject.asset.title, audio_track(&job.language)));
    let (id, key) = track_key(&subject, &audio_track(&job.language))?;
    let indexed = match finished(&deps, &key).await? {
        Some(indexed) => indexed,
        None => {
            let (scratch, out) = begin(&deps, &context, &subject, &id).await?;
            let (master, progress) = (&subject.source.master.path, context.progress.clone());
            let probe = subject.probed()?;
            let stream = probe.audio.iter().find(|stream| stream.index == job.stream);
            let stream = stream
                .ok_or_else(|| JobError::give_up(format!("the master has no stream {}", job.stream)))?;
            let say = move |fraction| progress.set(fraction);
            let indexed = deps.encoder.encode_audio(master, probe, stream, &out, say).await;
            keep(&deps, &key, out, indexed.map_err(fault::encode)?, scratch).await?
        }
    };
    let audio = indexed
        .into_audio(id.as_str(), job.language.as_str())
        .ok_or_else(|| JobError::give_up(format!("{key} is no sound")))?;
    let track = row(&id, "audio", &key, &audio)?;
    finish::track(&context, (&job.asset, subject.source.order), &track, None).await
}

fn track_key(subject: &Subject, id: &str) -> Result<(TrackId, Key), JobError> {
    let id = TrackId::new(id).map_err(JobError::give_up)?;
    let key = Key::track(&subject.asset.id, &id);
    Ok((id, key))
}

/// The row of a finished track; `part` is what the media index says of it.
pub(crate) fn row<T: serde::Serialize>(
    id: &TrackId,
    kind: &str,
    key: &Key,
    part: &T,
) -> Result<Track, JobError> {
    let body = serde_json::to_string(part).map_err(fault::json)?;
    Ok(Track { id: id.to_string(), kind: kind.to_owned(), object_key: key.to_string(), body })
}

/// A track that an earlier run wrote and could not record is not encoded again.
async fn finished(deps: &Deps, key: &Key) -> Result<Option<IndexedTrack>, JobError> {
    let (objects, key) = (deps.objects.clone(), key.clone());
    fault::blocking(move || match objects.to_file(&key) {
        Ok(file) => {
            let indexed = index_track(std::io::BufReader::new(file), &Limits::default());
            indexed.map(Some).map_err(JobError::retry)
        }
        Err(error) if error.is_missing() => Ok(None),
        Err(error) => Err(fault::object(error)),
    })
    .await
}

async fn begin(
    deps: &Deps,
    context: &JobContext,
    subject: &Subject,
    id: &TrackId,
) -> Result<(Scratch, PathBuf), JobError> {
    let master = subject.source.master.clone();
    fault::blocking(move || master.unchanged().map_err(fault::file)).await?;
    let scratch = Scratch::new(deps, context, &format!("{}.{id}", subject.asset.id))?;
    let out = scratch.path().join("track.mp4");
    Ok((scratch, out))
}

/// Makes the finished file an object. When another worker was faster, its track is the one.
async fn keep(
    deps: &Deps,
    key: &Key,
    file: PathBuf,
    indexed: IndexedTrack,
    scratch: Scratch,
) -> Result<IndexedTrack, JobError> {
    let (objects, to) = (deps.objects.clone(), key.clone());
    let put = fault::blocking(move || {
        let put = objects.put_file(&to, &file);
        drop(scratch);
        match put {
            Ok(_) => Ok(true),
            Err(ObjectError::Different(_)) => Ok(false),
            Err(error) => Err(fault::object(error)),
        }
    });
    match put.await? {
        true => Ok(indexed),
        false => finished(deps, key).await?.ok_or_else(|| JobError::retry(format!("{key} came and went"))),
    }
}
