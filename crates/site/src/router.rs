use axum::{
    Router, middleware,
    routing::{get, post, put},
};
use web::{Failure, Problem, body::limit};

use crate::{
    SiteState,
    api::{catalogue, me, playback, positions},
    browse, demo, layer, meta, same_origin,
};

/// Every route of the site. Lay a [`web::Guard`] over it, and merge it with the origin's routes if they share a host.
///
/// Who may call what stands at each handler. Nothing that changes anything is accepted from another site's page.
pub fn router(site: SiteState) -> Router {
    let api = Router::new()
        .route("/{lang}/home", get(catalogue::home))
        .route("/{lang}/titles/{title}", get(catalogue::title))
        .route("/playback", post(playback::play).layer(limit(playback::MAX_BODY)))
        .route("/playback/heartbeat", post(playback::heartbeat).layer(limit(playback::MAX_BODY)))
        .route("/positions/{title}", put(positions::put).layer(limit(positions::MAX_BODY)))
        .route("/me/continue", get(me::continue_watching))
        .route("/me/progress", get(me::progress));
    Router::new()
        .route("/", get(browse::root))
        .route("/{lang}", get(browse::bare))
        .route("/{lang}/", get(browse::home))
        .route("/{lang}/t/{title}", get(browse::title))
        .route("/{lang}/watch/{title}", get(browse::watch))
        .route("/assets/{file}", get(meta::asset))
        .route("/manifest.webmanifest", get(meta::manifest))
        .route("/favicon.svg", get(meta::mark))
        .route("/favicon.ico", get(meta::mark))
        .route("/robots.txt", get(meta::robots))
        .route("/sitemap.xml", get(meta::sitemap))
        .route("/demo/country", post(demo::country).layer(limit(demo::MAX_BODY)))
        .nest("/api/v1", api)
        .fallback(nothing)
        .method_not_allowed_fallback(not_so)
        .layer(middleware::from_fn(same_origin::check))
        .layer(middleware::from_fn_with_state(site.clone(), layer::enter))
        .with_state(site)
}

async fn nothing() -> Failure {
    Problem::not_found().into()
}

async fn not_so() -> Failure {
    Problem::new(http::StatusCode::METHOD_NOT_ALLOWED, "method", "This address does not take that method")
        .into()
}
