//! The studio's API under `/studio/api/v1/`. Handlers translate; use cases decide.
//!
//! Every endpoint says in [`ENDPOINTS`] who may call it; there is no other way to add one.

mod assets;
mod editions;
mod jobs;
mod permit;

use std::sync::Arc;

use axum::{
    Router,
    http::{HeaderValue, Method, StatusCode, header},
    middleware::{from_fn_with_state, map_response},
    response::Response,
    routing::{MethodRouter, get, post},
};
use store::Store;
use web::Problem;

use crate::{Permission, Staff, publish::Publisher};

/// What handlers work with.
#[derive(Clone)]
pub struct StudioState {
    /// Jobs, assets, editions.
    pub store: Store,
    /// Publishes.
    pub publisher: Publisher,
    /// Who may call.
    pub staff: Arc<Staff>,
}

impl std::fmt::Debug for StudioState {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("StudioState").field("staff", &self.staff).finish_non_exhaustive()
    }
}

/// An endpoint, and who may call it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoint {
    /// The method.
    pub method: Method,
    /// The path.
    pub path: &'static str,
    /// What its caller must be permitted.
    pub needs: Permission,
}

/// Every endpoint there is.
pub const ENDPOINTS: &[Endpoint] = &[
    Endpoint { method: Method::GET, path: "/studio/api/v1/jobs", needs: Permission::Read },
    Endpoint { method: Method::GET, path: "/studio/api/v1/assets", needs: Permission::Read },
    Endpoint { method: Method::GET, path: "/studio/api/v1/editions", needs: Permission::Read },
    Endpoint { method: Method::POST, path: "/studio/api/v1/publish", needs: Permission::Publish },
];

/// The API's routes.
pub fn router(state: StudioState) -> Router {
    let mut router = Router::new();
    for endpoint in ENDPOINTS {
        let permit = permit::Permit { staff: state.staff.clone(), needs: endpoint.needs };
        let handler = handler(endpoint).layer(from_fn_with_state(permit, permit::check));
        router = router.route(endpoint.path, handler);
    }
    router
        .fallback(|| async { Problem::not_found() })
        .method_not_allowed_fallback(|| async {
            Problem::new(StatusCode::METHOD_NOT_ALLOWED, "method-not-allowed", "That cannot be done here")
        })
        .layer(map_response(private))
        .with_state(state)
}

fn handler(endpoint: &Endpoint) -> MethodRouter<StudioState> {
    match endpoint.path {
        "/studio/api/v1/jobs" => get(jobs::list),
        "/studio/api/v1/assets" => get(assets::list),
        "/studio/api/v1/editions" => get(editions::list),
        "/studio/api/v1/publish" => post(editions::publish),
        _ => MethodRouter::new(),
    }
}

/// What staff see is nobody else's.
async fn private(mut response: Response) -> Response {
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
