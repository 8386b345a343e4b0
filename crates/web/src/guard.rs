//! What stands before every handler of a role: id, span, metrics, shedding, limits, timeout, panics.

mod lane;

use std::{
    any::Any,
    convert::Infallible,
    panic::AssertUnwindSafe,
    pin::Pin,
    sync::{Arc, OnceLock},
    task::{Context, Poll},
};

use axum::{
    extract::{MatchedPath, Request},
    response::{IntoResponse, Response},
};
use domain::{Clock, Rng};
use futures_util::FutureExt;
use http::StatusCode;
use tokio::sync::Semaphore;
use tower::{Layer, Service};
use tracing::Instrument;

pub use lane::{Entered, Lane};

use crate::{
    HttpMetrics, Problem,
    body::BodyLimit,
    limits::RequestLimits,
    metrics::{InFlight, RoleMetrics, RouteMetrics},
    pace::{Pace, Time},
    telemetry::{self, REQUEST_ID, RequestIds},
};

/// The layer. Lay it over a role's whole router: `router.layer(guard)`.
#[derive(Clone)]
pub struct Guard(Arc<Shared>);

struct Shared {
    role: &'static str,
    limits: RequestLimits,
    clock: Arc<dyn Clock>,
    ids: RequestIds,
    http: HttpMetrics,
    metrics: RoleMetrics,
    permits: Semaphore,
    pace: Option<Pace<Time>>,
}

impl Guard {
    /// The guard of one role. `clock` measures latency.
    pub fn new(
        role: &'static str,
        limits: RequestLimits,
        clock: Arc<dyn Clock>,
        rng: &dyn Rng,
        http: &HttpMetrics,
    ) -> Self {
        let permits = Semaphore::new(limits.concurrency.min(Semaphore::MAX_PERMITS));
        let (ids, metrics) = (RequestIds::new(rng), http.role(role));
        let pace = limits.rate.map(|rate| Pace::new(rate, 1, Time(clock.clone())));
        Self(Arc::new(Shared { role, limits, clock, ids, http: http.clone(), metrics, permits, pace }))
    }
}

impl<S> Layer<S> for Guard {
    type Service = Guarded<S>;

    fn layer(&self, inner: S) -> Guarded<S> {
        Guarded { inner, shared: self.0.clone(), route: Arc::default() }
    }
}

/// A guarded route.
#[derive(Clone)]
pub struct Guarded<S> {
    inner: S,
    shared: Arc<Shared>,
    /// The counters of this route, looked up on its first request.
    route: Arc<OnceLock<Arc<RouteMetrics>>>,
}

impl<S> Service<Request> for Guarded<S>
where
    S: Service<Request, Error = Infallible> + Clone + Send + 'static,
    S::Response: IntoResponse,
    S::Future: Send,
{
    type Response = Response;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Response, Infallible>> + Send>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, mut request: Request) -> Self::Future {
        // The clone is not ready; the one that was polled is.
        let clone = self.inner.clone();
        let inner = std::mem::replace(&mut self.inner, clone);
        let shared = self.shared.clone();
        let route = shared.route(&self.route, request.extensions().get());
        let started = shared.clock.now();
        let id = shared.ids.next();
        let span = telemetry::span(shared.role, id, request.method(), request.uri().path());
        request.extensions_mut().insert(id);
        Box::pin(async move {
            let in_flight = InFlight::start(&shared.metrics, route);
            let mut response = shared.answer(inner, request).instrument(span.clone()).await;
            let took = shared.clock.now().since(started);
            telemetry::finish(&span, response.status(), u64::try_from(took.as_micros()).unwrap_or(u64::MAX));
            in_flight.answered(response.status(), took);
            response.headers_mut().insert(REQUEST_ID, id.value());
            Ok(response)
        })
    }
}

impl Shared {
    fn route(&self, cache: &OnceLock<Arc<RouteMetrics>>, path: Option<&MatchedPath>) -> Arc<RouteMetrics> {
        // Unknown paths share one name: labels made of what clients send would grow without bound.
        let path = path.map_or("none", MatchedPath::as_str);
        let cached = cache.get_or_init(|| Arc::new(self.http.route(self.role, path)));
        match cached.route == path {
            true => cached.clone(),
            false => Arc::new(self.http.route(self.role, path)),
        }
    }

    async fn answer<S>(&self, mut inner: S, mut request: Request) -> Response
    where
        S: Service<Request, Error = Infallible>,
        S::Response: IntoResponse,
    {
        self.metrics.offered.inc();
        let paced = self.pace.as_ref().is_none_or(Pace::takes);
        let (true, Ok(_permit)) = (paced, self.permits.try_acquire()) else {
            self.metrics.shed.inc();
            return Problem::unavailable(1).code("overloaded").into_response();
        };
        let uri = request.uri().path_and_query().map_or(0, |target| target.as_str().len());
        if uri > self.limits.max_uri {
            return uri_too_long(self.limits.max_uri).into_response();
        }
        request.extensions_mut().insert(BodyLimit(self.limits.max_body));
        let work = AssertUnwindSafe(async { inner.call(request).await.into_response() }).catch_unwind();
        match tokio::time::timeout(self.limits.timeout, work).await {
            Ok(Ok(response)) => response,
            Ok(Err(panic)) => {
                tracing::error!(panic = words(panic.as_ref()), "a handler panicked");
                Problem::internal().into_response()
            }
            Err(_) => {
                tracing::error!(timeout = ?self.limits.timeout, "a handler took too long");
                Problem::unavailable(5).code("timeout").into_response()
            }
        }
    }
}

fn uri_too_long(limit: usize) -> Problem {
    Problem::new(StatusCode::URI_TOO_LONG, "uri-too-long", "The address is too long")
        .detail(format!("Path and query may have {limit} bytes."))
        .with("limit", limit)
}

fn words(panic: &(dyn Any + Send)) -> &str {
    panic
        .downcast_ref::<&str>()
        .copied()
        .or(panic.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("?")
}
