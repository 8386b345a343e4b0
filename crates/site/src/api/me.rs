//! What belongs to the viewer who asks. Never anybody else's: whose it is comes from the signed cookie alone.

use axum::{
    extract::{Query, State},
    response::Response,
};
use domain::TitleId;
use http::HeaderMap;
use serde::{Deserialize, Serialize};
use viewers::{MAX_IDS, Position};
use web::{Failure, Problem};

use super::{
    personal, seconds,
    view::{Card, Teller},
};
use crate::{SiteState, refuse, visit::Visit};

/// Longest list of ids in bytes: a page of cards fits.
const MAX_LIST: usize = 8 * 1024;

#[derive(Debug, Deserialize)]
pub struct InLanguage {
    lang: Option<String>,
}

#[derive(Debug, Serialize)]
struct Entry {
    #[serde(flatten)]
    card: Card,
    /// Where to go on, in seconds.
    resume_at: f64,
    /// 0 to 1.
    progress: f64,
    /// It is the episode after a finished one.
    next: bool,
    watched_at: String,
    /// Where it plays.
    watch_url: String,
}

/// `GET /api/v1/me/continue?lang=…`: what to go on with, newest first: `{"titles": [card + {resume_at, progress, next,
/// watched_at, watch_url}]}`. For whoever holds the profile's cookie; who has none has nothing.
pub async fn continue_watching(
    State(site): State<SiteState>,
    visit: Visit,
    Query(InLanguage { lang }): Query<InLanguage>,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    let locale = match lang.and_then(|lang| visit.locale(&lang)) {
        Some(locale) => locale,
        None => visit.negotiate(&headers)?,
    };
    let Some(profile) = visit.profile() else { return Ok(personal(serde_json::json!({ "titles": [] }))) };
    let (edition, ask, now) = (visit.edition(), visit.ask(), visit.now());
    let entries = site.viewers().continue_watching(&profile.id, edition, &ask, now).await;
    let brand = visit.brand()?;
    let languages = edition.languages(&locale, &brand.record().default_locale);
    let teller = Teller { ask: &ask, now, locale: &locale, languages: &languages };
    let entries: Vec<Entry> = entries
        .map_err(refuse::unavailable)?
        .into_iter()
        .filter_map(|entry| {
            let title = edition.title(&entry.title)?;
            Some(Entry {
                card: teller.card(&title),
                resume_at: seconds(entry.resume_at),
                progress: share(seconds(entry.resume_at), seconds(entry.running_time)),
                next: entry.next,
                watched_at: entry.watched_at.to_string(),
                watch_url: format!("/{locale}/watch/{}", entry.title),
            })
        })
        .collect();
    Ok(personal(serde_json::json!({ "titles": entries })))
}

#[derive(Debug, Deserialize)]
pub struct Ids {
    #[serde(default)]
    ids: String,
}

#[derive(Debug, Serialize)]
struct Progress {
    title: TitleId,
    /// Seconds.
    position: f64,
    duration: f64,
    /// 0 to 1.
    progress: f64,
    /// This time, seen to the end.
    finished: bool,
    /// How often it was seen to the end.
    times_finished: u32,
    watched_at: String,
}

/// `GET /api/v1/me/progress?ids=a,b`: where the viewer is in those titles that they have begun: `{"titles": [{title,
/// position, duration, progress, finished, times_finished, watched_at}]}`. For whoever holds the profile's cookie.
pub async fn progress(
    State(site): State<SiteState>,
    visit: Visit,
    Query(Ids { ids }): Query<Ids>,
) -> Result<Response, Failure> {
    let too_many =
        || Problem::bad_request(format!("Ask for at most {MAX_IDS} ids at a time.")).code("too-many-ids");
    if ids.len() > MAX_LIST {
        return Err(too_many().into());
    }
    let list: Result<Vec<TitleId>, _> =
        ids.split(',').map(str::trim).filter(|id| !id.is_empty()).map(TitleId::new).collect();
    let list = list.map_err(|error| Problem::bad_request(format!("In `ids`: {error}.")).code("bad-id"))?;
    if list.len() > MAX_IDS {
        return Err(too_many().into());
    }
    let Some(profile) = visit.profile() else { return Ok(personal(serde_json::json!({ "titles": [] }))) };
    let found = site.viewers().progress(&profile.id, &list).await.map_err(refuse::unavailable)?;
    let found: Vec<Progress> = found.into_iter().map(told).collect();
    Ok(personal(serde_json::json!({ "titles": found })))
}

fn told(position: Position) -> Progress {
    let whole = |us: i64| us as f64 / 1e6;
    let (at, of) = (whole(position.position_us), whole(position.duration_us));
    Progress {
        title: position.title,
        position: at,
        duration: of,
        progress: share(at, of),
        finished: position.finished,
        times_finished: position.times_finished,
        watched_at: position.at.to_string(),
    }
}

fn share(at: f64, of: f64) -> f64 {
    if of > 0.0 { (at / of).clamp(0.0, 1.0) } else { 0.0 }
}
