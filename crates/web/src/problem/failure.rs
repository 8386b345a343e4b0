use std::{error::Error, fmt::Write};

use axum::response::{IntoResponse, Response};

use super::Problem;

/// What a handler answers when it fails: the problem for the outside, and the cause, whose whole chain is logged once, here.
///
/// Any error becomes one by `?`, as [`Problem::internal`].
#[derive(Debug)]
pub struct Failure {
    problem: Problem,
    cause: Option<Box<dyn Error + Send + Sync>>,
}

impl Failure {
    /// Shows `problem` and logs `cause`.
    pub fn new(problem: Problem, cause: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self { problem, cause: Some(cause.into()) }
    }

    /// What the outside is shown.
    pub fn problem(&self) -> &Problem {
        &self.problem
    }
}

impl From<Problem> for Failure {
    fn from(problem: Problem) -> Self {
        Self { problem, cause: None }
    }
}

impl<E: Error + Send + Sync + 'static> From<E> for Failure {
    fn from(cause: E) -> Self {
        Self::new(Problem::internal(), cause)
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        if let Some(cause) = &self.cause {
            let (status, code) = (self.problem.status().as_u16(), self.problem.stable_code());
            tracing::error!(status, code, cause = %chain(cause.as_ref()), "request failed");
        }
        self.problem.into_response()
    }
}

/// An error and its sources, outermost first, on one line.
pub fn chain(error: &(dyn Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(source) = next {
        // Many errors repeat their source in their own text.
        let words = source.to_string();
        if !text.ends_with(&words) {
            let _ = write!(text, ": {words}");
        }
        next = source.source();
    }
    text
}
