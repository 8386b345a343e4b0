//! Why something is not answered, inside and outside (OCI Distribution Specification 1.1, § "Error Codes").

use std::sync::Arc;

use axum::{
    body::Body,
    response::{IntoResponse, Response},
};
use http::{HeaderName, HeaderValue, StatusCode, header};
use objects::{Digest, ImageNameError, ObjectError, image_tag::TagError};
use serde_json::json;

/// Why a blob, manifest or tag was not to be had. Cheap to clone: many may wait for one fetch.
#[derive(Debug, Clone, thiserror::Error)]
pub enum FetchError {
    /// The store has no such thing.
    #[error("there is no {0}")]
    Missing(String),
    /// The store failed, and no peer had it.
    #[error("the object store failed, and no peer has it")]
    Store(#[source] Arc<ObjectError>),
    /// The store did not answer in time, and no peer had it.
    #[error("the object store did not answer in time, and no peer has it")]
    StoreSlow,
    /// What the store holds is something else.
    #[error("the object store holds other bytes than {0} says: push the image again")]
    Wrong(Digest),
    /// Larger than anything that is served.
    #[error("{0} is too large")]
    TooLarge(Digest),
    /// This host's disk failed in the middle.
    #[error("the disk failed: {0}")]
    Disk(Arc<std::io::Error>),
    /// The tag's pointer cannot be trusted.
    #[error("the tag cannot be trusted")]
    Tag(#[source] Arc<TagError>),
    /// A task of ours died.
    #[error("the fetch was given up: {0}")]
    GivenUp(String),
}

/// What the client is told.
#[derive(Debug)]
pub(crate) struct Refusal {
    status: StatusCode,
    code: &'static str,
    message: String,
    header: Option<(HeaderName, HeaderValue)>,
}

impl Refusal {
    fn new(status: StatusCode, code: &'static str, message: impl Into<String>) -> Self {
        Self { status, code, message: message.into(), header: None }
    }

    /// No endpoint of this registry.
    pub fn endpoint() -> Self {
        Self::new(StatusCode::NOT_FOUND, "UNSUPPORTED", "this registry has no such endpoint: it serves pulls")
    }

    /// A name that cannot be one.
    pub fn name(error: ImageNameError) -> Self {
        let code = match error {
            ImageNameError::Digest => "DIGEST_INVALID",
            ImageNameError::Repository => "NAME_INVALID",
            ImageNameError::Tag => "TAG_INVALID",
        };
        Self::new(StatusCode::BAD_REQUEST, code, error.to_string())
    }

    /// Every method that writes.
    pub fn read_only() -> Self {
        let refusal =
            Self::new(StatusCode::METHOD_NOT_ALLOWED, "UNSUPPORTED", "read-only; CI is the only writer");
        Self { header: Some((header::ALLOW, HeaderValue::from_static("GET, HEAD"))), ..refusal }
    }

    pub fn blob_unknown(digest: Digest) -> Self {
        Self::new(StatusCode::NOT_FOUND, "BLOB_UNKNOWN", format!("there is no blob {digest}"))
    }

    pub fn manifest_unknown(what: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, "MANIFEST_UNKNOWN", what)
    }

    pub fn name_unknown(name: &str) -> Self {
        Self::new(StatusCode::NOT_FOUND, "NAME_UNKNOWN", format!("there is no repository {name}"))
    }

    pub fn page(message: &str) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "PAGINATION_NUMBER_INVALID", message)
    }

    pub fn range(digest: Digest, length: u64) -> Self {
        let all = HeaderValue::try_from(format!("bytes */{length}")).ok();
        let message = format!("{digest} has {length} bytes");
        let refusal = Self::new(StatusCode::RANGE_NOT_SATISFIABLE, "SIZE_INVALID", message);
        Self { header: all.map(|value| (header::CONTENT_RANGE, value)), ..refusal }
    }

    /// Not now; the client may come back.
    fn unavailable(message: &str) -> Self {
        let refusal = Self::new(StatusCode::SERVICE_UNAVAILABLE, "UNAVAILABLE", message);
        Self { header: Some((header::RETRY_AFTER, HeaderValue::from_static("2"))), ..refusal }
    }

    /// Tells the log why, and the client what it may know; `missing` is what an absent thing is called.
    pub fn of(error: &FetchError, missing: Self) -> Self {
        if matches!(error, FetchError::Missing(_)) {
            return missing;
        }
        tracing::error!(cause = %web::problem::chain(error), "not served");
        Self::unavailable(match error {
            FetchError::Wrong(_) => "the object store holds other bytes than the digest says",
            FetchError::Tag(_) => "the tag cannot be trusted",
            _ => "the object store cannot be read for the moment",
        })
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let body = json!({ "errors": [{ "code": self.code, "message": self.message }] }).to_string();
        let mut response = Response::new(Body::from(body));
        *response.status_mut() = self.status;
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if let Some((name, value)) = self.header {
            headers.insert(name, value);
        }
        response
    }
}
