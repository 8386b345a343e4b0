//! Where a viewer is.

use axum::{
    extract::{Path, Request, State},
    response::{IntoResponse, Response},
};
use domain::TitleId;
use http::{StatusCode, header};
use objects::cache::{self, Kind};
use serde::Deserialize;
use viewers::Report;
use web::{Failure, Json, Problem};

use crate::{SiteState, refuse, visit::Visit};

/// Bytes of a report; a real one has about a hundred.
pub const MAX_BODY: usize = 4 * 1024;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Body {
    seconds: f64,
    duration: f64,
    device: String,
    seq: u64,
}

/// `PUT /api/v1/positions/{title}` with `{seconds, duration, device, seq}`: 204 once it is on disk. For whoever holds a
/// profile's cookie (a play begins with one), about their own profile.
pub async fn put(
    State(site): State<SiteState>,
    visit: Visit,
    Path(id): Path<String>,
    request: Request,
) -> Result<Response, Failure> {
    let profile = visit.profile().ok_or_else(no_profile)?;
    let Json(Body { seconds, duration, device, seq }) =
        <Json<Body> as axum::extract::FromRequest<()>>::from_request(request, &()).await?;
    let title = TitleId::new(&id).map_err(|_| Problem::not_found())?;
    let report = Report { title, seconds, duration, device, seq };
    let written = site.viewers().report(&profile.id, visit.edition(), &visit.ask(), report).await;
    written.map_err(refuse::report)?;
    Ok((StatusCode::NO_CONTENT, [(header::CACHE_CONTROL, cache::control(Kind::Personal))]).into_response())
}

/// Nobody's position is kept for nobody.
pub(super) fn no_profile() -> Problem {
    Problem::new(StatusCode::FORBIDDEN, "no-profile", "The request carries no profile")
        .detail("Begin with `POST /api/v1/playback`, and send the cookies that it sets.")
}
