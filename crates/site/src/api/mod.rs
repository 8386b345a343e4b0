//! The JSON API, version 1: `/api/v1/…`. Times are RFC 3339 in UTC, positions and durations are seconds with fractions,
//! errors are problems (RFC 9457) with a stable `code`.

pub mod catalogue;
pub mod me;
pub mod playback;
pub mod positions;
mod view;

use std::time::Duration;

use axum::response::{IntoResponse, Response};
use http::{HeaderValue, header};
use objects::cache::{self, Kind};
use serde::Serialize;
use viewers::Profile;
use web::{
    Json,
    cookies::{self, Attributes},
};

use crate::{
    SiteState,
    visit::{PROFILE, Visit},
};

/// How long a profile's cookie is kept: the most that browsers allow.
const PROFILE_KEPT: Duration = Duration::from_secs(400 * 24 * 60 * 60);
/// A cookie older than this is made anew, so that who comes back is not forgotten.
const PROFILE_FRESH: Duration = Duration::from_secs(30 * 24 * 60 * 60);

/// JSON about one viewer: kept by nobody.
fn personal(body: impl Serialize) -> Response {
    let mut response = Json(body).into_response();
    let control = HeaderValue::from_static(cache::control(Kind::Personal));
    response.headers_mut().insert(header::CACHE_CONTROL, control);
    response
}

/// The visit's profile, a new one if it has none; and the cookie to send, if one is due.
fn profile(site: &SiteState, visit: &Visit) -> (Profile, Option<HeaderValue>) {
    let now = visit.now();
    let profile = match visit.profile() {
        Some(known) if now.since(known.issued) < PROFILE_FRESH => return (known.clone(), None),
        Some(known) => Profile { issued: now, ..known.clone() },
        None => Profile::new(site.rng(), now),
    };
    let secure = site.config().secure_cookies;
    let attributes = Attributes { max_age: Some(PROFILE_KEPT), secure, ..Attributes::default() };
    let cookie = cookies::set(PROFILE, &profile.to_cookie(site.viewers().seal()), &attributes);
    (profile, cookie)
}

fn seconds(time: Duration) -> f64 {
    time.as_secs_f64()
}
