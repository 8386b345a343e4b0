//! From finished tracks to the media index that origins serve from, and to what editions say of the asset.

use std::collections::BTreeSet;

use domain::Locale;
use media::index::{AudioTrack, FORMAT, MediaIndex, TextTrack, VideoTrack};
use objects::{Hash, Key};
use serde::de::DeserializeOwned;
use store::{AssetState, Track};
use work::{JobContext, JobError, Outcome};

use super::{
    Deps, Package, fault,
    picture::put,
    plan::{Plan, STILL, STORYBOARD, audio_track},
    subject::Subject,
};
use crate::ingest::Summary;

/// Writes the index of all tracks that are finished. A track that finishes meanwhile has this run once more.
pub(crate) async fn run(deps: Deps, job: Package, context: JobContext) -> Result<Outcome, JobError> {
    let subject = Subject::load(&deps, &job.asset).await?;
    context.progress.note(subject.asset.title.as_str());
    let tracks = deps.store.tracks(&job.asset).await?;
    let made = match &subject.probe {
        Some(probe) => make(&subject, probe, &tracks)?,
        None => None,
    };
    if let Some(Made { key, bytes, .. }) = &made {
        let (objects, key, bytes) = (deps.objects.clone(), key.clone(), bytes.clone());
        fault::blocking(move || put(&objects, &key, &bytes)).await?;
    }
    let now = context.now();
    let mut tx = context.begin().await?;
    if let (Some(made), Some(asset)) = (&made, tx.asset(&job.asset).await?) {
        tx.set_index(&job.asset, made.key.as_str(), &made.summary, now).await?;
        // Why a rung was given up stays with an asset that plays without it.
        let message = if made.state == Some(AssetState::Complete) { "" } else { asset.message.as_str() };
        tx.move_asset(&job.asset, (asset.state, made.state.unwrap_or(asset.state)), message, now).await?;
    }
    let done = context.complete(tx).await?;
    deps.nudge.nudge();
    Ok(done)
}

struct Made {
    key: Key,
    bytes: Vec<u8>,
    summary: String,
    /// `None`: as it was.
    state: Option<AssetState>,
}

/// Nothing while there is no video.
fn make(subject: &Subject, probe: &encode::Probe, tracks: &[Track]) -> Result<Option<Made>, JobError> {
    let plan = Plan::of(&subject.source, probe);
    let mut video: Vec<VideoTrack> = of_kind(tracks, "video")?;
    if video.is_empty() {
        return Ok(None);
    }
    video.sort_by_key(|track| (track.height, track.width));
    let mut audio: Vec<AudioTrack> = of_kind(tracks, "audio")?;
    let place = |id: &str| plan.audio.iter().position(|(_, language)| audio_track(language) == id);
    audio.sort_by_key(|track| place(&track.id).unwrap_or(usize::MAX));
    let text: Vec<TextTrack> = of_kind(tracks, "text")?;
    let storyboard = of_kind(tracks, STORYBOARD)?.pop();
    let still = of_kind(tracks, STILL)?.pop();
    let id = &subject.asset.id;
    let index = MediaIndex {
        format: FORMAT,
        asset: id.to_string(),
        duration_us: probe.duration_us,
        video,
        audio,
        text,
        storyboard,
    };
    let bytes = index.to_json().map_err(JobError::retry)?;
    let hash = Hash::of(&bytes);
    let summary = Summary {
        index: hash,
        duration_us: index.duration_us,
        max_height: index.video.iter().map(|track| track.height).max().map_or(0, small),
        audio: index.audio.iter().filter_map(|track| Locale::new(&track.lang).ok()).collect(),
        subtitles: index.text.iter().filter_map(|track| Locale::new(&track.lang).ok()).collect(),
        still,
    };
    let summary = serde_json::to_string(&summary).map_err(fault::json)?;
    let state = state(&plan, tracks, index.audio.is_empty());
    Ok(Some(Made { key: Key::media_index(id, &hash), bytes, summary, state }))
}

/// It plays when there is a rung, and sound if the master has any; it is complete when nothing is missing.
fn state(plan: &Plan, tracks: &[Track], silent: bool) -> Option<AssetState> {
    let there: BTreeSet<&str> = tracks.iter().map(|track| track.id.as_str()).collect();
    if plan.tracks().all(|id| there.contains(id.as_str())) {
        return Some(AssetState::Complete);
    }
    (plan.audio.is_empty() || !silent).then_some(AssetState::Playable)
}

fn of_kind<T: DeserializeOwned>(tracks: &[Track], kind: &str) -> Result<Vec<T>, JobError> {
    let found = tracks.iter().filter(|track| track.kind == kind);
    found.map(|track| serde_json::from_str(&track.body).map_err(fault::json)).collect()
}

fn small(pixels: u32) -> u16 {
    u16::try_from(pixels).unwrap_or(u16::MAX)
}
