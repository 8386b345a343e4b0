//! The pages: handlers that find the cached page, or have it made.

use std::{str::FromStr, sync::Arc, time::Duration};

use axum::{
    extract::{OriginalUri, Path, State},
    response::{IntoResponse, Redirect, Response},
};
use domain::{Locale, Timestamp, TitleId};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use objects::cache::{self, Kind};
use web::{
    Failure, Precompressed, Problem,
    cookies::{self, Attributes},
    precompressed::Effort,
};

use crate::{
    SiteState,
    cache::{Page, PageKey, RenderError},
    pages::{self, DemoBar, PageCtx, PageError, Rendered},
    visit::{LANGUAGE, Visit},
};

/// How long a chosen language is remembered.
const LANGUAGE_KEPT: Duration = Duration::from_secs(365 * 24 * 60 * 60);

const HTML: HeaderValue = HeaderValue::from_static("text/html; charset=utf-8");

/// Which page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Which {
    /// The hero and the rails.
    Home,
    /// Of a movie, a special, a series.
    Title(TitleId),
    /// The player.
    Watch(TitleId),
    /// In place of what is not there.
    Problem(StatusCode, &'static str),
}

impl Which {
    /// Its path after the language.
    fn path(&self) -> String {
        match self {
            Which::Home | Which::Problem(..) => "/".into(),
            Which::Title(id) => format!("/t/{id}"),
            Which::Watch(id) => format!("/watch/{id}"),
        }
    }

    /// What it is called in the cache. No URL begins like a problem's.
    fn key(&self) -> String {
        match self {
            Which::Problem(status, code) => format!("!{}/{code}", status.as_u16()),
            other => other.path(),
        }
    }
}

/// `GET /`: to the home page in the viewer's language. For everybody.
pub async fn root(visit: Visit, headers: HeaderMap) -> Result<Response, Failure> {
    let locale = visit.negotiate(&headers)?;
    let fields = [
        (header::LOCATION, format!("/{locale}/")),
        (header::CACHE_CONTROL, cache::control(Kind::Redirect).into()),
        (header::VARY, "accept-language, cookie".into()),
    ];
    Ok((StatusCode::FOUND, fields).into_response())
}

/// `GET /{lang}`: to the same with its slash. For everybody.
pub async fn bare(visit: Visit, Path(lang): Path<String>) -> Result<Response, Failure> {
    let locale = known(&visit, &lang)?;
    Ok(Redirect::permanent(&format!("/{locale}/")).into_response())
}

/// `GET /{lang}/`: the home page. For everybody.
pub async fn home(
    State(site): State<SiteState>,
    visit: Visit,
    OriginalUri(uri): OriginalUri,
    Path(lang): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    page(&site, &visit, (&lang, uri.path()), &Which::Home, &headers).await
}

/// `GET /{lang}/t/{title}`: a title's page. For everybody; what may not be seen says so, with its status.
pub async fn title(
    State(site): State<SiteState>,
    visit: Visit,
    OriginalUri(uri): OriginalUri,
    Path((lang, id)): Path<(String, String)>,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    let which = Which::Title(existing(&visit, &id)?);
    page(&site, &visit, (&lang, uri.path()), &which, &headers).await
}

/// `GET /{lang}/watch/{title}`: the player's page. For everybody; what may not be seen says so, with its status.
pub async fn watch(
    State(site): State<SiteState>,
    visit: Visit,
    OriginalUri(uri): OriginalUri,
    Path((lang, id)): Path<(String, String)>,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    let which = Which::Watch(existing(&visit, &id)?);
    page(&site, &visit, (&lang, uri.path()), &which, &headers).await
}

/// A title of the edition. What is in none is no page of its own, so that guessing fills no cache.
pub(crate) fn existing(visit: &Visit, id: &str) -> Result<TitleId, Problem> {
    TitleId::from_str(id).ok().filter(|id| visit.edition().title(id).is_some()).ok_or_else(Problem::not_found)
}

/// The brand's language that `lang` means: in another spelling, or with a region that the brand does not tell apart.
fn known(visit: &Visit, lang: &str) -> Result<Locale, Problem> {
    let meant = Locale::new(lang).map_err(|_| Problem::not_found())?;
    let found = visit.locale(meant.as_str()).or_else(|| visit.locale(meant.language().as_str()));
    found.ok_or_else(Problem::not_found)
}

async fn page(
    site: &SiteState,
    visit: &Visit,
    (lang, path): (&str, &str),
    which: &Which,
    headers: &HeaderMap,
) -> Result<Response, Failure> {
    let locale = known(visit, lang)?;
    if locale.as_str() != lang {
        let rest = path.strip_prefix('/').and_then(|path| path.strip_prefix(lang)).unwrap_or("/");
        return Ok(Redirect::permanent(&format!("/{locale}{rest}")).into_response());
    }
    let made = made(site, visit, &locale, which).await?;
    let mut response = send(site, visit, &made, headers);
    if let Some(cookie) = choice(site, visit, &locale, headers) {
        // A cookie of one's own is nobody else's.
        private(&mut response);
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    Ok(response)
}

/// The page, made now or before.
pub(crate) async fn made(
    site: &SiteState,
    visit: &Visit,
    locale: &Locale,
    which: &Which,
) -> Result<Arc<Page>, Failure> {
    let key = key(visit, locale, which.key());
    let render = || {
        let rendered = render(site, visit, (locale, which), &key);
        let Rendered { status, html, ending, until } =
            rendered.map_err(|error| RenderError(error.to_string()))?;
        let body = match ending {
            Some(ending) => Precompressed::joined(HTML, html.into(), ending.html.clone(), Effort::Quick),
            None => Precompressed::new(HTML, html, Effort::Quick),
        };
        Ok(Page::new(status, body, until))
    };
    Ok(site.pages().page(&key, visit.now(), render).await?)
}

/// What a page of this visit is kept under.
pub(crate) fn key(visit: &Visit, locale: &Locale, path: String) -> PageKey {
    PageKey {
        edition: visit.edition().number(),
        takedowns: visit.edition().takedowns(),
        brand: visit.brand_id().clone(),
        path,
        locale: locale.clone(),
        audience: visit.audience().0,
        device: visit.device(),
        demo: visit.pretended(),
    }
}

fn render(
    site: &SiteState,
    visit: &Visit,
    (locale, which): (&Locale, &Which),
    key: &PageKey,
) -> Result<Rendered, RenderFailure> {
    let brand = visit.edition().brand(visit.brand_id()).ok_or(RenderFailure::Brand)?;
    let audience = visit.representative().ok_or(RenderFailure::Brand)?;
    let demo = site.config().country_switch.clone().map(|countries| DemoBar { countries });
    let ask = audience.ask(visit.brand_id());
    let ctx = PageCtx {
        edition: visit.edition(),
        brand,
        locale,
        ask: &ask,
        now: visit.now(),
        demo: demo.as_ref(),
        assets: site.assets().manifest(),
        base_url: &site.config().address.url(brand.record()),
        path: &which.path(),
        endings: (site.endings(), key),
    };
    Ok(match which {
        Which::Home => pages::home(&ctx),
        Which::Title(id) => pages::title(&ctx, id),
        Which::Watch(id) => pages::watch(&ctx, id),
        Which::Problem(status, code) => pages::problem(&ctx, *status, code),
    }?)
}

#[derive(Debug, thiserror::Error)]
enum RenderFailure {
    #[error("the brand has left the edition")]
    Brand,
    #[error(transparent)]
    Page(#[from] PageError),
}

/// The answer with a page: validators, the time it may be kept, the audience cookie.
pub(crate) fn send(site: &SiteState, visit: &Visit, page: &Page, headers: &HeaderMap) -> Response {
    let mut response = if page.status.is_success() {
        shared(page, visit.now(), headers)
    } else {
        // Conditions are about what would be a success (RFC 9110 §13.2.1).
        let mut unconditional = headers.clone();
        unconditional.remove(header::IF_NONE_MATCH);
        let mut response = shared(page, visit.now(), &unconditional);
        *response.status_mut() = page.status;
        response
    };
    if page.status == StatusCode::UNAVAILABLE_FOR_LEGAL_REASONS
        && let Some(link) = blocked_by(site, visit)
    {
        response.headers_mut().insert(header::LINK, link);
    }
    if let Some(cookie) = visit.stamp(site, headers) {
        private(&mut response);
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    response
}

/// The answer with a page to everybody who has the audience's cookie.
pub(crate) fn shared(page: &Page, now: Timestamp, headers: &HeaderMap) -> Response {
    let mut response = page.body.respond(headers);
    let left = page.until.map(|until| until.since(now));
    let fields = response.headers_mut();
    if let Ok(control) = HeaderValue::try_from(cache::page(left)) {
        fields.insert(header::CACHE_CONTROL, control);
    }
    // The audience is in a cookie; the pretended country too.
    fields.insert(header::VARY, HeaderValue::from_static("accept-encoding, cookie"));
    response
}

/// Who blocks: this service itself (RFC 7725 §4).
pub(crate) fn blocked_by(site: &SiteState, visit: &Visit) -> Option<HeaderValue> {
    let brand = visit.brand().ok()?;
    HeaderValue::try_from(format!("<{}/>; rel=\"blocked-by\"", site.config().address.url(brand.record())))
        .ok()
}

fn private(response: &mut Response) {
    let fields = response.headers_mut();
    let control = fields.get(header::CACHE_CONTROL).and_then(|value| value.to_str().ok());
    if let Some(control) = control.and_then(|control| control.strip_prefix("public"))
        && let Ok(control) = HeaderValue::try_from(format!("private{control}"))
    {
        fields.insert(header::CACHE_CONTROL, control);
    }
}

/// Does it come from a page of ours?
pub(crate) fn from_us(headers: &HeaderMap) -> bool {
    headers.get("sec-fetch-site").is_some_and(|site| site == "same-origin")
}

/// Who goes from a page of ours to one in another language than they would get has chosen it.
fn choice(site: &SiteState, visit: &Visit, locale: &Locale, headers: &HeaderMap) -> Option<HeaderValue> {
    if !from_us(headers) || visit.negotiate(headers).ok()? == *locale {
        return None;
    }
    let secure = site.config().secure_cookies;
    let attributes = Attributes { max_age: Some(LANGUAGE_KEPT), secure, ..Attributes::default() };
    cookies::set(LANGUAGE, locale.as_str(), &attributes)
}
