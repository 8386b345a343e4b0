use axum::{
    extract::{Query, State, rejection::QueryRejection},
    response::IntoResponse,
};
use serde::{Deserialize, Serialize};
use web::{Failure, Json, Problem};

use super::StudioState;

/// Assets in one answer, at most.
const MOST: usize = 500;
const USUAL: usize = 100;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Page {
    /// The id of the last asset of the page before.
    after: Option<String>,
    limit: Option<usize>,
}

#[derive(Serialize)]
struct Assets {
    assets: Vec<Asset>,
    /// Ask with `after=` this for the next page; absent on the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

#[derive(Serialize)]
struct Asset {
    id: String,
    title: String,
    state: &'static str,
    message: String,
    created_at: String,
}

/// Assets, oldest first.
pub(crate) async fn list(
    State(state): State<StudioState>,
    page: Result<Query<Page>, QueryRejection>,
) -> Result<impl IntoResponse, Failure> {
    let Query(page) = page.map_err(|error| Problem::bad_request(error.body_text()))?;
    let limit = page.limit.unwrap_or(USUAL);
    if !(1..=MOST).contains(&limit) {
        return Err(Problem::bad_request(format!("`limit` is a number from 1 to {MOST}.")).into());
    }
    let all = state.store.assets().await?;
    let from = match &page.after {
        None => 0,
        Some(after) => match all.iter().position(|asset| asset.id.as_str() == after) {
            Some(at) => at + 1,
            None => return Err(Problem::bad_request("`after` is no asset: begin anew without it.").into()),
        },
    };
    let shown = &all[from..all.len().min(from + limit)];
    let next = (from + limit < all.len()).then(|| shown.last().map(|asset| asset.id.to_string())).flatten();
    let assets = shown.iter().map(|asset| Asset {
        id: asset.id.to_string(),
        title: asset.title.to_string(),
        state: asset.state.as_str(),
        message: asset.message.clone(),
        created_at: asset.created_at.to_string(),
    });
    Ok(Json(Assets { assets: assets.collect(), next }))
}
