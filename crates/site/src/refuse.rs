//! Denials and failures of the use cases in the words of the outside.

use domain::rights::Denial;
use http::{HeaderValue, StatusCode, header};
use serde_json::json;
use viewers::{PlayError, RenewError, ReportError, Unavailable};
use web::{Failure, Problem};

use crate::{SiteState, browse::blocked_by, visit::Visit};

/// When to come back after a full queue, in seconds.
const BUSY_RETRY: u32 = 1;
/// When to come back while the store is away, in seconds.
const AWAY_RETRY: u32 = 5;

/// Why a title may not be seen.
pub fn denied(site: &SiteState, visit: &Visit, denial: &Denial) -> Problem {
    match denial {
        Denial::Brand => Problem::not_found(),
        Denial::TakenDown => {
            let problem = Problem::new(
                StatusCode::UNAVAILABLE_FOR_LEGAL_REASONS,
                "taken-down",
                "This title was taken down",
            )
            .detail("It cannot be shown any longer.");
            by_us(site, visit, problem)
        }
        Denial::Territory => {
            let place =
                visit.ask().territory.map_or("your country".into(), |territory| territory.to_string());
            let problem = Problem::new(
                StatusCode::UNAVAILABLE_FOR_LEGAL_REASONS,
                "territory",
                "This title is not available in your country",
            )
            .detail(format!("The licence for it does not cover {place}."))
            .with(
                "territory",
                visit.ask().territory.map_or(json!(null), |territory| json!(territory.as_str())),
            );
            by_us(site, visit, problem)
        }
        Denial::Device => {
            Problem::new(StatusCode::FORBIDDEN, "device", "This title is not for this kind of device")
        }
        Denial::Maturity => {
            Problem::new(StatusCode::FORBIDDEN, "maturity", "This profile may not see this title")
        }
        Denial::NotYet { opens } => {
            Problem::new(StatusCode::NOT_FOUND, "not-yet", "This title is not out yet")
                .detail(format!("It opens at {opens}."))
                .with("opens_at", opens.to_string())
        }
        Denial::Ended { closed } => {
            Problem::new(StatusCode::GONE, "ended", "This title is no longer available")
                .detail(format!("It left at {closed}."))
                .with("closed_at", closed.to_string())
        }
        Denial::Plan { needs } => {
            let plans: Vec<&str> = needs.iter().map(|plan| plan.as_str()).collect();
            Problem::new(StatusCode::FORBIDDEN, "plan", "This title needs a subscription")
                .detail(format!("It comes with: {}.", plans.join(", ")))
                .with("plans", json!(plans))
        }
    }
}

/// Says who blocks.
fn by_us(site: &SiteState, visit: &Visit, problem: Problem) -> Problem {
    match blocked_by(site, visit) {
        Some(link) => problem.header(header::LINK, link),
        None => problem,
    }
}

/// Why nothing plays.
pub fn play(site: &SiteState, visit: &Visit, error: PlayError) -> Failure {
    match error {
        PlayError::NoTitle => Problem::not_found().into(),
        PlayError::NotPlayable => {
            Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "not-playable", "A series is not played itself")
                .detail("Ask for one of its episodes.")
                .into()
        }
        PlayError::NotReady => {
            Problem::new(StatusCode::NOT_FOUND, "not-ready", "This title is still being prepared")
                .detail("Please come back in a while.")
                .header(header::RETRY_AFTER, HeaderValue::from_static("60"))
                .into()
        }
        PlayError::Denied(denial) => denied(site, visit, &denial).into(),
        PlayError::Unavailable(error) => unavailable(error),
        error @ PlayError::Sign(_) => Failure::new(Problem::internal(), error),
    }
}

/// Why a session does not go on.
pub fn renew(site: &SiteState, visit: &Visit, error: RenewError) -> Failure {
    match error {
        RenewError::NotYours => {
            Problem::new(StatusCode::FORBIDDEN, "not-yours", "This is no session of yours")
                .detail("Begin anew with `POST /api/v1/playback`.")
                .into()
        }
        RenewError::Over => Problem::new(StatusCode::GONE, "session-over", "This session is over")
            .detail("Begin anew with `POST /api/v1/playback`.")
            .into(),
        RenewError::Denied(denial) => denied(site, visit, &denial).into(),
        error @ RenewError::Sign(_) => Failure::new(Problem::internal(), error),
    }
}

/// Why a position was not kept.
pub fn report(error: ReportError) -> Failure {
    match error {
        ReportError::NoTitle => Problem::not_found().into(),
        ReportError::NotPlayable => Problem::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "not-playable",
            "A series has no position of its own",
        )
        .detail("Its episodes have.")
        .into(),
        ReportError::Invalid { field, what } => {
            Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid-field", "The body does not fit")
                .detail(format!("`{field}` {what}."))
                .with("field", field)
                .into()
        }
        ReportError::Busy => Problem::unavailable(BUSY_RETRY).code("busy").into(),
        ReportError::Unavailable(error) => unavailable(error),
    }
}

/// The store is away.
pub fn unavailable(error: Unavailable) -> Failure {
    let problem = Problem::unavailable(AWAY_RETRY)
        .code("records-away")
        .detail("What you have watched cannot be read or kept just now. Nothing is lost; please try again in a moment.");
    Failure::new(problem, error)
}
