//! The envelope of announced objects: a payload, who signed it, and an Ed25519 signature over kind and payload.
//!
//! ```json
//! {"kid":"16 hex digits","payload":"base64url","signature":"base64url"}
//! ```

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD as BASE64URL};
use serde::{Deserialize, Serialize};

use crate::{
    PictureHash,
    keys::{KeyRing, SigningKey},
};

/// Longest envelope in bytes. Takedown lists are the largest thing that is announced.
pub const MAX_ENVELOPE: usize = 4 * 1024 * 1024;

/// Why an envelope does not count.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SignedError {
    /// Larger than [`MAX_ENVELOPE`].
    #[error("{0} bytes are more than a signed announcement may have")]
    TooLarge(usize),
    /// Not an envelope.
    #[error("not a signed announcement: {0}")]
    Malformed(String),
    /// Signed by a key that this process does not know.
    #[error("signed by key {0}, which is not among the keys that are trusted here")]
    UnknownKey(String),
    /// Changed since it was signed, or signed as something else.
    #[error("the signature does not fit the content")]
    BadSignature,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Envelope<'a> {
    #[serde(borrow)]
    kid: std::borrow::Cow<'a, str>,
    #[serde(borrow)]
    payload: std::borrow::Cow<'a, str>,
    #[serde(borrow)]
    signature: std::borrow::Cow<'a, str>,
}

/// Signs `payload` as an announcement of this kind; the result is the object's bytes.
pub fn seal(kind: &str, payload: &[u8], key: &SigningKey) -> Vec<u8> {
    let envelope = Envelope {
        kid: key.id().to_string().into(),
        payload: BASE64URL.encode(payload).into(),
        signature: BASE64URL.encode(key.sign(&message(kind, payload))).into(),
    };
    // Three strings always become JSON.
    serde_json::to_vec(&envelope).unwrap_or_default()
}

/// The payload of an announcement of this kind that a key of `ring` signed.
pub fn open(kind: &str, bytes: &[u8], ring: &KeyRing) -> Result<Vec<u8>, SignedError> {
    if bytes.len() > MAX_ENVELOPE {
        return Err(SignedError::TooLarge(bytes.len()));
    }
    let malformed = |why: &dyn ToString| SignedError::Malformed(why.to_string());
    let envelope: Envelope<'_> = serde_json::from_slice(bytes).map_err(|error| malformed(&error))?;
    let kid: PictureHash = envelope.kid.parse().map_err(|error| malformed(&error))?;
    let payload = BASE64URL.decode(envelope.payload.as_ref()).map_err(|error| malformed(&error))?;
    let signature = BASE64URL.decode(envelope.signature.as_ref()).map_err(|error| malformed(&error))?;
    let key = ring.get(&kid.0).ok_or_else(|| SignedError::UnknownKey(kid.to_string()))?;
    if !key.verify(&message(kind, &payload), &signature) {
        return Err(SignedError::BadSignature);
    }
    Ok(payload)
}

/// What is signed: the kind too, so that one announcement never passes for another, nor a token for either.
fn message(kind: &str, payload: &[u8]) -> Vec<u8> {
    let mut message = format!("primetime announcement: {kind}\0").into_bytes();
    message.extend_from_slice(payload);
    message
}
