use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD as BASE64URL};
use ciborium::Value;
use coset::{
    AsCborValue, CborSerializable, CoseSign1, RegisteredLabelWithPrivate as Label, TaggedCborSerializable,
    cwt::{ClaimsSet, Timestamp as Seconds},
    iana::{Algorithm, CwtClaimName},
};
use domain::{AssetId, Timestamp};

use super::{
    AUDIENCE, CATU_PATH, CATU_PREFIX, CWT_TAG, Claims, MAX_HEIGHT, MAX_NAME, MAX_TOKEN, SESSION, SKEW,
    TokenError,
};
use crate::keys::KeyRing;

/// Checks tokens. Holds verification keys only.
#[derive(Debug)]
pub struct TokenVerifier {
    ring: KeyRing,
    issuer: String,
}

impl TokenVerifier {
    /// Trusts what `issuer` signed with any key of `ring`; during a rotation that is two.
    pub fn new(ring: KeyRing, issuer: &str) -> Self {
        Self { ring, issuer: issuer.into() }
    }

    /// What `token` allows, if it opens paths of `asset` at the instant `now`.
    pub fn verify(&self, token: &str, asset: &AssetId, now: Timestamp) -> Result<Claims, TokenError> {
        let sign1 = decode(token)?;
        self.check_signature(&sign1)?;
        let payload = sign1.payload.as_deref().ok_or(TokenError::Malformed("no claims"))?;
        let set = ClaimsSet::from_slice(payload).map_err(|_| TokenError::Malformed("claims"))?;
        if set.issuer.as_deref() != Some(&self.issuer) {
            return Err(TokenError::Issuer);
        }
        let not_before = seconds(set.not_before.as_ref())?;
        let claims = claims(set)?;
        if now >= claims.expires_at {
            return Err(TokenError::Expired(claims.expires_at));
        }
        if now.seconds() < not_before.seconds().saturating_sub(SKEW) {
            return Err(TokenError::NotYet(not_before));
        }
        if claims.asset != *asset {
            return Err(TokenError::OtherAsset);
        }
        Ok(claims)
    }

    fn check_signature(&self, sign1: &CoseSign1) -> Result<(), TokenError> {
        let header = &sign1.protected.header;
        if header.alg != Some(Label::Assigned(Algorithm::EdDSA)) {
            return Err(TokenError::Malformed("algorithm"));
        }
        if !header.crit.is_empty() {
            return Err(TokenError::Malformed("critical header")); // RFC 9052 §3.1: not understood, not accepted
        }
        let key = self.ring.get(&header.key_id).ok_or(TokenError::UnknownKey)?;
        sign1.verify_signature(&[], |signature, message| {
            if key.verify(message, signature) { Ok(()) } else { Err(TokenError::BadSignature) }
        })
    }
}

fn decode(token: &str) -> Result<CoseSign1, TokenError> {
    if token.len() > MAX_TOKEN {
        return Err(TokenError::Malformed("too long"));
    }
    let bytes = BASE64URL.decode(token).map_err(|_| TokenError::Malformed("base64url"))?;
    let value = Value::from_slice(&bytes).map_err(|_| TokenError::Malformed("CBOR"))?;
    match value {
        Value::Tag(CWT_TAG, inner) => match *inner {
            Value::Tag(CoseSign1::TAG, sign1) => {
                CoseSign1::from_cbor_value(*sign1).map_err(|_| TokenError::Malformed("COSE_Sign1"))
            }
            _ => Err(TokenError::Malformed("not a COSE_Sign1")),
        },
        _ => Err(TokenError::Malformed("not a CWT")),
    }
}

fn claims(set: ClaimsSet) -> Result<Claims, TokenError> {
    let (mut session, mut audience, mut asset, mut version) = (None, None, None, false);
    let mut max_height = None;
    for (name, value) in set.rest {
        match (name, value) {
            (Label::PrivateUse(SESSION), Value::Text(text)) if text.len() <= MAX_NAME => session = Some(text),
            (Label::PrivateUse(AUDIENCE), Value::Integer(n)) => audience = u32::try_from(n).ok(),
            // One that cannot be read must not become no limit at all.
            (Label::PrivateUse(MAX_HEIGHT), Value::Integer(n)) => match u16::try_from(n) {
                Ok(height) => max_height = Some(height),
                Err(_) => return Err(TokenError::Malformed("height")),
            },
            (Label::Assigned(CwtClaimName::CatVersion), Value::Integer(n)) => version = n == 1.into(),
            (Label::Assigned(CwtClaimName::CatUri), value) => asset = asset_of(&value),
            // Every other claim may narrow the token, and nothing here would check it.
            _ => return Err(TokenError::Malformed("a claim that is not understood")),
        }
    }
    let issued_at = seconds(set.issued_at.as_ref())?;
    let expires_at = seconds(set.expiration_time.as_ref())?;
    let id = set.cwt_id.and_then(|id| id.try_into().ok());
    if set.subject.is_some() || set.audience.is_some() || !version {
        return Err(TokenError::Malformed("a claim that is not understood"));
    }
    match (session, audience, asset, id) {
        (Some(session), Some(audience), Some(asset), Some(id)) => {
            Ok(Claims { session, asset, audience, max_height, issued_at, expires_at, id })
        }
        _ => Err(TokenError::Malformed("a claim is missing")),
    }
}

/// The asset in `{3: {1: "/v/{asset}/"}}`, the only form of `catu` that is understood.
fn asset_of(catu: &Value) -> Option<AssetId> {
    let path = only(catu, CATU_PATH)?;
    let prefix = only(path, CATU_PREFIX)?.as_text()?;
    AssetId::new(prefix.strip_prefix("/v/")?.strip_suffix('/')?).ok()
}

/// The value of a map with this one key.
fn only(map: &Value, key: i64) -> Option<&Value> {
    match map.as_map()?.as_slice() {
        [(name, value)] if *name == Value::Integer(key.into()) => Some(value),
        _ => None,
    }
}

fn seconds(time: Option<&Seconds>) -> Result<Timestamp, TokenError> {
    match time {
        Some(Seconds::WholeSeconds(seconds)) => Ok(Timestamp::from_seconds(*seconds)),
        _ => Err(TokenError::Malformed("a time is missing")),
    }
}

/// For fuzzing: hostile bytes must be refused, and refused without a panic.
pub fn fuzz_token(bytes: &[u8]) {
    let key = crate::keys::SigningKey::generate(&domain::SeededRng::new(1));
    let verifier = TokenVerifier::new(key.public().into(), "fuzz");
    let Ok(asset) = AssetId::new("fuzz") else { return };
    if let Ok(text) = std::str::from_utf8(bytes) {
        let _ = verifier.verify(text, &asset, Timestamp(0));
    }
    let _ = verifier.verify(&BASE64URL.encode(bytes), &asset, Timestamp(0));
    // As claims behind a good signature, to reach what lies behind it.
    if let Ok(set) = ClaimsSet::from_slice(bytes) {
        let _ = claims(set);
    }
}
