//! Errors have two audiences: [`Problem`] is what the person outside reads, [`Failure`] adds what the log is told.

mod failure;

use std::borrow::Cow;

use axum::response::{IntoResponse, Response};
pub use failure::{Failure, chain};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use serde_json::{Map, Value};

/// The media type of a problem (RFC 9457 §3).
pub const CONTENT_TYPE: &str = "application/problem+json";

/// What went wrong, in words and codes for the person outside (RFC 9457). Holds no internals.
///
/// The answer carries it as an extension too, so that a role may show a page in its place.
#[derive(Debug, Clone, PartialEq)]
pub struct Problem(Box<Inner>);

#[derive(Debug, Clone, PartialEq)]
struct Inner {
    status: StatusCode,
    slug: &'static str,
    title: Cow<'static, str>,
    detail: Option<Cow<'static, str>>,
    code: Option<&'static str>,
    extensions: Map<String, Value>,
    headers: HeaderMap,
}

impl Problem {
    /// A problem of the kind `slug` (stable: clients decide by it), summed up in `title`.
    pub fn new(status: StatusCode, slug: &'static str, title: impl Into<Cow<'static, str>>) -> Self {
        let (title, extensions, headers) = (title.into(), Map::new(), HeaderMap::new());
        Self(Box::new(Inner { status, slug, title, detail: None, code: None, extensions, headers }))
    }

    /// Something here that the client can do nothing about (500).
    pub fn internal() -> Self {
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", "Something went wrong on our side")
            .detail("It has been noted. Please try again in a moment.")
    }

    /// Too busy, or a part is missing for now (503); the client may come back after `seconds`.
    pub fn unavailable(seconds: u32) -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "unavailable", "Not available for the moment")
            .detail("Please try again in a moment.")
            .header(header::RETRY_AFTER, HeaderValue::from(seconds))
    }

    /// Nothing is here (404).
    pub fn not_found() -> Self {
        Self::new(StatusCode::NOT_FOUND, "not-found", "There is nothing at this address")
    }

    /// The request itself is wrong (400); `detail` says how to put it right.
    pub fn bad_request(detail: impl Into<Cow<'static, str>>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "bad-request", "The request is not understood").detail(detail)
    }

    /// What exactly, and what to do about it.
    pub fn detail(mut self, detail: impl Into<Cow<'static, str>>) -> Self {
        self.0.detail = Some(detail.into());
        self
    }

    /// A code within the kind; the kind's slug is the code otherwise.
    pub fn code(mut self, code: &'static str) -> Self {
        self.0.code = Some(code);
        self
    }

    /// An extension member (RFC 9457 §3.2). The standard members cannot be replaced by it.
    pub fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.0.extensions.insert(name.to_owned(), value.into());
        self
    }

    /// A header that the answer carries as well.
    pub fn header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.0.headers.insert(name, value);
        self
    }

    /// Its HTTP status.
    pub fn status(&self) -> StatusCode {
        self.0.status
    }

    /// Its stable kind, the end of its `type`.
    pub fn slug(&self) -> &'static str {
        self.0.slug
    }

    /// Its stable code.
    pub fn stable_code(&self) -> &'static str {
        self.0.code.unwrap_or(self.0.slug)
    }

    /// Its summary.
    pub fn title(&self) -> &str {
        &self.0.title
    }

    /// Its details.
    pub fn details(&self) -> Option<&str> {
        self.0.detail.as_deref()
    }

    /// An extension member.
    pub fn extension(&self, name: &str) -> Option<&Value> {
        self.0.extensions.get(name)
    }

    /// The headers that go with it.
    pub fn headers(&self) -> &HeaderMap {
        &self.0.headers
    }

    /// The document: `type`, `title`, `status`, `detail`, `code` and the extensions.
    pub fn document(&self) -> Value {
        let mut all = self.0.extensions.clone();
        all.insert("type".into(), format!("/problems/{}", self.0.slug).into());
        all.insert("title".into(), self.0.title.as_ref().into());
        all.insert("status".into(), self.0.status.as_u16().into());
        all.insert("code".into(), self.stable_code().into());
        if let Some(detail) = &self.0.detail {
            all.insert("detail".into(), detail.as_ref().into());
        }
        Value::Object(all)
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = (self.0.status, self.document().to_string()).into_response();
        let headers = response.headers_mut();
        headers.extend(self.0.headers.clone());
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(CONTENT_TYPE));
        // What is wrong now may be right in a second, and depends on who asked.
        headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
        headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
        response.extensions_mut().insert(self);
        response
    }
}
