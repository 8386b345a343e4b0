use std::time::Duration;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD as BASE64URL};
use ciborium::Value;
use coset::{
    AsCborValue, CborSerializable, CoseSign1Builder, HeaderBuilder, TaggedCborSerializable,
    cwt::{ClaimsSet, ClaimsSetBuilder, Timestamp as Seconds},
    iana::{Algorithm, CwtClaimName},
};
use domain::{AssetId, Rng, Timestamp};

use super::{
    AUDIENCE, CATU_PATH, CATU_PREFIX, CWT_TAG, Claims, MAX_HEIGHT, MAX_NAME, SESSION, SignError, Terms, path,
};
use crate::keys::{KeyId, SigningKey};

/// Signs tokens. Only the playback decision has one.
#[derive(Debug)]
pub struct TokenSigner {
    key: SigningKey,
    issuer: String,
}

impl TokenSigner {
    /// Signs as `issuer`, 1 to [`MAX_NAME`] bytes.
    pub fn new(key: SigningKey, issuer: &str) -> Result<Self, SignError> {
        named(issuer)?;
        Ok(Self { key, issuer: issuer.into() })
    }

    /// The key that verifies what it signs.
    pub fn public(&self) -> crate::keys::VerifyingKey {
        self.key.public()
    }

    /// The id of its key.
    pub fn key_id(&self) -> KeyId {
        self.key.id()
    }

    /// A token for `asset` on these terms (an audience number alone sets no limit), good from `now` for `lifetime` (whole seconds, rounded down), with what it says.
    pub fn sign(
        &self,
        session: &str,
        asset: &AssetId,
        terms: impl Into<Terms>,
        (now, lifetime): (Timestamp, Duration),
        rng: &dyn Rng,
    ) -> Result<(String, Claims), SignError> {
        named(session)?;
        let issued_at = Timestamp::from_seconds(now.seconds());
        let expires_at = Timestamp::from_seconds(now.plus(lifetime).seconds());
        if expires_at <= now {
            return Err(SignError::Lifetime);
        }
        let mut id = [0; 16];
        rng.fill(&mut id);
        let Terms { audience, max_height } = terms.into();
        let (session, asset) = (session.into(), asset.clone());
        let claims = Claims { session, asset, audience, max_height, issued_at, expires_at, id };
        let token = self.encode(&self.claims_set(&claims))?;
        Ok((token, claims))
    }

    fn claims_set(&self, claims: &Claims) -> ClaimsSet {
        let number = |n: i64| Value::Integer(n.into());
        let matches = Value::Map(vec![(number(CATU_PREFIX), Value::Text(path(&claims.asset)))]);
        let set = ClaimsSetBuilder::new()
            .issuer(self.issuer.clone())
            .expiration_time(Seconds::WholeSeconds(claims.expires_at.seconds()))
            .not_before(Seconds::WholeSeconds(claims.issued_at.seconds()))
            .issued_at(Seconds::WholeSeconds(claims.issued_at.seconds()))
            .cwt_id(claims.id.to_vec())
            .claim(CwtClaimName::CatVersion, number(1))
            .claim(CwtClaimName::CatUri, Value::Map(vec![(number(CATU_PATH), matches)]))
            .private_claim(SESSION, Value::Text(claims.session.clone()))
            .private_claim(AUDIENCE, number(claims.audience.into()));
        match claims.max_height {
            Some(height) => set.private_claim(MAX_HEIGHT, number(height.into())).build(),
            None => set.build(),
        }
    }

    pub(super) fn encode(&self, claims: &ClaimsSet) -> Result<String, SignError> {
        let wrong = |error: coset::CoseError| SignError::Encoding(error.to_string());
        let header =
            HeaderBuilder::new().algorithm(Algorithm::EdDSA).key_id(self.key.id().0.to_vec()).build();
        let sign1 = CoseSign1Builder::new()
            .protected(header)
            .payload(claims.clone().to_vec().map_err(wrong)?)
            .create_signature(&[], |message| self.key.sign(message).to_vec())
            .build();
        let tagged = Value::Tag(
            CWT_TAG,
            Box::new(Value::Tag(coset::CoseSign1::TAG, Box::new(sign1.to_cbor_value().map_err(wrong)?))),
        );
        Ok(BASE64URL.encode(tagged.to_vec().map_err(wrong)?))
    }
}

fn named(name: &str) -> Result<(), SignError> {
    if (1..=MAX_NAME).contains(&name.len()) { Ok(()) } else { Err(SignError::Name) }
}
