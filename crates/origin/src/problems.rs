//! What an origin refuses, in the words and codes that players act on.

use http::{HeaderName, HeaderValue, StatusCode, header};
use objects::token::{HEADER, TokenError};
use web::{Failure, Problem};

use crate::path::PathError;

/// A cause for the log alone.
#[derive(Debug, thiserror::Error)]
pub(crate) enum MediaError {
    #[error(transparent)]
    Object(#[from] objects::ObjectError),
    #[error("media index `{key}` is not usable")]
    Index { key: objects::Key, source: media::index::IndexError },
    #[error("media index `{key}` is of another asset, `{named}`")]
    OtherAsset { key: objects::Key, named: String },
    #[error("object `{key}` is {length} bytes long, but its media index names bytes up to {to}")]
    Short { key: objects::Key, length: u64, to: u64 },
    #[error("subtitles `{key}` are not readable")]
    Text { key: objects::Key, source: std::io::Error },
    #[error("an object cannot be read")]
    Read(#[from] std::io::Error),
    #[error("a worker ended early")]
    Worker(#[from] tokio::task::JoinError),
    /// Told to several waiting requests at once.
    #[error(transparent)]
    Shared(#[from] std::sync::Arc<MediaError>),
}

impl MediaError {
    pub fn is_missing(&self) -> bool {
        match self {
            Self::Object(error) => error.is_missing(),
            Self::Shared(error) => error.is_missing(),
            _ => false,
        }
    }

    /// True when nothing is wrong with what was asked for: the store cannot be reached for now.
    fn is_away(&self) -> bool {
        match self {
            Self::Object(error) => error.is_away(),
            Self::Read(error) => {
                let of_store = error.get_ref().and_then(|inner| inner.downcast_ref::<objects::ObjectError>());
                of_store.is_some_and(objects::ObjectError::is_away)
            }
            Self::Shared(error) => error.is_away(),
            _ => false,
        }
    }
}

/// Seconds after which a client may look whether the store is back.
const STORE_BACK: u32 = 2;

/// What an edition or index names cannot be had (502, or 503 while the store is away): ours to put right, and nothing of it is
/// shown.
pub(crate) fn broken(error: MediaError) -> Failure {
    if error.is_away() {
        return Failure::new(Problem::unavailable(STORE_BACK).code("media-store-away"), error);
    }
    let problem =
        Problem::new(StatusCode::BAD_GATEWAY, "media-unavailable", "This cannot be played at the moment")
            .detail("It has been noted. Please try again in a moment.");
    Failure::new(problem, error)
}

pub(crate) fn path(error: PathError) -> Problem {
    match error {
        PathError::Malformed => {
            Problem::bad_request("Use the addresses that the playlists name.").code("bad-path")
        }
        PathError::Unknown => Problem::not_found(),
    }
}

pub(crate) fn no_edition() -> Problem {
    Problem::unavailable(2).code("no-edition")
}

/// Nobody may see it any more (RFC 7725): players end, and show what it says.
pub(crate) fn taken_down() -> Problem {
    Problem::new(StatusCode::UNAVAILABLE_FOR_LEGAL_REASONS, "taken-down", "This title was taken down")
        .detail("It cannot be shown any longer.")
}

pub(crate) fn too_many_streams() -> Problem {
    Problem::unavailable(1).code("overloaded")
}

pub(crate) fn method() -> Problem {
    Problem::new(StatusCode::METHOD_NOT_ALLOWED, "method-not-allowed", "Only reading is possible here")
        .header(header::ALLOW, HeaderValue::from_static("GET, HEAD"))
}

fn unauthorized(code: &'static str, detail: &'static str) -> Problem {
    // A 401 names a scheme (RFC 9110 §15.5.2); browsers ask nobody for a password when they do not know it.
    let scheme = HeaderValue::from_static("CTA-Common-Access-Token");
    Problem::new(StatusCode::UNAUTHORIZED, "token", "A valid playback token is needed")
        .code(code)
        .detail(detail)
        .header(header::WWW_AUTHENTICATE, scheme)
        .header(header::VARY, HeaderValue::from_name(HeaderName::from_static(HEADER)))
}

pub(crate) fn no_token() -> Problem {
    unauthorized("token-missing", "Start playback again to get one.")
}

pub(crate) fn token(error: &TokenError) -> Problem {
    match error {
        TokenError::Expired(_) => unauthorized("token-expired", "Renew the playback session and try again."),
        TokenError::NotYet(_) => unauthorized("token-not-yet", "Try again in a moment."),
        TokenError::OtherAsset => Problem::new(
            StatusCode::FORBIDDEN,
            "token-other-asset",
            "The playback token is for another title",
        ),
        TokenError::Malformed(_) | TokenError::UnknownKey | TokenError::BadSignature | TokenError::Issuer => {
            unauthorized("token-refused", "Start playback again to get another one.")
        }
    }
}

pub(crate) fn quality(granted: u16) -> Problem {
    Problem::new(StatusCode::FORBIDDEN, "quality", "This quality is not part of what was granted")
        .detail(format!("Up to {granted} lines are."))
        .with("max_height", granted)
}
