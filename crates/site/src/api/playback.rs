//! The playback decision and its renewal.

use axum::{extract::State, response::Response};
use domain::{Locale, TitleId};
use http::{HeaderMap, HeaderValue, header};
use objects::token;
use serde::{Deserialize, Serialize};
use viewers::{Playback, Token};
use web::{
    Failure, Json, Problem,
    cookies::{self, Attributes},
};

use super::{
    personal,
    positions::no_profile,
    profile, seconds,
    view::{Card, Teller},
};
use crate::{SiteState, refuse, visit::Visit};

/// Bytes of a body; real ones have a few hundred.
pub const MAX_BODY: usize = 4 * 1024;

/// How often a player should renew its token, in seconds: twice within its life, with time to try again.
const HEARTBEAT: u32 = 240;

/// The delivery token's cookie.
const TOKEN: &str = "pt_play";

/// Where the token goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Delivery {
    /// Into a cookie that scripts cannot read.
    #[default]
    Cookie,
    /// Into the answer, for players without cookies, which send it as `CTA-Common-Access-Token`.
    Header,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Play {
    title: String,
    #[serde(default)]
    lang: Option<String>,
    #[serde(default)]
    delivery: Delivery,
}

#[derive(Debug, Serialize)]
struct Played {
    title: TitleId,
    asset: String,
    manifest: String,
    storyboard: String,
    session: String,
    token_expires_at: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    token: Option<String>,
    heartbeat_seconds: u32,
    resume_at: f64,
    duration: f64,
    intro: Option<Span>,
    credits_at: Option<f64>,
    max_height: Option<u16>,
    next: Option<Next>,
}

#[derive(Debug, Serialize)]
struct Span {
    from: f64,
    to: f64,
}

#[derive(Debug, Serialize)]
struct Next {
    #[serde(flatten)]
    card: Card,
    watch_url: String,
}

/// `POST /api/v1/playback` with `{title, lang?, delivery?}`: may it be seen now, and with what:
/// `{title, asset, manifest, storyboard, session, token_expires_at, heartbeat_seconds, resume_at, duration, intro, credits_at,
/// max_height, next}`. Sets the cookies `pt_profile` and `pt_play`. For everybody whom rights let see the title; a denial is
/// a problem with its reason.
pub async fn play(
    State(site): State<SiteState>,
    visit: Visit,
    headers: HeaderMap,
    Json(Play { title, lang, delivery }): Json<Play>,
) -> Result<Response, Failure> {
    let title = TitleId::new(&title).map_err(|_| Problem::not_found())?;
    let locale = match lang.and_then(|lang| visit.locale(&lang)) {
        Some(locale) => locale,
        None => visit.negotiate(&headers)?,
    };
    let (profile, cookie) = profile(&site, &visit);
    let ask = visit.ask();
    let played = site.viewers().play(visit.viewer(&profile, &ask), visit.edition(), &title).await;
    let played = played.map_err(|error| refuse::play(&site, &visit, error))?;
    let mut response = personal(told(&visit, &locale, &played, delivery)?);
    let cookies = [cookie, delivered(&site, &visit, &played.token, delivery)];
    for cookie in cookies.into_iter().flatten() {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    Ok(response)
}

fn told(visit: &Visit, locale: &Locale, played: &Playback, delivery: Delivery) -> Result<Played, Failure> {
    let (edition, ask) = (visit.edition(), visit.ask());
    let languages = edition.languages(locale, &visit.brand()?.record().default_locale);
    let teller = Teller { ask: &ask, now: visit.now(), locale, languages: &languages };
    let path = token::path(&played.token.asset);
    let milliseconds = |ms: u64| ms as f64 / 1e3;
    let next = played.next.as_ref().and_then(|id| {
        let card = teller.card(&edition.title(id)?);
        Some(Next { card, watch_url: format!("/{locale}/watch/{id}") })
    });
    Ok(Played {
        title: played.title.clone(),
        asset: played.token.asset.to_string(),
        manifest: format!("{path}master.m3u8"),
        storyboard: format!("{path}storyboard.vtt"),
        session: played.session.clone(),
        token_expires_at: played.token.expires_at.to_string(),
        token: (delivery == Delivery::Header).then(|| played.token.token.clone()),
        heartbeat_seconds: HEARTBEAT,
        resume_at: seconds(played.resume_at),
        duration: seconds(played.running_time),
        intro: played.markers.intro.map(|(from, to)| Span { from: milliseconds(from), to: milliseconds(to) }),
        credits_at: played.markers.credits_at.map(milliseconds),
        max_height: played.max_height,
        next,
    })
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Beat {
    session: String,
    #[serde(default)]
    delivery: Delivery,
}

#[derive(Debug, Serialize)]
struct Renewed {
    token_expires_at: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    token: Option<String>,
    heartbeat_seconds: u32,
}

/// `POST /api/v1/playback/heartbeat` with `{session, delivery?}`: a new token for a play that goes on:
/// `{token_expires_at, heartbeat_seconds}` and the cookie `pt_play`. For the profile whose session it is. Needs no database.
pub async fn heartbeat(
    State(site): State<SiteState>,
    visit: Visit,
    Json(Beat { session, delivery }): Json<Beat>,
) -> Result<Response, Failure> {
    let profile = visit.profile().ok_or_else(no_profile)?;
    let ask = visit.ask();
    let token = site.viewers().renew(visit.viewer(profile, &ask), visit.edition(), &session);
    let token = token.map_err(|error| refuse::renew(&site, &visit, error))?;
    let mut response = personal(Renewed {
        token_expires_at: token.expires_at.to_string(),
        token: (delivery == Delivery::Header).then(|| token.token.clone()),
        heartbeat_seconds: HEARTBEAT,
    });
    if let Some(cookie) = delivered(&site, &visit, &token, delivery) {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    Ok(response)
}

/// The token's cookie, sent to this asset's paths alone and gone when the token is.
fn delivered(site: &SiteState, visit: &Visit, token: &Token, delivery: Delivery) -> Option<HeaderValue> {
    if delivery == Delivery::Header {
        return None;
    }
    let path = token::path(&token.asset);
    let attributes = Attributes {
        path: &path,
        max_age: Some(token.expires_at.since(visit.now())),
        secure: site.config().secure_cookies,
        ..Attributes::default()
    };
    cookies::set(TOKEN, &token.token, &attributes)
}
