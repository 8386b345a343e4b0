//! The page of the week: three files, and what happened so far. Whoever reaches the address may look; nothing can be changed here.

use std::{net::SocketAddr, sync::Arc};

use axum::{
    Router,
    extract::State,
    http::{
        StatusCode,
        header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE},
    },
    response::IntoResponse,
    routing::get,
};
use tokio_util::sync::CancellationToken;
use web::{ConnectionLimits, HttpMetrics, Metrics};

use super::story::Story;
use crate::failed::{Doing, Failed};

const POLICY: &str = "default-src 'self'; style-src 'self'; script-src 'self'; frame-ancestors 'none'";

/// Serves it until stopped.
pub async fn serve(listen: SocketAddr, story: Arc<Story>, stop: CancellationToken) -> Result<(), Failed> {
    let file = |kind: &'static str, text: &'static str| {
        get(move || async move { ([(CONTENT_TYPE, kind), (CONTENT_SECURITY_POLICY, POLICY)], text) })
    };
    let router = Router::new()
        .route("/", file("text/html; charset=utf-8", include_str!("week.html")))
        .route("/week.css", file("text/css; charset=utf-8", include_str!("week.css")))
        .route("/week.js", file("text/javascript; charset=utf-8", include_str!("week.js")))
        .route("/week.json", get(told))
        .route("/favicon.ico", get(|| async { StatusCode::NO_CONTENT }))
        .with_state(story);
    let listener = web::bind(listen, None).doing(|| format!("listen on {listen}"))?;
    let metrics = HttpMetrics::new(&Metrics::new("week"));
    tokio::spawn(
        async move { web::serve(listener, router, ConnectionLimits::default(), &metrics, stop).await },
    );
    Ok(())
}

async fn told(State(story): State<Arc<Story>>) -> impl IntoResponse {
    ([(CONTENT_TYPE, "application/json"), (CACHE_CONTROL, "no-store")], story.json())
}
