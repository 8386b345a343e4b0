//! What the service's faults mean to whoever follows a plan: whether something may have happened, and what to do.

use std::{error::Error, iter::successors, time::Duration};

use aws_credential_types::provider::error::CredentialsError;
use aws_sdk_autoscaling::{
    config::http::HttpResponse,
    error::{ProvideErrorMetadata, SdkError},
};
use drivers::EngineError;

/// What the credentials must be allowed to do (IAM). The first two know no narrower resource than `*`; the others are to be allowed on
/// the group alone.
pub const ACTIONS: [&str; 4] = [
    "autoscaling:DescribeAutoScalingGroups",
    "autoscaling:DescribePolicies",
    "autoscaling:CreateOrUpdateTags",
    "autoscaling:UpdateAutoScalingGroup",
];

/// How long a busy service is left alone when it does not say.
const AFTER_BUSY: Duration = Duration::from_secs(5);
/// A longer word than that is not waited for.
const LONGEST: Duration = Duration::from_secs(300);

/// Asked too often, by this or another client of the account.
const THROTTLED: &[&str] = &[
    "EC2ThrottledException",
    "PriorRequestNotComplete",
    "RequestLimitExceeded",
    "RequestThrottled",
    "RequestThrottledException",
    "SlowDown",
    "ThrottledException",
    "Throttling",
    "ThrottlingException",
    "TooManyRequestsException",
];
/// Something else is under way with the group.
const UNDER_WAY: &[&str] = &[
    "ResourceContention",
    "ResourceContentionFault",
    "ScalingActivityInProgress",
    "ScalingActivityInProgressFault",
    "ServiceLinkedRoleFailure",
];
const DENIED: &[&str] = &["AccessDenied", "AccessDeniedException", "UnauthorizedOperation"];
/// The credentials themselves are no good.
const UNKNOWN: &[&str] = &[
    "AuthFailure",
    "ExpiredToken",
    "ExpiredTokenException",
    "IncompleteSignature",
    "InvalidClientTokenId",
    "MissingAuthenticationToken",
    "OptInRequired",
    "RequestExpired",
    "SignatureDoesNotMatch",
    "UnrecognizedClientException",
];

/// What `call` on the group that people call `name` came to.
pub(crate) fn told<E>(error: &SdkError<E, HttpResponse>, call: &str, name: &str) -> EngineError
where
    E: ProvideErrorMetadata + Error + 'static,
{
    let all = chain(error);
    let uncertain = |why: &str| EngineError::Uncertain(format!("{call} of {name}: {why}"));
    if let Some(none) = find::<CredentialsError>(error) {
        return without_credentials(none, &format!("{call} of {name}: {}", chain(none)));
    }
    match error {
        SdkError::ServiceError(answer) => {
            let (meta, status) = (answer.err().meta(), answer.raw().status().as_u16());
            match meta.code() {
                Some(code) => {
                    said(code, meta.message().unwrap_or_default(), status, answer.raw(), call, name)
                }
                None => uncertain(&format!("an answer of {status} that is not understood")),
            }
        }
        SdkError::TimeoutError(_) => uncertain("no answer in time"),
        SdkError::ConstructionFailure(_) => {
            EngineError::Refused(format!("{call} of {name} was not sent: {all}"))
        }
        _ if never_connected(error) => {
            tracing::warn!(call, name, why = all, "nobody answers: are region, endpoint and network right?");
            EngineError::Busy(AFTER_BUSY)
        }
        _ => uncertain(&all),
    }
}

fn said(code: &str, words: &str, status: u16, raw: &HttpResponse, call: &str, name: &str) -> EngineError {
    let says = format!("{call} of {name}: {code}: {words}");
    match code {
        _ if THROTTLED.contains(&code) => EngineError::Busy(wait(raw).unwrap_or(AFTER_BUSY)),
        _ if UNDER_WAY.contains(&code) => EngineError::Busy(AFTER_BUSY),
        _ if DENIED.contains(&code) => {
            EngineError::Refused(format!("{says} (to be allowed: {})", ACTIONS.join(", ")))
        }
        _ if UNKNOWN.contains(&code) => EngineError::Refused(format!(
            "{says} (look at the credentials: environment, profile or the machine's role; and at this machine's clock)"
        )),
        // It broke on the way, before or after.
        _ if status >= 500 => EngineError::Uncertain(says),
        _ => EngineError::Refused(says),
    }
}

fn without_credentials(error: &CredentialsError, says: &str) -> EngineError {
    match error {
        // Whoever gives them is away for the moment.
        CredentialsError::ProviderTimedOut(_) | CredentialsError::ProviderError(_) => {
            tracing::warn!(why = says, "no credentials at the moment");
            EngineError::Busy(AFTER_BUSY)
        }
        _ => EngineError::Refused(format!(
            "{says} (set AWS_PROFILE or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or give the machine a role)"
        )),
    }
}

/// In milliseconds by AWS, in seconds by everybody else (RFC 9110, 10.2.3).
fn wait(raw: &HttpResponse) -> Option<Duration> {
    let number = |header: &str| raw.headers().get(header)?.trim().parse::<u64>().ok();
    let wait = number("x-amz-retry-after")
        .map(Duration::from_millis)
        .or_else(|| number("retry-after").map(Duration::from_secs))?;
    (wait > Duration::ZERO).then_some(wait.min(LONGEST))
}

/// Nothing was sent, for there was nobody to send it to. When the error is not understood, something may have been.
fn never_connected(error: &(dyn Error + 'static)) -> bool {
    find::<hyper_util::client::legacy::Error>(error).is_some_and(|error| error.is_connect())
}

fn causes<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    successors(Some(error), |error: &&'a (dyn Error + 'static)| (*error).source())
}

fn find<'a, T: Error + 'static>(error: &'a (dyn Error + 'static)) -> Option<&'a T> {
    causes(error).find_map(|error| error.downcast_ref())
}

fn chain(error: &(dyn Error + 'static)) -> String {
    causes(error).map(ToString::to_string).collect::<Vec<_>>().join(": ")
}
