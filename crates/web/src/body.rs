//! Bodies within their limit, and JSON with answers that help.

use axum::{
    Extension,
    body::Body,
    extract::{FromRequest, Request},
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use http::{HeaderMap, HeaderValue, StatusCode, header};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use serde::{Serialize, de::DeserializeOwned};

use crate::{Failure, Problem, limits::RequestLimits};

/// The greatest body of this request, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BodyLimit(pub usize);

/// A layer that sets the limit of the routes under it, in place of the role's.
pub fn limit(bytes: usize) -> Extension<BodyLimit> {
    Extension(BodyLimit(bytes))
}

/// The whole body. One that says it is too long is refused before a byte of it is read, any other as soon as it is.
pub async fn read(request: Request) -> Result<Bytes, Problem> {
    let limit = request.extensions().get::<BodyLimit>().map_or(RequestLimits::default().max_body, |l| l.0);
    let said =
        request.headers().get(header::CONTENT_LENGTH).and_then(|v| v.to_str().ok()?.parse::<u64>().ok());
    if said.is_some_and(|said| said > limit as u64) {
        return Err(too_large(limit));
    }
    match Limited::new(request.into_body(), limit).collect().await {
        Ok(body) => Ok(body.to_bytes()),
        Err(error) if error.is::<LengthLimitError>() => Err(too_large(limit)),
        Err(_) => {
            Err(Problem::bad_request("The body ended before its end. Send it again.").code("body-incomplete"))
        }
    }
}

fn too_large(limit: usize) -> Problem {
    Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "body-too-large", "The body is too large")
        .detail(format!("Send at most {limit} bytes."))
        .with("limit", limit)
}

/// JSON in (415 for another media type, 400 for what is no JSON, 422 with the field's path for what does not fit) and out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Json<T>(pub T);

impl<T: DeserializeOwned, S: Sync> FromRequest<S> for Json<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &S) -> Result<Self, Problem> {
        if !is_json(request.headers()) {
            return Err(Problem::new(
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "media-type",
                "The body's media type is not JSON",
            )
            .detail("Send `Content-Type: application/json`."));
        }
        let body = read(request).await?;
        let mut json = serde_json::Deserializer::from_slice(&body);
        let value = serde_path_to_error::deserialize(&mut json).map_err(|error| {
            let path = error.path().to_string();
            refused(error.inner(), Some(path))
        })?;
        json.end().map_err(|error| refused(&error, None))?;
        Ok(Self(value))
    }
}

fn refused(error: &serde_json::Error, path: Option<String>) -> Problem {
    let words = error.to_string();
    match path {
        Some(path) if error.is_data() => {
            Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid-field", "The body does not fit")
                .detail(format!("`{path}`: {words}"))
                .with("field", path)
        }
        _ => Problem::bad_request(format!("The body is not JSON: {words}")).code("invalid-json"),
    }
}

fn is_json(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let essence = kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    essence == "application/json" || (essence.starts_with("application/") && essence.ends_with("+json"))
}

impl<T: Serialize> IntoResponse for Json<T> {
    fn into_response(self) -> Response {
        match serde_json::to_vec(&self.0) {
            Ok(bytes) => {
                let mut response = Response::new(Body::from(bytes));
                let kind = HeaderValue::from_static("application/json");
                response.headers_mut().insert(header::CONTENT_TYPE, kind);
                response
            }
            Err(error) => Failure::from(error).into_response(),
        }
    }
}
