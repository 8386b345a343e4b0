use axum::{extract::State, http::StatusCode, response::IntoResponse};
use serde::{Deserialize, Serialize};
use serde_json::json;
use web::{Failure, Json, Problem};

use super::StudioState;
use crate::publish::{Hides, PublishError, Published, Request};

/// Editions that are listed.
const MOST: u32 = 100;

#[derive(Serialize)]
struct Editions {
    editions: Vec<Edition>,
}

#[derive(Serialize)]
struct Edition {
    number: u64,
    reason: String,
    created_at: String,
}

/// The newest editions, newest first.
pub(crate) async fn list(State(state): State<StudioState>) -> Result<impl IntoResponse, Failure> {
    let editions = state.store.editions(MOST).await?.into_iter();
    let editions = editions.map(|row| Edition {
        number: row.number,
        reason: row.reason,
        created_at: row.created_at.to_string(),
    });
    Ok(Json(Editions { editions: editions.collect() }))
}

/// What a publisher says.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Publish {
    #[serde(default)]
    reason: String,
    /// Publish even if that hides much of what viewers see now.
    #[serde(default)]
    confirm: bool,
}

#[derive(Serialize)]
struct Answer {
    number: u64,
    /// False when the newest edition said all of it already.
    new: bool,
}

/// Publishes what is approved and ready.
pub(crate) async fn publish(
    State(state): State<StudioState>,
    Json(body): Json<Publish>,
) -> Result<impl IntoResponse, Failure> {
    let request = Request { reason: body.reason, confirmed: body.confirm };
    match state.publisher.publish(&request).await {
        Ok(Published::New { number, .. }) => Ok(Json(Answer { number, new: true })),
        Ok(Published::Unchanged { number }) => Ok(Json(Answer { number, new: false })),
        Err(error) => Err(refused(error)),
    }
}

fn refused(error: PublishError) -> Failure {
    match &error {
        PublishError::Hides(hides) => {
            let brands: Vec<_> = hides.iter().map(described).collect();
            Problem::new(
                StatusCode::CONFLICT,
                "edition-hides-titles",
                "This edition would hide what viewers see now",
            )
            .detail(error.to_string())
            .with("hides", brands)
            .into()
        }
        PublishError::Empty => {
            Problem::new(StatusCode::CONFLICT, "no-catalogue", "There is nothing to publish")
                .detail("Import a catalogue first.")
                .into()
        }
        PublishError::NoReason => Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "reason-needed", "Say why")
            .detail("Send `reason` together with `confirm`.")
            .into(),
        PublishError::Busy => Failure::new(Problem::unavailable(5), error),
        _ => Failure::new(Problem::internal(), error),
    }
}

fn described(hides: &Hides) -> serde_json::Value {
    json!({"brand": hides.brand, "hidden": hides.hidden, "visible": hides.visible})
}
