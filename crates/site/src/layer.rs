//! What stands around every route: which brand, security headers, and a page in place of a bare problem.

use std::sync::LazyLock;

use axum::{
    extract::{Request, State},
    middleware::Next,
    response::{IntoResponse, Response},
};
use http::{HeaderMap, HeaderValue, Method, Uri, header};
use web::{
    Problem,
    headers::{Csp, secure},
};

use crate::{SiteState, browse, browse::Which, plain, visit::Visit};

/// Everything from this very host; pictures inlined by scripts, media and workers made by the player.
static POLICY: LazyLock<HeaderValue> = LazyLock::new(|| {
    Csp::strict()
        .allow("img-src", "data:")
        .allow("media-src", "blob:")
        .allow("worker-src", "'self'")
        .allow("worker-src", "blob:")
        .value()
});

/// Finds out which brand a request is for, and has it answered.
pub async fn enter(State(site): State<SiteState>, mut request: Request, next: Next) -> Response {
    let (method, uri, headers) = (request.method().clone(), request.uri().clone(), request.headers().clone());
    let (visit, response) = match Visit::new(&site, &uri, &headers) {
        Ok(visit) => {
            request.extensions_mut().insert(visit.clone());
            (Some(visit), next.run(request).await)
        }
        Err(failure) => (None, failure.into_response()),
    };
    let mut response = match response.extensions().get::<Problem>().cloned() {
        Some(problem) if for_people(&method, &uri, &headers) => {
            friendly(&site, visit.as_ref(), &problem, (&uri, &headers), response).await
        }
        _ => response,
    };
    secured(&mut response);
    response
}

/// The security fields of every answer.
pub(crate) fn secured(response: &mut Response) {
    secure(response.headers_mut(), &POLICY);
}

/// Is this a page that somebody looks at, rather than a script's call or a file?
fn for_people(method: &Method, uri: &Uri, headers: &HeaderMap) -> bool {
    let accept = headers.get(header::ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let reads = matches!(*method, Method::GET | Method::HEAD);
    let machine = ["/api/", "/assets/"].iter().any(|prefix| uri.path().starts_with(prefix));
    reads && !machine && (accept.contains("text/html") || accept.is_empty() || accept.contains("*/*"))
}

/// The same answer with a page for people as its body.
async fn friendly(
    site: &SiteState,
    visit: Option<&Visit>,
    problem: &Problem,
    (uri, headers): (&Uri, &HeaderMap),
    bare: Response,
) -> Response {
    let page = match visit {
        None => plain::page(problem).into_response(),
        Some(visit) => {
            let segment = uri.path().split('/').nth(1).unwrap_or_default();
            let Some(locale) = visit.locale(segment).or_else(|| visit.negotiate(headers).ok()) else {
                return bare;
            };
            let which = Which::Problem(problem.status(), problem.slug());
            let Ok(made) = browse::made(site, visit, &locale, &which).await else { return bare };
            let mut accepts = HeaderMap::new();
            if let Some(accept) = headers.get(header::ACCEPT_ENCODING) {
                accepts.insert(header::ACCEPT_ENCODING, accept.clone());
            }
            made.body.respond(&accepts)
        }
    };
    let (mut parts, _) = bare.into_parts();
    let (page, body) = page.into_parts();
    parts.headers.remove(header::CONTENT_LENGTH);
    for name in [header::CONTENT_TYPE, header::CONTENT_ENCODING, header::VARY] {
        if let Some(value) = page.headers.get(&name) {
            parts.headers.insert(name, value.clone());
        }
    }
    Response::from_parts(parts, body)
}
