//! From a document to an answer: validators, ranges, cache headers.

use std::{ops::Range, sync::Arc};

use axum::{
    body::Body,
    response::{IntoResponse, Response},
};
use http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use objects::cache::{self, Kind};
use web::{
    ETag, Failure, Precompressed,
    range::{self, Wanted},
};

use crate::{files::OpenFile, stream::Streams};

/// A document that is a part of an object.
pub(crate) struct Piece {
    pub file: Arc<OpenFile>,
    /// Where it lies; within the object.
    pub at: Range<u64>,
    pub content_type: &'static str,
    pub cache: Kind,
}

/// What a request says that an answer depends on.
pub(crate) struct Asked<'a> {
    pub method: &'a Method,
    pub headers: &'a HeaderMap,
}

/// A text document, whole.
pub(crate) fn document(asked: &Asked<'_>, document: &Precompressed, cache: Kind) -> Response {
    let mut response = document.respond(asked.headers);
    finish(response.headers_mut(), cache);
    response
}

/// A piece of an object: whole, a range of it, or that the client has it already.
pub(crate) async fn piece(asked: &Asked<'_>, streams: &Streams, piece: Piece) -> Result<Response, Failure> {
    let length = piece.at.end - piece.at.start;
    // Objects never change, so that where a piece lies in which object names its bytes.
    let name = format!("{}-{}-{length}", piece.file.key.as_str().replace('/', "."), piece.at.start);
    let etag = ETag::opaque(&name);
    if let Some(etag) = etag.as_ref().filter(|etag| etag.none_match(asked.headers)) {
        let mut response = etag.not_modified(&HeaderMap::new());
        finish(response.headers_mut(), piece.cache);
        return Ok(response);
    }
    let (status, part, content_range) =
        match range::wanted(asked.method, asked.headers, length, etag.as_ref()) {
            Wanted::Whole => (StatusCode::OK, 0..length, None),
            Wanted::Part(part) => {
                (StatusCode::PARTIAL_CONTENT, part.first..part.last + 1, Some(part.content_range(length)))
            }
            Wanted::Unsatisfiable => return Err(range::unsatisfiable(length).into()),
        };
    let sent = part.end - part.start;
    let part = piece.at.start + part.start..piece.at.start + part.end;
    let body = match *asked.method {
        Method::HEAD => Body::empty(),
        _ => Body::new(streams.body(piece.file, piece.at, part).await?),
    };
    let mut response = (status, body).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(piece.content_type));
    headers.insert(header::CONTENT_LENGTH, HeaderValue::from(sent));
    headers.insert(header::ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    if let Some(value) = content_range {
        headers.insert(header::CONTENT_RANGE, value);
    }
    if let Some(etag) = etag {
        headers.insert(header::ETAG, etag.value());
    }
    finish(headers, piece.cache);
    Ok(response)
}

fn finish(headers: &mut HeaderMap, cache: Kind) {
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(cache::control(cache)));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    // Players measure their downloads, from another host too when a delivery network stands in front.
    headers.insert("timing-allow-origin", HeaderValue::from_static("*"));
}
