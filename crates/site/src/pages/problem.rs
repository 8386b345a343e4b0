use askama::Template;
use domain::rights::Denial;
use http::StatusCode;

use super::{PageCtx, PageError, Rendered, dates::When, frame::Frame, making::Making, say::Say};

/// Those that have words of their own.
const CODES: [&str; 13] = [
    "not-found",
    "not-yet",
    "ended",
    "territory",
    "device",
    "maturity",
    "plan",
    "taken-down",
    "unavailable",
    "too-many",
    "not-ready",
    "error",
    "brand",
];

#[derive(Template)]
#[template(path = "problem.html")]
struct ProblemPage<'a> {
    frame: Frame,
    say: Say<'a>,
    status: u16,
    code: String,
    title: String,
    text: String,
    /// The instant in `text`, for the viewer's own time zone.
    when: Option<When>,
    retry: bool,
}

/// A friendly page for `status`; `code` is the problem's slug (`not-found`, `territory`, `ended`, `plan`, `unavailable` …).
/// A slug without words of its own gets those of its status.
pub fn problem(ctx: &PageCtx<'_>, status: StatusCode, code: &str) -> Result<Rendered, PageError> {
    let making = Making::new(ctx);
    let (title, text) = words(making.say, status, code);
    page(&making, status, code, (title, text, None))
}

/// There is no such thing, or it is none of this brand's.
pub fn not_found(making: &Making<'_>) -> Result<Rendered, PageError> {
    let (title, text) = words(making.say, StatusCode::NOT_FOUND, "not-found");
    page(making, StatusCode::NOT_FOUND, "not-found", (title, text, None))
}

/// It is there, but its media are still being made.
pub fn not_ready(making: &Making<'_>) -> Result<Rendered, PageError> {
    let (title, text) = words(making.say, StatusCode::NOT_FOUND, "not-ready");
    page(making, StatusCode::NOT_FOUND, "not-ready", (title, text, None))
}

/// Why a title may not be seen, in plain words.
pub fn denied(making: &Making<'_>, denial: &Denial) -> Result<Rendered, PageError> {
    let say = making.say;
    let (status, code) = match denial {
        Denial::Brand => return not_found(making),
        Denial::TakenDown => (StatusCode::UNAVAILABLE_FOR_LEGAL_REASONS, "taken-down"),
        Denial::Territory => (StatusCode::UNAVAILABLE_FOR_LEGAL_REASONS, "territory"),
        Denial::Device => (StatusCode::FORBIDDEN, "device"),
        Denial::Maturity => (StatusCode::FORBIDDEN, "maturity"),
        Denial::NotYet { .. } => (StatusCode::NOT_FOUND, "not-yet"),
        Denial::Ended { .. } => (StatusCode::GONE, "ended"),
        Denial::Plan { .. } => (StatusCode::FORBIDDEN, "plan"),
    };
    let (mut title, mut text) = words(say, status, code);
    let mut when = None;
    match denial {
        Denial::NotYet { opens } => {
            let at = When::new(say, *opens, true);
            text = say.with("problem-not-yet-text", "date", at.people.clone());
            when = Some(at);
        }
        Denial::Ended { closed } => {
            let at = When::new(say, *closed, false);
            text = say.with("problem-ended-text", "date", at.people.clone());
            when = Some(at);
        }
        Denial::Plan { needs } => {
            if let Some(plan) = needs.iter().find_map(|id| making.plan(id)) {
                title = say.with("problem-plan-title", "plan", plan);
            }
            text = format!("{text} {}", say.t("play-locked-text"));
        }
        _ => {}
    }
    page(making, status, code, (title, text, when))
}

/// The page, and the instant at which the decision that led to it may change.
fn page(
    making: &Making<'_>,
    status: StatusCode,
    code: &str,
    (title, text, when): (String, String, Option<When>),
) -> Result<Rendered, PageError> {
    let brand = making.local(&making.ctx.brand.name).to_owned();
    let name = making.say.all("watch-title", [("name", title.as_str().into()), ("brand", brand.into())]);
    let page = ProblemPage {
        frame: Frame::new(making, name)?,
        say: making.say,
        status: status.as_u16(),
        code: code.to_owned(),
        title,
        text,
        when,
        retry: status.is_server_error() || code == "not-ready" || status == StatusCode::TOO_MANY_REQUESTS,
    };
    Ok(Rendered::whole(status, page.render()?, making.until.earliest()))
}

fn words(say: Say<'_>, status: StatusCode, code: &str) -> (String, String) {
    let known = match status {
        _ if code == "brand" => "not-found",
        _ if CODES.contains(&code) => code,
        StatusCode::NOT_FOUND => "not-found",
        StatusCode::GONE => "ended",
        StatusCode::UNAVAILABLE_FOR_LEGAL_REASONS => "territory",
        StatusCode::TOO_MANY_REQUESTS => "too-many",
        StatusCode::SERVICE_UNAVAILABLE => "unavailable",
        _ => "error",
    };
    let title = match known {
        "plan" => say.t("locked-any"),
        _ => say.t(&format!("problem-{known}-title")),
    };
    let text = match known {
        "ended" => say.t("problem-ended-text-undated"),
        _ => say.t(&format!("problem-{known}-text")),
    };
    (title, text)
}
