use axum::{extract::State, response::IntoResponse};
use serde::Serialize;
use web::{Failure, Json};

use super::StudioState;
use crate::progress::{self, FailedJob};

#[derive(Serialize)]
struct Jobs {
    queued: u64,
    done: u64,
    playable: usize,
    running: Vec<Running>,
    waiting: Vec<Failed>,
    given_up: Vec<Failed>,
}

#[derive(Serialize)]
struct Running {
    subject: String,
    kind: String,
    /// From 0 to 1.
    progress: f64,
}

#[derive(Serialize)]
struct Failed {
    subject: String,
    kind: String,
    message: String,
    at: String,
}

impl From<FailedJob> for Failed {
    fn from(job: FailedJob) -> Self {
        let FailedJob { subject, kind, message, at } = job;
        Self { subject, kind, message, at: at.to_string() }
    }
}

/// How far ingest is.
pub(crate) async fn list(State(state): State<StudioState>) -> Result<impl IntoResponse, Failure> {
    let report = progress::report(&state.store).await?;
    let running = report.running.into_iter();
    Ok(Json(Jobs {
        queued: report.queued,
        done: report.done,
        playable: report.playable,
        running: running
            .map(|job| Running { subject: job.subject, kind: job.kind, progress: job.fraction })
            .collect(),
        waiting: report.waiting.into_iter().map(Failed::from).collect(),
        given_up: report.given_up.into_iter().map(Failed::from).collect(),
    }))
}
