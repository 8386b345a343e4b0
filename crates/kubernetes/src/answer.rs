//! What an answer that is none means for whoever asked.

use std::time::Duration;

use drivers::EngineError;
use http::StatusCode;

use crate::{Kind, Target, ask::Failure};

/// When nobody says when to come back.
pub(crate) const LATER: Duration = Duration::from_secs(5);
/// After somebody else wrote in between, twice: they are done in a moment.
pub(crate) const MOMENT: Duration = Duration::from_secs(1);

/// Nothing happened, or it is not known: by the status of the answer about `target`.
pub(crate) fn meaning(failure: Failure, target: &Target) -> EngineError {
    let (code, words, again) = match failure {
        Failure::Unsent(words) => {
            // Busy has no words.
            tracing::warn!(%target, "the API server is not reached: {words}");
            return EngineError::Busy(LATER);
        }
        Failure::Unknown(words) => return EngineError::Uncertain(format!("{target}: {words}")),
        Failure::Answered { code, words, again } => (code, words, again),
    };
    // What stands before the server often gives a status alone.
    let words = if words.is_empty() { "no more is said".into() } else { words };
    let refused = |words: String| EngineError::Refused(format!("{target}: {words}"));
    match code {
        // Both are said before the request is carried out: 503 by a server that ends, or that is not there behind its balancer.
        StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE => {
            EngineError::Busy(again.unwrap_or(LATER).max(MOMENT))
        }
        StatusCode::CONFLICT => EngineError::Busy(MOMENT),
        StatusCode::NOT_FOUND => refused(format!("the cluster has none: {words}")),
        StatusCode::UNAUTHORIZED => {
            refused(format!("the API server does not know whose token that is: {words}"))
        }
        // What an authoriser says; quotas and policies answer 403 as well, and no role helps against those.
        StatusCode::FORBIDDEN if words.contains(" cannot ") => refused(format!("{words}; {}", rule(target))),
        // A store that did not answer in time, a webhook, a balancer: it may have been done.
        code if code.is_server_error() => EngineError::Uncertain(format!("{target}: {code}: {words}")),
        code if code.is_client_error() => refused(format!("{words} ({code})")),
        code => EngineError::Uncertain(format!("{target}: {code} is no answer to that: {words}")),
    }
}

/// What a role has to allow.
fn rule(target: &Target) -> String {
    let (group, resource) = target.kind().resource();
    let also = match target.kind() {
        Kind::Hpa => ", and to get the deployments.apps that it scales",
        Kind::Deployment => "",
    };
    let namespace = target.namespace();
    format!(
        "a Role in {namespace} has to allow to get and patch {resource}.{group}{also} (deploy/kubernetes)"
    )
}
