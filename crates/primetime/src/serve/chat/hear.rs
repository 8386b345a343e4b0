//! The ear: signatures, then [`Talk`].

use std::sync::Arc;

use ::chat::{Reply, Request as Asked, Secret};
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

use super::press::Presses;

struct Ear {
    talk: Talk,
    presses: Presses,
    secret: Secret,
    clock: Arc<dyn Clock>,
}

/// The one route. Whoever knows the signing secret may call it; what they may do is [`Talk`]'s to say.
pub fn router(talk: Talk, presses: Presses, secret: Secret, clock: Arc<dyn Clock>) -> Router {
    let ear = Arc::new(Ear { talk, presses, secret, clock });
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
    let asked =
        Asked::parse(&body).map_err(|error| Problem::bad_request(error.to_string()).code("chat-request"))?;
    let mut response = match &asked.reply_to {
        None => Json(answered(ear.talk.answer(&asked, &seen).await)?.json()).into_response(),
        Some(_) => {
            ear.presses.press(asked, seen).await?;
            StatusCode::OK.into_response()
        }
    };
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}

/// The answer in words, also to what came to nothing; or a problem of the request, or of ours.
pub fn answered(answer: Result<Reply, TalkError>) -> Result<Reply, Failure> {
    match answer {
        Ok(reply) => Ok(reply),
        Err(error @ TalkError::Replay) => {
            tracing::warn!("a command from chat came twice");
            let problem =
                Problem::new(StatusCode::CONFLICT, "chat-replay", "This request was answered before");
            Err(problem.detail(error.to_string()).into())
        }
        Err(error) => {
            let Some(words) = error.said() else { return Err(Failure::new(Problem::unavailable(5), error)) };
            tracing::info!(%error, "a command from chat came to nothing");
            Ok(Reply::asker(Reply::quote_lines(&words)))
        }
    }
}
