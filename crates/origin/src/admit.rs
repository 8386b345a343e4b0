use std::sync::Arc;

use domain::{AssetId, Clock};
use http::HeaderMap;
use moka::sync::Cache;
use objects::token::{COOKIE, Claims, HEADER, TokenError, TokenVerifier};
use web::{Problem, cookies};

use crate::problems;

/// The door: who has a token for this asset comes in.
pub(crate) struct Door {
    verifier: Arc<TokenVerifier>,
    clock: Arc<dyn Clock>,
    /// Tokens whose signature was good. A player sends one token some hundred times, and a signature costs as much as
    /// everything else of an answer.
    checked: Cache<Box<str>, Arc<Claims>>,
}

impl Door {
    pub fn new(verifier: Arc<TokenVerifier>, clock: Arc<dyn Clock>, tokens: u64) -> Self {
        Self { verifier, clock, checked: Cache::new(tokens) }
    }

    /// The claims of the request's token. A header goes before a cookie: whoever sends one means it.
    pub fn admit(&self, headers: &HeaderMap, asset: &AssetId) -> Result<Arc<Claims>, Problem> {
        let token = match headers.get(HEADER) {
            Some(value) => value.to_str().map_err(|_| problems::token(&TokenError::Malformed("header")))?,
            None => cookies::get(headers, COOKIE).ok_or_else(problems::no_token)?,
        };
        self.check(token, asset).map_err(|error| {
            tracing::debug!(%error, %asset, "token refused");
            problems::token(&error)
        })
    }

    fn check(&self, token: &str, asset: &AssetId) -> Result<Arc<Claims>, TokenError> {
        let now = self.clock.now();
        if let Some(claims) = self.checked.get(token) {
            if now >= claims.expires_at {
                self.checked.invalidate(token);
                return Err(TokenError::Expired(claims.expires_at));
            }
            return if claims.asset == *asset { Ok(claims) } else { Err(TokenError::OtherAsset) };
        }
        let claims = Arc::new(self.verifier.verify(token, asset, now)?);
        self.checked.insert(token.into(), claims.clone());
        Ok(claims)
    }
}
