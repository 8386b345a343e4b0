//! The ear: signatures, then [`Talk`].

use std::sync::Arc;

use ::chat::{Reply, Secret};
use axum::{
    Router,
    extract::{Request, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
    routing::post,
};
use domain::Clock;
use ops::talk::{Talk, TalkError};
use web::{Failure, Json, Problem};

struct Ear {
    talk: Talk,
    secret: Secret,
    clock: Arc<dyn Clock>,
}

/// The one route. Whoever knows the signing secret may call it; what they may do is [`Talk`]'s to say.
pub fn router(talk: Talk, secret: Secret, clock: Arc<dyn Clock>) -> Router {
    let ear = Arc::new(Ear { talk, secret, clock });
    Router::new()
        .route(super::PATH, post(hear))
        .method_not_allowed_fallback(|| async {
            Problem::new(StatusCode::METHOD_NOT_ALLOWED, "method-not-allowed", "Commands are posted here")
                .header(header::ALLOW, HeaderValue::from_static("POST"))
        })
        .with_state(ear)
}

async fn hear(State(ear): State<Arc<Ear>>, request: Request) -> Result<Response, Failure> {
    let field = |headers: &HeaderMap, name: &str| {
        headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned)
    };
    let timestamp = field(request.headers(), "x-slack-request-timestamp");
    let signature = field(request.headers(), "x-slack-signature");
    // The bytes as they came are what is signed.
    let body = web::body::read(request).await?;
    let seen = ear.secret.verify(timestamp.as_deref(), signature.as_deref(), &body, ear.clock.now());
    let seen = seen.map_err(|error| {
        tracing::warn!(%error, "a command from chat is not believed");
        Problem::new(StatusCode::UNAUTHORIZED, "chat-signature", "This request is not believed")
            .detail(error.to_string())
    })?;
    let reply = match ear.talk.answer(&body, &seen).await {
        Ok(reply) => reply,
        Err(TalkError::Request(error)) => {
            return Err(Problem::bad_request(error.to_string()).code("chat-request").into());
        }
        Err(error @ TalkError::Replay) => {
            tracing::warn!("a command from chat came twice");
            return Err(Problem::new(
                StatusCode::CONFLICT,
                "chat-replay",
                "This request was answered before",
            )
            .detail(error.to_string())
            .into());
        }
        Err(error) => {
            let Some(words) = error.said() else { return Err(Failure::new(Problem::unavailable(5), error)) };
            tracing::info!(%error, "a command from chat came to nothing");
            Reply::asker(Reply::quote_lines(&words))
        }
    };
    let mut response = Json(reply.json()).into_response();
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}
