//! The endpoints (OCI Distribution Specification 1.1, § "Endpoints": end-1, end-2, end-3, end-8).
//!
//! Who may call them: whoever reaches the port. It listens on this host alone unless it is told otherwise, serves nothing
//! but what was released, and cannot be written to.

use axum::{
    Router,
    body::Body,
    extract::{OriginalUri, State},
    response::{IntoResponse, Response},
    routing::any,
};
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use objects::{Digest, Repository};
use serde_json::json;
use web::{
    ETag,
    range::{self, Part},
};

use crate::{
    body,
    error::{FetchError, Refusal},
    limits::{MAX_TAGS, PIECE},
    path::{self, PathError, Reference, Wanted},
    peers::PEER,
    registry::{Found, Registry},
};

const API_VERSION: HeaderName = HeaderName::from_static("docker-distribution-api-version");
const CONTENT_DIGEST: HeaderName = HeaderName::from_static("docker-content-digest");

/// The routes of a registry, to be laid a [`web::Guard`] over.
pub fn router(registry: Registry) -> Router {
    Router::new()
        .route("/v2", any(serve))
        .route("/v2/", any(serve))
        .route("/v2/{*rest}", any(serve))
        .fallback(endpoint)
        .with_state(registry)
}

async fn endpoint() -> Refusal {
    Refusal::endpoint()
}

async fn serve(
    State(registry): State<Registry>,
    OriginalUri(uri): OriginalUri,
    method: Method,
    headers: HeaderMap,
) -> Response {
    let answered = if matches!(method, Method::GET | Method::HEAD) {
        let rest = uri.path().trim_start_matches("/v2").trim_start_matches('/');
        answer(&registry, rest, uri.query(), &method, &headers).await
    } else {
        Err(Refusal::read_only())
    };
    let mut response = answered.unwrap_or_else(IntoResponse::into_response);
    response.headers_mut().insert(API_VERSION, HeaderValue::from_static("registry/2.0"));
    if method == Method::HEAD {
        *response.body_mut() = Body::empty();
    }
    response
}

async fn answer(
    registry: &Registry,
    rest: &str,
    query: Option<&str>,
    method: &Method,
    headers: &HeaderMap,
) -> Result<Response, Refusal> {
    let for_peer = headers.contains_key(PEER);
    match path::parse(rest) {
        Err(PathError::Endpoint) => Err(Refusal::endpoint()),
        Err(PathError::Name(error)) => Err(Refusal::name(error)),
        Ok(Wanted::Base) => Ok(as_json("{}".into())),
        Ok(Wanted::Tags(name)) => tags(registry, &name, query).await,
        Ok(Wanted::Manifest(name, reference)) => {
            manifest(registry, &name, reference, headers, for_peer).await
        }
        Ok(Wanted::Blob(digest)) => blob(registry, digest, method, headers, for_peer).await,
    }
}

fn as_json(text: String) -> Response {
    ([(header::CONTENT_TYPE, "application/json"), (header::CACHE_CONTROL, "no-store")], text).into_response()
}

async fn tags(registry: &Registry, name: &Repository, query: Option<&str>) -> Result<Response, Refusal> {
    let (mut most, mut after) = (MAX_TAGS, String::new());
    for (key, value) in form_urlencoded::parse(query.unwrap_or_default().as_bytes()) {
        match &*key {
            "n" => most = value.parse().map_err(|_| Refusal::page("`n` is a number of tags"))?,
            "last" => after = value.into_owned(),
            _ => {}
        }
    }
    let all = registry
        .0
        .tags
        .list(name)
        .await
        .map_err(|error| Refusal::of(&error, Refusal::name_unknown(name.as_str())))?;
    if all.is_empty() {
        return Err(Refusal::name_unknown(name.as_str()));
    }
    let most = most.min(MAX_TAGS);
    let page: Vec<&String> = all.iter().filter(|tag| **tag > after).take(most + 1).collect();
    let (shown, more) = (&page[..page.len().min(most)], page.len() > most);
    let mut response = as_json(json!({ "name": name.as_str(), "tags": shown }).to_string());
    if let (true, Some(last)) = (more, shown.last()) {
        let link = format!("</v2/{name}/tags/list?n={most}&last={last}>; rel=\"next\"");
        if let Ok(value) = HeaderValue::try_from(link) {
            response.headers_mut().insert(header::LINK, value);
        }
    }
    Ok(response)
}

async fn manifest(
    registry: &Registry,
    name: &Repository,
    reference: Reference,
    headers: &HeaderMap,
    for_peer: bool,
) -> Result<Response, Refusal> {
    let digest = match reference {
        Reference::Digest(digest) => digest,
        Reference::Tag(tag) => {
            let unknown = || Refusal::manifest_unknown(format!("there is no {name}:{tag}"));
            registry.0.tags.resolve(name, &tag).await.map_err(|error| Refusal::of(&error, unknown()))?
        }
    };
    let unknown = || Refusal::manifest_unknown(format!("there is no manifest {digest}"));
    let manifest =
        registry.manifest(digest, for_peer).await.map_err(|error| Refusal::of(&error, unknown()))?;
    if !accepts(headers, &manifest.media_type) {
        return Err(Refusal::manifest_unknown(format!(
            "the manifest is {}, which `Accept` does not name",
            manifest.media_type
        )));
    }
    let length = manifest.bytes.len();
    let mut response = Response::new(Body::from(manifest.bytes));
    described(response.headers_mut(), &manifest.media_type, digest, length as u64);
    Ok(response)
}

/// Does `Accept` allow this media type? Without one, or beyond what anybody sends, all are.
fn accepts(headers: &HeaderMap, media_type: &str) -> bool {
    let mut fields =
        headers.get_all(header::ACCEPT).iter().filter_map(|value| value.to_str().ok()).peekable();
    if fields.peek().is_none() {
        return true;
    }
    fields.flat_map(web::quality::parse).any(|(named, weight)| {
        weight > 0 && (named.eq_ignore_ascii_case(media_type) || matches!(named, "*/*" | "application/*"))
    })
}

fn described(headers: &mut HeaderMap, media_type: &str, digest: Digest, length: u64) {
    let text = digest.to_string();
    let kind =
        HeaderValue::try_from(media_type).unwrap_or(HeaderValue::from_static("application/octet-stream"));
    headers.insert(header::CONTENT_TYPE, kind);
    headers.insert(header::CONTENT_LENGTH, HeaderValue::from(length));
    if let Ok(value) = HeaderValue::try_from(&text) {
        headers.insert(CONTENT_DIGEST, value);
    }
    if let Some(tag) = ETag::opaque(&text) {
        headers.insert(header::ETAG, tag.value());
    }
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
}

async fn blob(
    registry: &Registry,
    digest: Digest,
    method: &Method,
    headers: &HeaderMap,
    for_peer: bool,
) -> Result<Response, Refusal> {
    let refused = |error: FetchError| Refusal::of(&error, Refusal::blob_unknown(digest));
    if method == Method::HEAD {
        let length = registry.length(digest, for_peer).await.map_err(refused)?;
        return Ok(part(digest, length, None, Body::empty()));
    }
    let found = registry.find(digest, for_peer).await.map_err(refused)?;
    let size = match &found {
        Found::Kept(file) => file.size,
        Found::Flying(flight) => flight.size,
        Found::Through(size) => *size,
    };
    let tag = ETag::opaque(&digest.to_string());
    let wanted = match range::wanted(method, headers, size, tag.as_ref()) {
        range::Wanted::Whole => None,
        range::Wanted::Part(part) => Some(part),
        range::Wanted::Unsatisfiable => return Err(Refusal::range(digest, size)),
    };
    let (from, to) = wanted.map_or((0, size), |part| (part.first, part.last + 1));
    if for_peer && let Some(bytes) = piece(registry, digest, &found, from, to).await? {
        return Ok(part(digest, size, wanted, Body::from(bytes)));
    }
    let body = match found {
        Found::Kept(kept) => body::of_file(kept.file, from, to),
        Found::Flying(flight) => {
            // What fails before its first byte can still be said in words.
            if from < to {
                flight.readable(crate::flight::Flight::chunk_end(from, to), to).await.map_err(refused)?;
            }
            body::of_flight(flight, from, to)
        }
        Found::Through(size) => body::through(registry.clone(), digest, size, from, to),
    };
    Ok(part(digest, size, wanted, body))
}

/// What a peer asks for, when it is one piece that is not verified yet: the peer verifies it with the rest.
async fn piece(
    registry: &Registry,
    digest: Digest,
    found: &Found,
    from: u64,
    to: u64,
) -> Result<Option<Vec<u8>>, Refusal> {
    if from >= to || !from.is_multiple_of(PIECE) || to - from > PIECE {
        return Ok(None);
    }
    let refused = |error: FetchError| Refusal::of(&error, Refusal::blob_unknown(digest));
    // Never closed, so that this only waits.
    let _place = registry.0.sends.acquire().await;
    let bytes = match found {
        Found::Kept(kept) => crate::flight::read(kept.file.clone(), from, to)
            .await
            .map_err(|error| refused(FetchError::Disk(std::sync::Arc::new(error))))?,
        Found::Flying(flight) if (from, to) == flight.span(from / PIECE) => {
            registry.part_for_peer(flight, from / PIECE).await.map_err(refused)?
        }
        Found::Flying(_) | Found::Through(_) => {
            registry.0.store.part(digest, from, to).await.map_err(refused)?
        }
    };
    registry.0.stats.peer_sent.inc_by(bytes.len() as u64);
    Ok(Some(bytes))
}

fn part(digest: Digest, size: u64, wanted: Option<Part>, body: Body) -> Response {
    let mut response = Response::new(body);
    let length = wanted.map_or(size, Part::len);
    let headers = response.headers_mut();
    described(headers, "application/octet-stream", digest, length);
    headers.insert(header::ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=31536000, immutable"));
    if let Some(part) = wanted {
        headers.insert(header::CONTENT_RANGE, part.content_range(size));
        *response.status_mut() = StatusCode::PARTIAL_CONTENT;
    }
    response
}
