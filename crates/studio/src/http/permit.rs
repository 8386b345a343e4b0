use std::sync::Arc;

use axum::{
    extract::{Request, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use web::Problem;

use crate::{Denied, Permission, Staff};

/// What one endpoint asks of its caller.
#[derive(Clone)]
pub(crate) struct Permit {
    pub staff: Arc<Staff>,
    pub needs: Permission,
}

/// Lets a request through whose bearer may do what the endpoint does (RFC 6750).
pub(crate) async fn check(State(permit): State<Permit>, request: Request, next: Next) -> Response {
    match permit.staff.allow(bearer(request.headers()), permit.needs) {
        Ok(()) => next.run(request).await,
        Err(denied) => problem(denied).into_response(),
    }
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers.get(header::AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then_some(token)
}

fn problem(denied: Denied) -> Problem {
    match denied {
        Denied::Unknown => Problem::new(StatusCode::UNAUTHORIZED, "staff-token", "A staff token is needed")
            .detail("Send `Authorization: Bearer` and the token that is in the data folder's secrets.")
            .header(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer realm=\"studio\"")),
        Denied::Forbidden => {
            Problem::new(StatusCode::FORBIDDEN, "forbidden", "This token does not permit that")
        }
    }
}
