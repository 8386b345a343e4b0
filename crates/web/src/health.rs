//! `/healthz` (the process lives), `/readyz` (send it traffic; if not, what is missing) and `/metrics`.

use std::{
    collections::BTreeMap,
    sync::{Arc, PoisonError, RwLock},
};

use axum::{
    Router,
    extract::State,
    response::{IntoResponse, Response},
    routing::get,
};
use http::{HeaderValue, StatusCode, header};
use serde_json::json;

use crate::{Failure, Gate, Metrics, Problem};

type Check = Arc<dyn Fn() -> Result<(), String> + Send + Sync>;

/// The named conditions of being ready. Roles add theirs at start; each is missing until it is met.
#[derive(Clone, Default)]
pub struct Readiness(Arc<RwLock<BTreeMap<&'static str, Check>>>);

impl std::fmt::Debug for Readiness {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Readiness").field(&self.missing()).finish()
    }
}

/// One condition, told by the part that it is about.
#[derive(Debug, Clone)]
pub struct Condition(Arc<RwLock<Result<(), String>>>);

impl Condition {
    /// It is met.
    pub fn met(&self) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Ok(());
    }

    /// It is not, and why: for operators, so no secrets.
    pub fn missing(&self, why: impl Into<String>) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Err(why.into());
    }
}

impl Readiness {
    /// Adds a condition that starts as missing, for the reason `why`.
    pub fn condition(&self, name: &'static str, why: impl Into<String>) -> Condition {
        let condition = Condition(Arc::new(RwLock::new(Err(why.into()))));
        let state = condition.0.clone();
        self.check(name, move || state.read().unwrap_or_else(PoisonError::into_inner).clone());
        condition
    }

    /// Adds a condition that is looked at on each question: quick, and without waiting.
    pub fn check(&self, name: &'static str, check: impl Fn() -> Result<(), String> + Send + Sync + 'static) {
        self.0.write().unwrap_or_else(PoisonError::into_inner).insert(name, Arc::new(check));
    }

    /// What is missing, and why. Empty when ready.
    pub fn missing(&self) -> BTreeMap<&'static str, String> {
        let conditions = self.0.read().unwrap_or_else(PoisonError::into_inner).clone();
        conditions.into_iter().filter_map(|(name, check)| Some((name, check().err()?))).collect()
    }
}

/// The three routes, for a port of their own. `gate`: of the listener for viewers; shut, the process is ready and takes no traffic.
pub fn router(readiness: Readiness, metrics: Metrics, gate: Gate) -> Router {
    Router::new()
        .route("/healthz", get(|| async { ([(header::CACHE_CONTROL, "no-store")], "ok\n") }))
        .route("/readyz", get(ready).with_state((readiness, gate)))
        .route("/metrics", get(show).with_state(metrics))
        .fallback(|| async { Problem::not_found() })
}

async fn ready(State((readiness, gate)): State<(Readiness, Gate)>) -> Response {
    let missing = readiness.missing();
    if missing.is_empty() {
        let headers = [(header::CACHE_CONTROL, "no-store"), (header::CONTENT_TYPE, "application/json")];
        return (headers, json!({ "ready": true, "admitting": gate.is_admitting() }).to_string())
            .into_response();
    }
    let names: Vec<_> = missing.keys().copied().collect();
    Problem::new(StatusCode::SERVICE_UNAVAILABLE, "not-ready", "Not ready")
        .detail(format!("Missing: {}.", names.join(", ")))
        .with("ready", false)
        .with("missing", json!(missing))
        .into_response()
}

async fn show(State(metrics): State<Metrics>) -> Result<Response, Failure> {
    let mut response = metrics.encode()?.into_response();
    let kind = HeaderValue::from_static("application/openmetrics-text; version=1.0.0; charset=utf-8");
    response.headers_mut().insert(header::CONTENT_TYPE, kind);
    Ok(response)
}
