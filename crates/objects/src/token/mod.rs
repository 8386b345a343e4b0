//! Delivery tokens: the Common Access Token of CTA-5007-B, a CBOR Web Token (RFC 8392) in a COSE_Sign1 (RFC 9052 §4.2)
//! signed with EdDSA, both tagged (61, 18), as unpadded base64url.
//!
//! | claim | label | here |
//! |---|---|---|
//! | iss | 1 | who signs |
//! | exp, nbf, iat | 4, 5, 6 | whole seconds; the token is good in `nbf..exp` |
//! | cti | 7 | 16 random bytes |
//! | catv | 310 | 1 |
//! | catu | 312 | `{3: {1: "/v/{asset}/"}}`: the path begins with this |
//! | session | -70001 | the playback session, private use |
//! | audience | -70002 | the audience number of the decision, private use |
//! | max_height | -70003 | greatest picture height in pixels, private use; no limit when absent |
//!
//! A claim that narrows the token in a way not checked here makes it refused, never ignored.

mod sign;
mod verify;

use domain::{AssetId, Timestamp};

pub use sign::TokenSigner;
pub use verify::{TokenVerifier, fuzz_token};

/// The request header that carries a token for players that keep no cookies (CTA-5007-B).
pub const HEADER: &str = "cta-common-access-token";

/// The cookie that carries a token in browsers. Its path is [`path`], so that several assets may play at once.
pub const COOKIE: &str = "pt_play";

/// Longest token in characters; one made here has some 300.
pub const MAX_TOKEN: usize = 1024;

/// Longest session id and issuer in bytes.
pub const MAX_NAME: usize = 64;

/// How far a signer's clock may be ahead of a verifier's, in seconds. Nodes further off than 0.1 s are not ready.
const SKEW: i64 = 1;

const SESSION: i64 = -70_001;
const AUDIENCE: i64 = -70_002;
const MAX_HEIGHT: i64 = -70_003;
/// RFC 8392 §6.
const CWT_TAG: u64 = 61;
/// `catu`: the component "path", the match "prefix".
const CATU_PATH: i64 = 3;
const CATU_PREFIX: i64 = 1;

/// What a token allows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claims {
    /// The playback session.
    pub session: String,
    /// The asset whose paths it opens.
    pub asset: AssetId,
    /// The audience number that the decision was made for.
    pub audience: u32,
    /// The greatest picture height that was granted, in pixels; no limit when absent.
    pub max_height: Option<u16>,
    /// Signed at; whole seconds.
    pub issued_at: Timestamp,
    /// Not good at this instant and after; whole seconds.
    pub expires_at: Timestamp,
    /// Tells tokens apart.
    pub id: [u8; 16],
}

/// On which terms the playback decision opened the door.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Terms {
    /// The audience number that the decision was made for.
    pub audience: u32,
    /// The greatest picture height in pixels; no limit when absent.
    pub max_height: Option<u16>,
}

impl From<u32> for Terms {
    fn from(audience: u32) -> Self {
        Self { audience, max_height: None }
    }
}

/// The path that an asset's token opens: `/v/{asset}/`. Also the path of its cookie.
pub fn path(asset: &AssetId) -> String {
    format!("/v/{asset}/")
}

/// Why a token was not made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SignError {
    /// A session id or issuer that no verifier would take.
    #[error("a session id and an issuer have 1 to {MAX_NAME} bytes")]
    Name,
    /// The token would not be good for a single second.
    #[error("the token would expire before it begins")]
    Lifetime,
    /// Could not be encoded.
    #[error("the token could not be encoded: {0}")]
    Encoding(String),
}

/// Why a token does not open the door.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// Not a token of this kind, or one that asks for checks unknown here.
    #[error("not a delivery token: {0}")]
    Malformed(&'static str),
    /// Signed by a key that is not trusted here.
    #[error("signed by an unknown key")]
    UnknownKey,
    /// Forged or damaged.
    #[error("the signature does not fit")]
    BadSignature,
    /// Signed by somebody else for somewhere else.
    #[error("made by another issuer")]
    Issuer,
    /// No longer good.
    #[error("expired at {0}")]
    Expired(Timestamp),
    /// Not good yet.
    #[error("not good before {0}")]
    NotYet(Timestamp),
    /// Good for another asset.
    #[error("made for another asset")]
    OtherAsset,
}
